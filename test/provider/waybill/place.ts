import { readHistory } from "@waybill/core/history";
import { decodeValues, type Values } from "@waybill/provider";
import { waybillProvider } from "../../../provider/src/waybill/provider";
import { withImage } from "../../core/proof/support";
import { trustOf } from "../../core/evidence/support/asked";
import { imageOf } from "../../core/history/support";
import { addImage } from "../../support/registry";
import { serve } from "../served";
import { noSyft, publicKeyOf, signer } from "./support";

export const hash = (hex: string): string => `sha256:${hex.repeat(64)}`;
const HOUR = 60 * 60 * 1000;
const place = { service: "shop", environment: "staging", target: undefined };

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

export const trust = trustOf({
  signers: [
    {
      name: "ours",
      key: { pem: publicKeyOf(signer) },
      may: [{ say: ["vsa", "deployment", "revocation"], for: ["staging"] }],
    },
  ],
});

/** Decisions and deployments of one place as an engine asks for them, and a registry that can be switched off. */
export async function servedPlace({ api = true } = {}) {
  const state = {
    down: false,
    now: Date.parse("2026-06-01T13:00:00Z"),
  };
  const { registry, image, memory } = await withImage(api, [
    {
      times: Infinity,
      then: (request, next) => (state.down ? { status: 503 } : next(request)),
    },
  ]);
  const second = addImage(memory, "team/app", "second").digest;
  const now = () => new Date((state.now += 1000));
  const world = { registry, now, wait: () => Promise.resolve(), environment: {} };
  const provider = waybillProvider("1.2.3", world, noSyft);
  const calls = async (type: string) => {
    const served = await serve(provider, `urn:pulumi:staging::shop::waybill:index:${type}::shop`);
    stops.push(served.stop);
    const create = async (inputs: Values) => {
      const response = await served.create(inputs);
      return { id: response.getId(), inputs, outputs: decodeValues(response.getProperties()) };
    };
    const replaces = async (made: { id: string; inputs: Values; outputs: Values }, news = made.inputs) =>
      (await served.diff(made.id, made, news)).getReplacesList();
    return { ...served, create, replaces };
  };
  const repository = `${image.registry}/${image.repository}`;
  const read = () => readHistory(registry, repository, place, trust, new Date(state.now + HOUR));
  const common = (digest: string): Values => ({
    image: `${repository}@${digest}`,
    service: "shop",
    environment: "staging",
    target: "",
    config: hash("c"),
    after: "",
    signer,
    trust: JSON.stringify(trust.document),
  });
  return {
    state,
    registry,
    memory,
    repository,
    one: image.digest as string,
    two: second as string,
    decisions: await calls("Decision"),
    deployments: await calls("Deployment"),
    read,
    decisionOn: (digest: string, more: Values = {}, basis: Values = {}): Values => ({
      ...common(digest),
      basis: {
        policy: hash("a"),
        trust: trust.hash,
        verdicts: [],
        overrides: [],
        lapsesAfter: 24 * HOUR,
        by: "ci",
        change: null,
        carriedOut: false,
        ...basis,
      },
      ...more,
    }),
    deploymentOn: (digest: string, more: Values = {}): Values => ({
      ...common(digest),
      running: digest,
      released: { ...imageOf(digest as never), repository },
      kind: "promoted",
      manifests: hash("b"),
      settings: { GREETING: "hello" },
      secrets: {},
      decision: "",
      tag: "",
      by: "ci",
      change: "",
      offline: "",
      ...more,
    }),
  };
}
