import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { registryError } from "../errors";
import { isRecord, parseJson } from "../content/json";
import { codeOf } from "../transport/diagnose";
import { askHelper, type Environment } from "./credential-helper";
import type { Credentials, CredentialSource } from "./credentials";

export interface DockerConfigPlace {
  readonly env?: Environment;
  readonly home?: string;
}

const DOCKER_HUB = "docker.io";
/** Under which docker itself keeps the hub's credentials, since version 1. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";
const HUB_NAMES = new Set([DOCKER_HUB, "index.docker.io", "registry-1.docker.io"]);

/** Reads credentials where `docker login` leaves them: helpers first, then the file. Nothing is read before it is needed. */
export function dockerCredentials(place: DockerConfigPlace = {}): CredentialSource {
  const { env = process.env, home = homedir() } = place;
  const file = join(env["DOCKER_CONFIG"] ?? join(home, ".docker"), "config.json");
  let config: Promise<DockerConfig> | undefined;
  return async (registry) => {
    const { auths, credHelpers, credsStore } = await (config ??= load(file));
    const helper = find(credHelpers, registry) ?? credsStore;
    const key = registry === DOCKER_HUB ? DOCKER_HUB_KEY : registry;
    const found = helper === undefined ? undefined : await askHelper(helper, key, env);
    if (found !== undefined) return found;
    const entry = find(auths, registry);
    return entry === undefined ? undefined : parseEntry(file, registry, entry);
  };
}

interface DockerConfig {
  readonly auths: ReadonlyMap<string, unknown>;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string | undefined;
}

async function load(file: string): Promise<DockerConfig> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") {
      return { auths: new Map(), credHelpers: new Map(), credsStore: undefined };
    }
    throw unreadable(file, "a file that can be read", "one that cannot", cause);
  }
  const config = parseJson(bytes);
  if (!isRecord(config)) throw unreadable(file, "a JSON object", "something else");
  const { auths = {}, credHelpers = {}, credsStore } = config;
  if (!isRecord(auths) || !isRecord(credHelpers)) {
    throw unreadable(file, "objects in auths and credHelpers", "something else");
  }
  const helpers = Object.entries(credHelpers).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  return {
    auths: new Map(Object.entries(auths)),
    credHelpers: new Map(helpers),
    credsStore: typeof credsStore === "string" && credsStore !== "" ? credsStore : undefined,
  };
}

/** Old docker versions wrote whole URLs as keys. */
function find<T>(entries: ReadonlyMap<string, T>, registry: string): T | undefined {
  for (const [key, value] of entries) {
    const host = key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    if (host === registry || (registry === DOCKER_HUB && HUB_NAMES.has(host))) return value;
  }
  return undefined;
}

function parseEntry(file: string, registry: string, entry: unknown): Credentials | undefined {
  if (!isRecord(entry)) throw unreadable(file, `an object for ${registry} in auths`, "something else");
  const { auth, username, password, identitytoken, registrytoken } = entry;
  if (isText(identitytoken)) return { kind: "identity-token", token: identitytoken };
  if (isText(registrytoken)) return { kind: "registry-token", token: registrytoken };
  if (isText(auth)) {
    const decoded = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
    const colon = decoded.indexOf(":");
    if (colon < 1)
      throw unreadable(file, `auth of ${registry} to be base64 of user:password`, "something else");
    return { kind: "password", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  if (isText(username) && isText(password)) return { kind: "password", username, password };
  // `docker login` with a helper leaves an empty entry behind.
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function unreadable(file: string, expected: string, found: string, cause?: unknown): Error {
  return registryError("credentials", { about: `docker configuration ${file}`, expected, found }, { cause });
}
