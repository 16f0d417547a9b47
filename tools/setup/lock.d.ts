export function withLock<T>(
  folder: string,
  work: (share: (pid: number) => void) => Promise<T>,
  onWait?: (pid: number) => void,
): Promise<T>;
