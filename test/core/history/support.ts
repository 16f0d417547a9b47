import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { ReleasedImage } from "@waybill/core/evidence";
import type { DecisionWords, DeploymentWords } from "@waybill/core/history";
import { parseDigest, type Digest } from "@waybill/core/image";
import type { Place } from "@waybill/core/promotion";
import type { Signing } from "@waybill/core/signer";
import type { Trust } from "@waybill/core/trust";
import { addImage, type MemoryRegistry } from "../../support/registry";
import { trustOf } from "../evidence/support/asked";

export const place: Place = { service: "shop", environment: "staging", target: undefined };
export const REPOSITORY = "127.0.0.1:5000/team/app";
export const HOUR = 60 * 60 * 1000;
export const hash = (hex: string): string => `sha256:${hex.repeat(64)}`;

export interface Hand {
  readonly signing: Signing;
  readonly pem: string;
}

/** Somebody with a key of their own. */
export function makeHand(): Hand {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    signing: signingWith(privateKey, publicKey),
    pem: publicKey.export({ type: "spki", format: "pem" }) as string,
  };
}

function signingWith(privateKey: KeyObject, publicKey: KeyObject): Signing {
  const signer = {
    sign: (data: Buffer) =>
      Promise.resolve({ bytes: sign("sha256", data, privateKey), publicKey, certificate: undefined }),
  };
  return { signer, log: undefined, timestamp: undefined, patience: { timeoutMs: 1000, pausesMs: [] } };
}

export const ours = makeHand();
export const theirs = makeHand();
export const stranger = makeHand();

const ALL = ["vsa", "deployment", "revocation"];

export function trusting(say = ALL, more: object = {}): Trust {
  const may = [{ say, for: ["dev", "staging"] }];
  const signers = [ours, theirs].map(({ pem }, index) => ({ name: `hand-${index}`, key: { pem }, may }));
  return trustOf({ signers, ...more });
}

export const trust = trusting();

export function decisionOn(digest: Digest, change: Partial<DecisionWords> = {}): DecisionWords {
  return {
    digest,
    config: hash("c"),
    after: null,
    policy: hash("a"),
    policyFile: "promotion.yaml",
    verdicts: [
      { gate: "tests", pass: true, reason: "3 passed", evidence: [hash("e")], next: "", override: null },
    ],
    overrides: [],
    lapsesAfter: 24 * HOUR,
    by: "ci",
    change: null,
    ...change,
  };
}

export function imageOf(digest: Digest, change: Partial<ReleasedImage> = {}): ReleasedImage {
  return {
    repository: REPOSITORY,
    digest,
    tag: "v1",
    commit: "d".repeat(40),
    author: null,
    dirty: false,
    created: "2026-01-02T03:04:05Z",
    source: null,
    run: "local",
    base: null,
    inputs: {},
    ...change,
  };
}

export function deploymentOn(digest: Digest, change: Partial<DeploymentWords> = {}): DeploymentWords {
  return {
    kind: "built",
    image: imageOf(digest),
    config: hash("c"),
    manifests: hash("b"),
    settings: { GREETING: "hello" },
    secrets: {},
    decision: null,
    by: null,
    change: null,
    after: null,
    ...change,
  };
}

export function withImages(memory: MemoryRegistry, ...names: string[]): Digest[] {
  return names.map((name) => parseDigest(addImage(memory, "team/app", name).digest));
}
