import { readFileSync } from "node:fs";
import { failure, type SignerErrorCode } from "./error";

/** Where a secret is found when it is needed: never the secret itself, so that it is in no configuration, state or log. */
export type SecretSource = { readonly env: string } | { readonly file: string };

export type Environment = Readonly<Record<string, string | undefined>>;

export function readSecret(
  code: SignerErrorCode,
  about: string,
  source: SecretSource,
  environment: Environment,
): string {
  const text = "env" in source ? environment[source.env] : readFile(source.file);
  if (text === undefined || text === "") {
    const place =
      "env" in source ? `in the environment variable ${source.env}` : `in the file ${source.file}`;
    throw failure(code, about, `a value ${place}`, "none");
  }
  return text;
}

/** Editors and `echo` end a file with a line break that is not meant. */
function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}
