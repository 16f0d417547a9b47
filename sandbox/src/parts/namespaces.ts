/**
 * A program in mounts and processes of its own. Killing the first process kills all of it, at once. The shell
 * is there to reap the dead, which the first process of a pid namespace has to do.
 */
export function inNamespaces(flags: readonly string[], command: readonly string[]): string[] {
  const unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", ...flags];
  return [...unshare, "sh", "-c", '"$@" & wait $!', "sandbox", ...command];
}
