import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Fulcio, a timestamp authority and a Rekor v2 log, the real ones, and an issuer of tokens for them. */
export interface PrivateSigstore {
  readonly folder: string;
  readonly fulcio: string;
  readonly timestamp: string;
  readonly log: string;
  readonly issuer: string;
  /** A token for a workflow run of a repository, as its CI system would hand it out. */
  readonly token: (claims: Readonly<Record<string, string>>) => string;
  readonly close: () => Promise<void>;
}

export const SERVICES = ["fulcio", "timestamp-server", "rekor-server"] as const;

/** Where each one listens, inside a network of its own: they open more ports than they can be told not to. */
const PORTS = { fulcio: 5555, timestamp: 5556, log: 5557, issuer: 5558 };
const ISSUER = `http://127.0.0.1:${PORTS.issuer}`;
const LOG_NAME = "log.private.example";

/** Runs inside the network: starts the services and carries bytes between its ports and files outside. */
const INSIDE = `
const { spawn } = require("node:child_process");
const net = require("node:net");
const [folder, programs, ports, issuerPort] = JSON.parse(process.argv[1]);
const carry = (from, to) => net.createServer((near) => {
  const far = net.createConnection(to);
  near.on("error", () => far.destroy()).pipe(far).on("error", () => near.destroy()).pipe(near);
}).listen(from);
for (const [name, port] of Object.entries(ports)) carry({ path: folder + "/" + name + ".sock" }, { host: "127.0.0.1", port });
carry({ host: "127.0.0.1", port: issuerPort }, { path: folder + "/issuer.sock" });
for (const [program, ...args] of programs) spawn(program, args, { stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));
`;

export async function startPrivateSigstore(find: (program: string) => string): Promise<PrivateSigstore> {
  const folder = mkdtempSync(join(tmpdir(), "sigstore-"));
  const { token, server } = await startIssuer(folder);
  writeFiles(folder);
  const { issuer: issuerPort, ...ports } = PORTS;
  const given = JSON.stringify([folder, programs(folder, find), ports, issuerPort]);
  const command = `ip link set lo up && exec "$0" -e "$1" "$2"`;
  const options = [
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "sh",
    "-c",
    command,
    process.execPath,
    INSIDE,
    given,
  ];
  const inside = spawn("unshare", options, { stdio: "ignore" });
  const doors = await Promise.all(Object.keys(ports).map((name) => openDoor(join(folder, `${name}.sock`))));
  const [fulcio = "", timestamp = "", log = ""] = doors.map(({ url }) => url);
  const close = async (): Promise<void> => {
    await end(inside);
    doors.forEach(({ door }) => door.close());
    server.close();
    rmSync(folder, { recursive: true });
  };
  try {
    await saveChains(folder, fulcio, timestamp, inside);
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, fulcio, timestamp: `${timestamp}/api/v1/timestamp`, log, issuer: ISSUER, token, close };
}

function programs(folder: string, find: (program: string) => string): string[][] {
  const [fulcio = "", timestamp = "", log = ""] = SERVICES.map(find);
  const at = (name: string): string => join(folder, name);
  return [
    [
      fulcio,
      "serve",
      "--host",
      "127.0.0.1",
      "--port",
      String(PORTS.fulcio),
      "--grpc-host",
      "127.0.0.1",
      "--grpc-port",
      "5565",
    ].concat([
      "--metrics-port",
      "5575",
      "--ca",
      "ephemeralca",
      "--ct-log-url=",
      "--config-path",
      at("fulcio.yaml"),
    ]),
    [
      timestamp,
      "serve",
      "--host",
      "127.0.0.1",
      "--port",
      String(PORTS.timestamp),
      "--disable-ntp-monitoring",
      "--timestamp-signer",
      "memory",
    ],
    [
      log,
      "serve",
      "--http-address",
      "127.0.0.1",
      "--http-port",
      String(PORTS.log),
      "--grpc-port",
      "5567",
      "--http-metrics-port",
      "5577",
    ].concat([
      "--hostname",
      LOG_NAME,
      "--storage-dir",
      at("log"),
      "--signer-filepath",
      at("log.key"),
      "--checkpoint-interval",
      "1s",
    ]),
  ];
}

function writeFiles(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(folder, "log.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(folder, "log.pub"), publicKey.export({ type: "spki", format: "pem" }));
  const templates = {
    "build-signer-uri": "{{ .url }}/{{ .repository }}/.ci/build.yml@{{ .ref }}",
    "source-repository-uri": "{{ .url }}/{{ .repository }}",
    "source-repository-ref": "ref",
    "source-repository-digest": "sha",
    "build-trigger": "event_name",
  };
  const config = {
    "oidc-issuers": {
      [ISSUER]: { "issuer-url": ISSUER, "client-id": "sigstore", type: "ci-provider", "ci-provider": "ci" },
    },
    "ci-issuer-metadata": {
      ci: {
        "default-template-values": { url: "https://ci.example" },
        "extension-templates": templates,
        "subject-alternative-name-template": templates["build-signer-uri"],
      },
    },
  };
  // JSON is YAML; but what looks like JSON alone, Fulcio reads by other names.
  writeFileSync(join(folder, "fulcio.yaml"), `---\n${JSON.stringify(config)}`);
}

async function startIssuer(folder: string): Promise<{ token: PrivateSigstore["token"]; server: HttpServer }> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" };
  const discovery = {
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/keys`,
    authorization_endpoint: `${ISSUER}/none`,
    id_token_signing_alg_values_supported: ["ES256"],
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
  };
  const server = createHttpServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(request.url === "/keys" ? { keys: [key] } : discovery));
  });
  server.listen(join(folder, "issuer.sock"));
  await once(server, "listening");
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = (claims: Readonly<Record<string, string>>): string => {
    const now = Math.floor(Date.now() / 1000);
    const body = { iss: ISSUER, aud: "sigstore", iat: now, nbf: now - 5, exp: now + 300, ...claims };
    const signed = `${encode({ alg: "ES256", kid: "1", typ: "JWT" })}.${encode(body)}`;
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  };
  return { token, server };
}

/** A port on this side's loopback that leads to a service inside. */
async function openDoor(socket: string): Promise<{ url: string; door: Server }> {
  const door = createServer((near) => {
    const far = createConnection(socket);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    near.pipe(far).pipe(near);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  return { url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`, door };
}

/** Both authorities say themselves which certificates to trust; they answer once they are up. */
async function saveChains(
  folder: string,
  fulcio: string,
  timestamp: string,
  inside: ChildProcess,
): Promise<void> {
  const bundle = JSON.parse(await untilAnswered(`${fulcio}/api/v2/trustBundle`, inside)) as {
    chains: { certificates: string[] }[];
  };
  writeFileSync(join(folder, "fulcio.pem"), bundle.chains[0]?.certificates.join("") ?? "");
  writeFileSync(
    join(folder, "timestamp.pem"),
    await untilAnswered(`${timestamp}/api/v1/timestamp/certchain`, inside),
  );
}

async function untilAnswered(url: string, inside: ChildProcess): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (inside.exitCode !== null)
      throw new Error(`the services ended with ${inside.exitCode} before ${url} answered`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer.text();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}

/** As an operator would do it: cosign writes the trusted root. */
export async function createTrustedRoot(
  cosign: string,
  { folder, fulcio, timestamp }: PrivateSigstore,
): Promise<string> {
  const file = join(folder, "trusted-root.json");
  const start = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, "Z");
  await promisify(execFile)(cosign, [
    ...["trusted-root", "create", "--out", file],
    ...["--fulcio", `url=${fulcio},certificate-chain=${join(folder, "fulcio.pem")}`],
    ...["--tsa", `url=${timestamp},certificate-chain=${join(folder, "timestamp.pem")}`],
    ...[
      "--rekor",
      `url=http://${LOG_NAME},public-key=${join(folder, "log.pub")},start-time=${start},origin=${LOG_NAME}`,
    ],
  ]);
  return file;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
