export { down } from "./down";
export { sandboxEnv, shellExports } from "./env";
export { SandboxError, type SandboxErrorCode } from "./error";
export { optionsFrom, type Place, placeOf, type SandboxOptions } from "./place";
export type { Report } from "./programs";
export type { InstalledPlugin, SandboxRecord } from "./record";
export { SIGNERS, type SandboxSigner, signingFile, timestampUrl } from "./signing";
export { describeStatus, type PartStatus, type SandboxStatus, status } from "./status";
export { up, type UpOptions } from "./up";
