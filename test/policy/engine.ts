import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policies } from "@pulumi/policy";
import { runtime } from "@pulumi/pulumi";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import type { Registry } from "@waybill/core/registry";

import { createPack } from "@waybill/policy";
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
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A promotion file of its own for each text. */
export function promotionOf(text: string): string {
  const file = join(mkdtempSync(join(folder, "promotion-")), "promotion.yaml");
  writeFileSync(file, text);
  return file;
}

export const NOW = new Date("2026-06-01T12:00:00Z");
export const HEAD = "version: 1\nowner: platform@example.com\nnextReview: 2027-06-01\n";

/** Three environments, in which some rules are off; nobody may sign anything. More of the file can follow. */
export function without(quiet: readonly string[], more = ""): string {
  const levels = `levels: { ${quiet.map((rule) => `${rule}: off`).join(", ")} }`;
  const environments = ["dev", "staging", "prod"].map((name) => `{ name: ${name}, ${levels} }`).join(", ");
  const rest = `services: { hello: { path: hello } }\ntrust: { signers: [] }\n${more}`;
  return promotionOf(`${HEAD}environments: [${environments}]\n${rest}`);
}

/** What needs a registry to be asked. */
export const SIGNATURES = ["image-signed-and-decided", "no-silent-config-change"];
export const BASICS = [
  "workload-resources",
  "workload-probes",
  "workload-service-account",
  "workload-provenance-labels",
  "workload-storage",
  "workload-network-policy",
];

/** For tests of a rule that is neither about signatures nor about what every workload has. */
export const promotionFile = without([...SIGNATURES, ...BASICS]);

export interface Run {
  readonly environment?: string | undefined;
  /** More of the stack's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly promotion?: string;
  readonly preview?: boolean;
  /** What the user configures for the policies. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Off: as when a user's config sets another level for every policy. */
  readonly remediate?: boolean;
  /** As when a user's config turns tags into digests. */
  readonly pinTags?: boolean;
  readonly registry?: Registry;
  readonly now?: Date;
}

/** Shows the resources to the pack one by one, and then the stack, as preview and update do. */
export async function run(resources: readonly TestResource[], options: Run = {}): Promise<Violation[]> {
  const policies = policiesFor(options);
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
  const shown: TestResource[] = [];
  for (const resource of resources) {
    const request = fill(new proto.AnalyzeRequest(), resource);
    if (options.remediate !== false) {
      const answer = (await rpc("makeRemediateRpcFun")(request)) as proto.RemediateResponse;
      for (const remediation of answer.getRemediationsList()) {
        const changed = remediation.getProperties();
        if (changed) request.setProperties(changed);
      }
    }
    shown.push({ ...resource, props: request.getProperties()?.toJavaScript() ?? {} });
    collect(await rpc("makeAnalyzeRpcFun")(request));
  }
  const stack = new proto.AnalyzeStackRequest();
  stack.setResourcesList(shown.map(toStackResource));
  collect(await rpc("makeAnalyzeStackRpcFun")(stack));
  return violations;
}

function policiesFor(options: Run): Policies {
  const settings = {
    ...("environment" in options ? { environment: options.environment } : { environment: "staging" }),
    ...options.settings,
  } as Readonly<Record<string, unknown>>;
  const { policies } = createPack({
    stack: {
      text: (key) => (settings[key] as string | undefined) || undefined,
      object: (key) => settings[key] as Record<string, unknown> | undefined,
    },
    promotion: () => options.promotion ?? promotionFile,
    isPreview: () => options.preview ?? true,
    now: () => options.now ?? NOW,
    requester: () => undefined,
    openRegistry: () =>
      options.registry
        ? Promise.resolve(options.registry)
        : Promise.reject(new Error("nobody is to be asked")),
  });
  // The engine hands over what is configured by a call of its own; its own level comes the same way.
  const configured = (check: unknown) =>
    ((args: object, ...more: unknown[]) =>
      (check as (...all: unknown[]) => unknown)(
        { ...args, getConfig: () => options.options ?? {} },
        ...more,
      )) as never;
  return policies.map((policy) => ({
    ...policy,
    ...("validateResource" in policy && { validateResource: configured(policy.validateResource) }),
    ...("remediateResource" in policy && {
      remediateResource: configured(policy.remediateResource),
    }),
    ...(policy.name === "pin-tags" && options.pinTags === true && { enforcementLevel: "remediate" as const }),
  }));
}

/** What one rule says, in one place; every message must come with the level that is expected. */
export async function messagesOf(
  rule: string,
  resources: readonly TestResource[],
  options: Run = {},
  level = "MANDATORY",
): Promise<string[]> {
  const found = (await run(resources, options)).filter(({ policy }) => policy === rule);
  expect(found.filter((one) => one.level !== level)).toEqual([]);
  return found.map(({ message }) => message);
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
    Struct.fromJavaScript(
      JSON.parse(JSON.stringify(resource.props ?? {})) as Parameters<typeof Struct.fromJavaScript>[0],
    ),
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
