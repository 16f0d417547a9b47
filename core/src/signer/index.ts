export { openSigning, type SigningConfig, signingSchema } from "./config";
export { SignerError, type SignerErrorCode } from "./error";
export type { Patience } from "./http";
export { generateKeyFile, type KeyFile, openKeyFile } from "./keyFile";
export type { Environment, SecretSource } from "./secret";
export type { Signature, Signer } from "./signer";
export { type Signing, signStatement } from "./sign";
