import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { decodeValues, encodeValues, type Values } from "@waybill/provider";
import { Agent } from "undici";
import { ask, rejection, serve } from "../../provider/served";
import { FakeApi } from "./fake-api";

type Provider = typeof import("@waybill/sandbox/dist/kubernetes-provider/provider");
type World = Parameters<Provider["kubernetesProvider"]>[0];

/** The sources, as every other test has them; the types come with the build. */
const { kubernetesProvider } = jest.requireActual<Provider>(
  "../../../sandbox/src/kubernetes-provider/provider",
);

/** Time passes only while somebody sleeps. */
export function virtualClock(): World["clock"] {
  let now = 0;
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        now += milliseconds;
        setImmediate(() => {
          if (signal.aborted) reject(signal.reason as Error);
          else resolve();
        });
      }),
  };
}

const authority = Buffer.from("a certificate authority");
export const caData = authority.toString("base64");
export const caSha256 = createHash("sha256").update(authority).digest("hex");

export function kubeconfig(server: string, namespace?: string): Values {
  return {
    "current-context": "sandbox",
    contexts: [
      { name: "sandbox", context: { cluster: "one", user: "me", ...(namespace ? { namespace } : {}) } },
    ],
    clusters: [{ name: "one", cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name: "me", user: { token: "t0ken" } }],
  };
}

/** A PULUMI_HOME in which the stand-in may serve this cluster. */
export function pulumiHome(server: string): string {
  const home = mkdtempSync(join(tmpdir(), "waybill-home-"));
  writeFileSync(join(home, "waybill-stand-in.json"), JSON.stringify({ server, caSha256 }));
  return home;
}

const running: { stop: () => void; api: FakeApi; home: string }[] = [];
afterEach(() => {
  for (const { stop, api, home } of running.splice(0)) {
    stop();
    rmSync(home, { recursive: true });
    api.stop();
  }
});

type Environment = Readonly<Record<string, string>>;

export interface Options {
  readonly config?: Values;
  readonly env?: Environment | ((server: string, home: string) => Environment);
  readonly clock?: World["clock"];
  readonly namespace?: string;
}

export const urnOf = (type: string, name = "web") => `urn:pulumi:dev::shop::${type}::${name}`;

/** The stand-in behind gRPC, before a fake API server; answers with the calls of one resource. */
export async function standIn(type: string, options: Options = {}) {
  const api = new FakeApi();
  const server = await api.start();
  const home = pulumiHome(server);
  const env = typeof options.env === "function" ? options.env(server, home) : options.env;
  const provider = kubernetesProvider({
    version: "4.34.2",
    env: { PULUMI_HOME: home, ...env },
    home,
    clock: options.clock ?? virtualClock(),
    connect: () => new Agent({ pipelining: 0 }),
  });
  const served = await serve(provider, urnOf(type));
  running.push({ stop: served.stop, api, home });
  const configure = (config: Values) => {
    const request = new pb.ConfigureRequest();
    request.setArgs(encodeValues(config));
    return ask<pb.ConfigureResponse>((done) => served.client.configure(request, done));
  };
  const config = { kubeconfig: JSON.stringify(kubeconfig(server, options.namespace)), ...options.config };
  await configure(config);
  api.asked.splice(0);
  served.engine.lines.splice(0);
  return { api, server, home, configure, ...served };
}

/** What a partial failure stores. */
export async function initFailure(promise: Promise<unknown>) {
  const { metadata, details } = await rejection(promise);
  const [packed] = metadata.get("grpc-status-details-bin");
  if (packed === undefined) throw new Error(`expected a partial failure, found: ${details}`);
  const [any] = Status.deserializeBinary(packed as Buffer).getDetailsList();
  const read = (bytes: Uint8Array) => pb.ErrorResourceInitFailed.deserializeBinary(bytes);
  const detail = any?.unpack(read, "pulumirpc.ErrorResourceInitFailed");
  return {
    id: detail?.getId(),
    reasons: detail?.getReasonsList() ?? [],
    outputs: decodeValues(detail?.getProperties()),
    inputs: decodeValues(detail?.getInputs()),
  };
}
