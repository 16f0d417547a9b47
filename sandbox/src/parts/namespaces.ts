/**
 * What the machine unmounts must vanish here as well, or its disk would stay busy; nothing goes the other way.
 */
const MOUNTS = ["--mount", "--propagation", "slave"];

/**
 * A program in mounts and processes of its own. Killing the first process kills all of it, at once. The shell
 * is there to reap the dead, which the first process of a pid namespace has to do.
 */
export function inNamespaces(flags: readonly string[], command: readonly string[]): string[] {
  const unshare = ["unshare", ...MOUNTS, "--pid", "--fork", "--kill-child", "--mount-proc", ...flags];
  return [...unshare, "sh", "-c", '"$@" & wait $!', "sandbox", ...command];
}
