import { dirname, resolve } from "node:path";
import {
  type Environment,
  openSigning,
  type SecretSource,
  type Signing,
  type SigningConfig,
  signingSchema,
} from "../signer";
import { loadYaml } from "../schema";

/**
 * Opens what a signer reference names: `NAME://KEY` for a key service, else a file that says how to sign (`signingSchema`);
 * paths in it are relative to it. The reference is no secret, and what it leads to is read when something is signed.
 */
export function signingOf(
  reference: string,
  registry: string | undefined,
  environment: Environment = process.env,
): Signing {
  const config = /^[a-z0-9][a-z0-9-]*:\/\//.test(reference) ? { kms: reference } : loadSigning(reference);
  return openSigning(config, registry, environment);
}

function loadSigning(file: string): SigningConfig {
  const { key, keyless, ...config } = loadYaml(file, signingSchema) as SigningConfig;
  const beside = (path: string): string => resolve(dirname(file), path);
  const secret = (source: SecretSource): SecretSource =>
    "file" in source ? { file: beside(source.file) } : source;
  return {
    ...config,
    ...(key && { key: { file: beside(key.file), password: secret(key.password) } }),
    ...(keyless && { keyless: { ...keyless, ...(keyless.token && { token: secret(keyless.token) }) } }),
  };
}
