import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment, ReleasedImage } from "@waybill/core/evidence";
import { decide, deploy, type DeploymentEntry, readHistory } from "@waybill/core/history";
import { parseDigest, parsePinned } from "@waybill/core/image";
import { loadPromotion, type Place, type Promotion, rulesFor } from "@waybill/core/promotion";
import { attest } from "@waybill/core/proof";
import type { Registry } from "@waybill/core/registry";
import { configurationOf, loadService } from "@waybill/core/service";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import {
  addImage,
  bench,
  client,
  type Fault,
  type MemoryRegistry,
  memoryRegistry,
  withFaults,
} from "../support/registry";
import { PROVENANCE } from "../core/evidence/support/asked";
import { type Hand, makeHand } from "../core/history/support";
import { waybill } from "./run";

export const NOW = new Date("2026-06-02T12:00:00Z");
const PASSWORD = "correct horse";

const folder = mkdtempSync(join(tmpdir(), "waybill-estate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ci = makeHand();
const sam = makeHand();

/** Keys that the command itself made, of people who approve. */
export async function makePeople(): Promise<void> {
  for (const name of ["alice", "bob"]) {
    const made = await waybill(["key", join(folder, `${name}.key`), "--password-env", "PASSWORD"], "", {
      environment: { PASSWORD },
    });
    if (made.code !== 0) throw new Error(made.err);
    const signing = { key: { file: `${name}.key`, password: { env: "PASSWORD" } } };
    writeFileSync(signerOf(name), JSON.stringify(signing));
  }
}

export function signerOf(name: string): string {
  return join(folder, `${name}.json`);
}

const service = (config: object): object => ({
  version: 1,
  build: {},
  port: 8080,
  probes: { ready: "/ready", live: "/live" },
  resources: { cpu: "20m", memory: "96Mi" },
  config: { required: ["GREETING"], properties: { GREETING: { type: "string" } } },
  ...config,
});

function promotionOf(change: object): object {
  const everywhere = ["dev", "staging", "prod"];
  const all = ["signature", "provenance", "test-result", "vulns", "vsa", "deployment", "revocation"];
  const may = (say: string[], places: string[]) => [{ say, for: places }];
  const person = (name: string) => ({
    name,
    key: { pem: readFileSync(join(folder, `${name}.pub`), "utf8").replace(/^[^-]*/, "") },
    may: may(["approval"], ["staging", "prod"]),
  });
  return {
    version: 1,
    owner: "platform@example.com",
    nextReview: "2027-06-01",
    people: {
      alice: { signers: ["alice"], emails: ["alice@example.com"] },
      bob: { signers: ["bob"], emails: ["bob@example.com"] },
    },
    groups: { approvers: ["alice", "bob"], security: ["alice"] },
    environments: [
      { name: "dev" },
      { name: "staging" },
      { name: "prod", gates: { approvals: { count: 1 } }, configGates: { approvals: { count: 1 } } },
    ],
    services: { hello: { path: "hello", stack: "{environment}" } },
    trust: {
      signers: [
        { name: "ci", key: { pem: ci.pem }, may: may(all, everywhere) },
        { name: "sam", key: { pem: sam.pem }, may: may(["block", "revocation"], everywhere) },
        person("alice"),
        person("bob"),
      ],
    },
    ...change,
  };
}

export interface Made {
  readonly promotion?: object;
  readonly service?: object;
  readonly faults?: readonly Fault[];
  /** Called for each request before it is answered. */
  readonly onRequest?: () => void;
}

export interface Estate {
  readonly folder: string;
  readonly memory: MemoryRegistry;
  readonly repository: string;
  readonly registry: Registry;
  readonly promotion: Promotion;
  readonly log: readonly string[];
  file(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
  build(content: string, change?: Partial<ReleasedImage>): Promise<ReleasedImage>;
  /** Decides where that is due, and records the deployment; with the settings that the stack's file has. */
  deploy(environment: string, image: ReleasedImage, change?: Partial<Deployment>): Promise<DeploymentEntry>;
  say(
    by: "ci" | "sam",
    image: ReleasedImage,
    type: keyof typeof PREDICATE_TYPES,
    predicate: object,
  ): Promise<string>;
  run(...argv: string[]): ReturnType<typeof waybill>;
  runWith(
    more: { stdin?: string; terminal?: boolean; environment?: NodeJS.ProcessEnv; now?: Date },
    ...argv: string[]
  ): ReturnType<typeof waybill>;
}

let count = 0;

/** A service in dev, staging and prod, with a registry on a real socket; nothing is deployed yet. */
export async function estate(made: Made = {}): Promise<Estate> {
  const memory = memoryRegistry();
  const faulty = withFaults(memory.handler, made.faults ?? []);
  const { server } = await bench((request) => {
    made.onRequest?.();
    return faulty(request);
  });
  const root = join(folder, `estate-${count++}`);
  mkdirSync(join(root, "hello"), { recursive: true });
  const file = (name: string) => join(root, name);
  const write = (name: string, text: string) => writeFileSync(file(name), text);
  write("promotion.yaml", JSON.stringify(promotionOf(made.promotion ?? {})));
  write("hello/service.yaml", JSON.stringify(service(made.service ?? {})));
  for (const environment of ["dev", "staging", "prod"]) {
    const registry = environment === "dev" ? `  waybill:registry: ${server.host}/team\n` : "";
    const place = `  waybill:service: hello\n  waybill:environment: ${environment}\n`;
    write(
      `Pulumi.${environment}.yaml`,
      `config:\n${place}${registry}  waybill:config:\n    GREETING: hello\n`,
    );
  }
  const promotion = loadPromotion(file("promotion.yaml"));
  const desk = { memory, repository: `${server.host}/team/hello`, registry: client(), promotion, root };
  const runWith: Estate["runWith"] = (
    { stdin = "", terminal = false, environment = {}, now = NOW },
    ...argv
  ) => {
    const io = {
      terminal,
      now: () => now,
      openRegistry: () => client(),
      environment: { PATH: process.env["PATH"], PASSWORD, ...environment },
    };
    const takesNone = argv.includes("--promotion") || ["key", "evidence"].includes(argv[0] ?? "");
    const where = takesNone ? [] : ["--promotion", file("promotion.yaml")];
    const end = argv.indexOf("--");
    return waybill(
      end < 0 ? [...argv, ...where] : [...argv.slice(0, end), ...where, ...argv.slice(end)],
      stdin,
      io,
    );
  };
  return {
    ...desk,
    folder: root,
    log: server.log,
    file,
    write,
    read: (name) => readFileSync(file(name), "utf8"),
    build: (content, change) => build(desk, content, change),
    deploy: (environment, image, change) => deployTo(desk, environment, image, change),
    say: (by, image, type, predicate) => say(desk, by === "ci" ? ci : sam, image, type, predicate),
    run: (...argv) => runWith({}, ...argv),
    runWith,
  };
}

interface Desk {
  readonly memory: MemoryRegistry;
  readonly repository: string;
  readonly registry: Registry;
  readonly promotion: Promotion;
  readonly root: string;
}

async function build(
  desk: Desk,
  content: string,
  change: Partial<ReleasedImage> = {},
): Promise<ReleasedImage> {
  const { digest } = addImage(desk.memory, "team/hello", content);
  const image: ReleasedImage = {
    repository: desk.repository,
    digest: parseDigest(digest),
    tag: `tag-of-${content}`,
    commit: Buffer.from(content.padEnd(20, ".")).toString("hex").slice(0, 40),
    author: "dora@example.com",
    dirty: false,
    created: "2026-06-01T00:00:00Z",
    source: null,
    run: "https://ci.example/runs/1",
    base: null,
    inputs: {},
    ...change,
  };
  await say(desk, ci, image, "signature", {});
  await say(desk, ci, image, "provenance", PROVENANCE);
  return image;
}

async function say(
  { registry }: Desk,
  { signing }: Hand,
  { repository, digest }: ReleasedImage,
  type: keyof typeof PREDICATE_TYPES,
  predicate: object,
): Promise<string> {
  const words = { predicateType: PREDICATE_TYPES[type], predicate };
  const { id } = await attest(registry, parsePinned(`${repository}@${digest}`), words, signing, { now: NOW });
  return id;
}

async function deployTo(
  desk: Desk,
  environment: string,
  image: ReleasedImage,
  change: Partial<Deployment> = {},
): Promise<DeploymentEntry> {
  const { registry, repository, promotion } = desk;
  const place: Place = { service: "hello", environment, target: undefined };
  const writing = { trust: promotion.trust, now: () => NOW, wait: () => Promise.resolve() };
  const { head } = await readHistory(registry, repository, place, promotion.trust, NOW);
  const configuration = configurationOf(loadService(join(desk.root, "hello")), { GREETING: "hello" }, {}, "");
  const after = head?.id ?? null;
  const { config, manifests, settings, secrets } = { ...configuration, ...change };
  const words = { digest: image.digest, config, after, lapsesAfter: 3_600_000, by: null, change: null };
  const rules = rulesFor(promotion, place);
  const verdicts = [
    { gate: "order", pass: true, reason: "as it must be", evidence: [], next: "", override: null },
  ];
  const basis = { policy: rules.hash, policyFile: "promotion.yaml", verdicts, overrides: [] };
  const decided =
    environment === "dev"
      ? undefined
      : await decide(registry, repository, place, { ...words, ...basis }, ci.signing, writing);
  const kind = change.kind ?? (environment === "dev" ? "built" : "promoted");
  const { by = "ci@example.com", change: linked = null } = change;
  const record = { image, config, manifests, settings, secrets, by, kind, after, change: linked };
  const decision = decided?.entry.id ?? null;
  const { entry } = await deploy(registry, repository, place, { ...record, decision }, ci.signing, writing);
  return entry;
}

/** A program called pulumi that notes how it was called, says this and ends so; answers with the PATH that has it. */
export function fakePulumi(at: Estate, says: string, code: number): string {
  const bin = at.file("bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "says"), says);
  const script = `#!/bin/sh\necho "$PWD $*" >> ${bin}/calls\ncat ${bin}/says\nexit ${code}\n`;
  writeFileSync(join(bin, "pulumi"), script, { mode: 0o755 });
  return `${bin}:${process.env["PATH"] ?? ""}`;
}
