import { execFile } from "node:child_process";
import { registryError } from "../errors";
import { isRecord, parseJson } from "../content/json";
import type { Credentials } from "./credentials";

export type Environment = Readonly<Record<string, string | undefined>>;

const HELPER_TIMEOUT_MS = 30_000;
const HELPER_OUTPUT_BYTES = 256 * 1024;
/** What the protocol says where there is no entry (docker/docker-credential-helpers, errors.go). */
const NOT_FOUND = "credentials not found in native keychain";

/** Runs `docker-credential-<name> get` with a server on its standard input. */
export async function askHelper(
  name: string,
  server: string,
  env: Environment,
): Promise<Credentials | undefined> {
  // The name becomes part of a program's name: it must not reach into other folders.
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw failed(name, "a helper's plain name", "other characters");
  const program = `docker-credential-${name}`;
  const { ok, output } = await run(program, server, env).catch((cause: unknown) => {
    throw failed(program, "to run", "that it cannot be run or does not end", cause);
  });
  if (!ok) {
    if (output.trim() === NOT_FOUND) return undefined;
    throw failed(program, "credentials or a clear no", "a failure");
  }
  return parse(program, output);
}

function run(
  program: string,
  server: string,
  env: Environment,
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const options = { timeout: HELPER_TIMEOUT_MS, maxBuffer: HELPER_OUTPUT_BYTES, env };
    const child = execFile(program, ["get"], options, (error, output) => {
      // A number is the helper's own "no"; anything else means that it did not run to its end.
      const ended = error === null || typeof error.code === "number";
      if (ended) resolve({ ok: error === null, output });
      else reject(new Error("it did not run to its end", { cause: error }));
    });
    child.stdin?.on("error", () => undefined); // A helper may answer without reading.
    child.stdin?.end(server);
  });
}

/** The output is secret: no part of it may reach a message. */
function parse(program: string, output: string): Credentials | undefined {
  const answer = parseJson(Buffer.from(output));
  if (!isRecord(answer) || typeof answer["Username"] !== "string" || typeof answer["Secret"] !== "string") {
    throw failed(program, "JSON with Username and Secret", "something else");
  }
  const { Username: username, Secret: secret } = answer;
  if (secret === "") return undefined;
  if (username === "<token>") return { kind: "identity-token", token: secret };
  return { kind: "password", username, password: secret };
}

function failed(program: string, expected: string, found: string, cause?: unknown): Error {
  return registryError("credentials", { about: `credential helper ${program}`, expected, found }, { cause });
}
