import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { createPolicies } from "@waybill/policy";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The pack's own server, so that the tests see what the engine sees: unknown and secret values, and downgraded levels. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- not in the package's types
const server = require("@pulumi/policy/server") as Record<string, (...args: unknown[]) => Handler>;
type Handler = (
  call: { request: unknown },
  done: (error: Error | null, response: unknown) => void,
) => Promise<void>;

export interface TestResource {
  readonly type: string;
  readonly name?: string;
  readonly props?: Record<string, unknown>;
  /** For each property, the resources that its value comes from. */
  readonly from?: Readonly<Record<string, readonly TestResource[]>>;
}

export interface Violation {
  readonly policy: string;
  readonly level: string;
  readonly message: string;
}

/** As the engine marks them on the wire. */
export const unknown = runtime.unknownValue;
export const secret = (value: unknown) => ({ [runtime.specialSigKey]: runtime.specialSecretSig, value });

const folder = mkdtempSync(join(tmpdir(), "waybill-policy-"));
export const promotionFile = join(folder, "promotion.yaml");
writeFileSync(
  promotionFile,
  "version: 1\nowner: platform@example.com\nnextReview: 2099-01-01\nenvironments: [{ name: dev }, { name: staging }, { name: prod }]\nservices: { hello: { path: hello } }\ntrust: { signers: [] }\n",
);
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly environment?: string | undefined;
  readonly promotion?: string;
  readonly preview?: boolean;
  /** Off: as when a user's config sets another level for every policy. */
  readonly remediate?: boolean;
}

/** Shows the resources to the pack one by one, and then the stack, as preview and update do. */
export async function run(resources: readonly TestResource[], options: Run = {}): Promise<Violation[]> {
  const policies = createPolicies({
    environment: () => ("environment" in options ? options.environment : "staging"),
    promotion: () => options.promotion ?? promotionFile,
    isPreview: () => options.preview ?? true,
  });
  const rpc = (name: string) => call(server[name], policies);
  const violations: Violation[] = [];
  const collect = (response: unknown) => {
    for (const diagnostic of (response as proto.AnalyzeResponse).getDiagnosticsList()) {
      violations.push({
        policy: diagnostic.getPolicyname(),
        level: levelName(diagnostic.getEnforcementlevel()),
        message: diagnostic.getMessage().split("\n").slice(1).join("\n"),
      });
    }
  };
  for (const resource of resources) {
    if (options.remediate !== false)
      await rpc("makeRemediateRpcFun")(fill(new proto.AnalyzeRequest(), resource));
    collect(await rpc("makeAnalyzeRpcFun")(fill(new proto.AnalyzeRequest(), resource)));
  }
  const stack = new proto.AnalyzeStackRequest();
  stack.setResourcesList(resources.map(toStackResource));
  collect(await rpc("makeAnalyzeStackRpcFun")(stack));
  return violations;
}

function call(make: ((...args: unknown[]) => Handler) | undefined, policies: unknown) {
  const handler = make?.("waybill", "0.1.0", "mandatory", policies);
  return (request: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const done = (error: Error | null, response: unknown) => {
        if (error) reject(error);
        else resolve(response);
      };
      void handler?.({ request }, done);
    });
}

function fill<Message extends proto.AnalyzeRequest | proto.AnalyzerResource>(
  message: Message,
  resource: TestResource,
): Message {
  message.setType(resource.type);
  message.setName(resource.name ?? "x");
  message.setUrn(urn(resource));
  message.setProperties(
    Struct.fromJavaScript((resource.props ?? {}) as Parameters<typeof Struct.fromJavaScript>[0]),
  );
  message.setOptions(new proto.AnalyzerResourceOptions());
  return message;
}

function toStackResource(resource: TestResource): proto.AnalyzerResource {
  const message = fill(new proto.AnalyzerResource(), resource);
  for (const [property, sources] of Object.entries(resource.from ?? {})) {
    const urns = new proto.AnalyzerPropertyDependencies();
    urns.setUrnsList(sources.map(urn));
    message.getPropertydependenciesMap().set(property, urns);
  }
  return message;
}

function urn({ type, name = "x" }: TestResource): string {
  return `urn:pulumi:stack::project::${type}::${name}`;
}

function levelName(level: proto.EnforcementLevel): string {
  return Object.entries(proto.EnforcementLevel).find(([, value]) => value === level)?.[0] ?? "";
}
