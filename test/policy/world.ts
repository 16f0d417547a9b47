import { generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decide, deploy } from "@waybill/core/history";
import { parsePinned, type PinnedReference } from "@waybill/core/image";
import { loadPromotion, type Place, rulesFor } from "@waybill/core/promotion";
import { attest } from "@waybill/core/proof";
import { configurationOf, loadService } from "@waybill/core/service";
import type { Signing } from "@waybill/core/signer";
import { predicateType } from "@waybill/core/trust";
import { PROVENANCE } from "../core/evidence/support/asked";
import { addImage, bench, memoryRegistry, testClock, type TestHandler } from "../support/registry";
import { HEAD, NOW, promotionOf, run, type Run, type TestResource, type Violation, BASICS } from "./engine";

export const CONFIG = { GREETING: "hi" };
const SERVICE = `version: 1
build: {}
port: 8080
probes: { ready: /, live: / }
resources: { cpu: 10m, memory: 1Mi }
config: { properties: { GREETING: { type: string } } }
`;

interface Hand {
  readonly signing: Signing;
  readonly pem: string;
}

/** Somebody with a key of their own; without a timestamp, what they say has no trusted time. */
function makeHand(): Hand {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = {
    sign: (data: Buffer) =>
      Promise.resolve({ bytes: sign("sha256", data, privateKey), publicKey, certificate: undefined }),
  };
  const patience = { timeoutMs: 1000, pausesMs: [] };
  const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
  return { pem, signing: { signer, log: undefined, timestamp: undefined, patience } };
}

export interface WorldOptions {
  /** Goes before the registry: to count, or to break it. */
  readonly around?: (handler: TestHandler) => TestHandler;
  /** More of promotion.yaml; `registry` is the host. */
  readonly more?: (registry: string) => string;
  /** Of staging, in promotion.yaml's words. */
  readonly staging?: string;
}

/** A registry with images, a signer whom promotion.yaml trusts, and the pack in stacks that run there. */
export async function world({
  around = (handler) => handler,
  more = () => "",
  staging = "",
}: WorldOptions = {}) {
  const memory = memoryRegistry();
  const { registry, app, server } = await bench(around(memory.handler), { clock: testClock() });
  const ours = makeHand();
  const stranger = makeHand();
  const levels = `levels: { ${BASICS.map((rule) => `${rule}: off`).join(", ")} }`;
  const may =
    "[{ say: [signature, provenance, vsa, deployment, block, revocation], for: [dev, staging, prod] }]";
  const file = promotionOf(
    `${HEAD}environments:
  - { name: dev, ${levels} }
  - { name: staging, ${levels}${staging} }
  - { name: prod, ${levels} }
services: { hello: { path: hello } }
trust: { signers: [{ name: ours, key: { pem: ${JSON.stringify(ours.pem)} }, may: ${may} }] }
${more(app.registry)}`,
  );
  mkdirSync(join(dirname(file), "hello"));
  writeFileSync(join(dirname(file), "hello/service.yaml"), SERVICE);
  const promotion = loadPromotion(file);
  const repository = `${app.registry}/${app.repository}`;
  const settings = { service: "hello", config: CONFIG };
  const configuration = configurationOf(loadService(join(dirname(file), "hello")), CONFIG, {}, "");
  let clock = Number(NOW) - 3_600_000;
  const writing = {
    trust: promotion.trust,
    now: () => new Date((clock += 1000)),
    wait: () => Promise.resolve(),
  };
  const at = (environment: string): Place => ({ service: "hello", environment, target: undefined });

  /** Pushed, and signed unless it is said otherwise. */
  const build = async (content: string, signing: Signing | null = ours.signing): Promise<PinnedReference> => {
    const image = parsePinned(`${repository}@${addImage(memory, app.repository, content).digest}`);
    if (signing === null) return image;
    for (const [type, predicate] of [
      ["signature", {}],
      ["provenance", PROVENANCE],
    ] as const)
      await attest(registry, image, { predicateType: predicateType(type), predicate }, signing, { now: NOW });
    return image;
  };
  const deployIn = async (
    environment: string,
    image: PinnedReference,
    after: string | null = null,
    decision: string | null = null,
    config = configuration.config,
  ) => {
    const { entry } = await deploy(
      registry,
      repository,
      at(environment),
      {
        kind: decision === null ? "built" : "promoted",
        image: { ...RELEASED, repository, digest: image.digest },
        config,
        manifests: configuration.manifests,
        settings: CONFIG,
        secrets: {},
        decision,
        by: null,
        change: null,
        after,
      },
      ours.signing,
      writing,
    );
    return entry.id;
  };
  const decideIn = async (
    environment: string,
    image: PinnedReference,
    after: string | null = null,
    config = configuration.config,
    hand: Hand = ours,
  ) => {
    const rules = rulesFor(promotion, at(environment));
    const words = {
      digest: image.digest,
      config,
      after,
      policy: rules.hash,
      policyFile: "promotion.yaml",
      verdicts: [{ gate: "proof", pass: true, reason: "signed", evidence: [], next: "", override: null }],
      overrides: [],
      lapsesAfter: 24 * 3_600_000,
      by: null,
      change: null,
    };
    const { entry } = await decide(registry, repository, at(environment), words, hand.signing, writing);
    return entry.id;
  };
  const pack = (resources: readonly TestResource[], options: Run = {}): Promise<Violation[]> =>
    run(resources, { promotion: file, registry, ...options, settings: { ...settings, ...options.settings } });
  return {
    memory,
    registry,
    server,
    repository,
    promotion,
    file,
    build,
    deployIn,
    decideIn,
    pack,
    writing,
    ours,
    stranger,
  };
}

const RELEASED = {
  tag: "v1",
  commit: "d".repeat(40),
  author: null,
  dirty: false,
  created: "2026-01-02T03:04:05Z",
  source: null,
  run: "local",
  base: null,
  inputs: {},
};

export type World = Awaited<ReturnType<typeof world>>;

export const nameOf = ({ registry, repository, digest }: PinnedReference): string =>
  `${registry}/${repository}@${digest}`;

export const podWith = (...images: unknown[]): TestResource => ({
  type: "kubernetes:core/v1:Pod",
  name: "web",
  props: { spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) } },
});

const RULE = "image-signed-and-decided";

/** One refusal with these words, and nothing else. */
export const refused = (message: RegExp | string, policy = RULE) => [
  {
    policy,
    level: "MANDATORY",
    message: (typeof message === "string"
      ? expect.stringContaining(message)
      : expect.stringMatching(message)) as string,
  },
];

export const block = ({ registry, ours }: World, image: PinnedReference) =>
  attest(
    registry,
    image,
    { predicateType: predicateType("block"), predicate: { reason: "it eats data" } },
    ours.signing,
    { now: NOW },
  );
