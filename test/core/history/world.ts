import {
  decide,
  type DecisionWords,
  deploy,
  type DeploymentWords,
  headOf,
  readHistory,
} from "@waybill/core/history";
import { parsePinned, type Digest } from "@waybill/core/image";
import type { Registry } from "@waybill/core/registry";
import { bench, type Fault, memoryRegistry, withFaults } from "../../support/registry";
import { decisionOn, deploymentOn, ours, place, trust, withImages } from "./support";

export const noon = Date.parse("2026-06-01T12:00:00Z");

/** A registry with two images, and all that is done to the history of one place. */
export async function world({ api = true, faults = [] as readonly Fault[] } = {}) {
  const memory = memoryRegistry({ referrers: api });
  const [one, two] = withImages(memory, "one", "two") as [Digest, Digest];
  const { registry, app, server } = await bench(withFaults(memory.handler, faults));
  const repository = `${app.registry}/${app.repository}`;
  const clock = { now: noon };
  const options = {
    trust,
    now: () => new Date((clock.now += 1000)),
    wait: (ms: number) => Promise.resolve(void (clock.now += ms)),
  };
  const { manifests } = memory.repository("team/app");
  const decideOn = (words: DecisionWords, hand = ours, more: object = {}) =>
    decide(registry, repository, place, words, hand.signing, { ...options, ...more });
  const deployOn = (words: DeploymentWords, hand = ours, more: object = {}) =>
    deploy(registry, repository, place, words, hand.signing, { ...options, ...more });
  const read = (given = trust, at = place) => readHistory(registry, repository, at, given, options.now());
  const head = () => headOf(registry, repository, place, trust, options.now());
  const image = (digest: Digest) => parsePinned(`${repository}@${digest}`);
  return {
    registry,
    repository,
    app,
    server,
    memory,
    manifests,
    clock,
    options,
    one,
    two,
    decideOn,
    deployOn,
    read,
    head,
    image,
  };
}

/** A deployment under a decision. */
export const promoted = (digest: Digest, after: string | null, decision: string): DeploymentWords =>
  deploymentOn(digest, { kind: "promoted", after, decision });

/** As a run leaves it that is killed between its proposal and its next look. */
export async function leaveProposal(
  registry: Registry,
  app: { registry: string; repository: string },
  digest: Digest,
  now: Date,
): Promise<void> {
  let puts = 0;
  const dying: Registry = {
    ...registry,
    putReferrer: async (...args) => {
      if (puts++ > 0) throw new Error("killed");
      return registry.putReferrer(...args);
    },
  };
  const options = { trust, now: () => now, wait: () => Promise.resolve() };
  const repository = `${app.registry}/${app.repository}`;
  await expect(decide(dying, repository, place, decisionOn(digest), ours.signing, options)).rejects.toThrow(
    "killed",
  );
}
