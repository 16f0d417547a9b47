export interface Machine {
  version: string;
  execPath: string;
  platform: string;
  arch: string;
  cache: string;
}
export type Runtime =
  | { from: "machine"; version: string; node: string }
  | { from: "npm"; version: string; package: string; folder: string; node: string }
  | { from: "nowhere"; version: string };
export function cacheRoot(env?: NodeJS.ProcessEnv): string;
export function chooseRuntime(machine: Machine): Runtime;
export function isNewEnough(version: string): boolean;
