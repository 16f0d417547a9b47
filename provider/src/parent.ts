const everyMilliseconds = 500;

/** Calls `orphaned` once when this process gets another parent, which is how Unix tells that the first one died. */
export function onOrphaned(orphaned: () => void, parent: () => number = () => process.ppid): void {
  const born = parent();
  const timer = setInterval(() => {
    if (parent() === born) return;
    clearInterval(timer);
    orphaned();
  }, everyMilliseconds);
  timer.unref();
}
