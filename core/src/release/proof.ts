import { parsePinned, type Digest } from "../image";
import { proofRefusal } from "../proof";
import type { Place, Service } from "../promotion";
import type { Registry } from "../registry";
import type { Trust } from "../trust";
import type { Upstream } from "./plan";

/** What the evidence of everything that upstream offers must prove, to whom, and where it is looked for. */
export interface ProofRequest {
  readonly registry: Registry;
  readonly trust: Trust;
  readonly service: Service;
  readonly place: Place;
  readonly upstream: readonly Upstream[];
  readonly now: Date;
}

/** Why digests that upstream offers may not enter; a registry that does not answer is an error, not a reason. */
export async function findRefusals(request: ProofRequest): Promise<Map<Digest, string>> {
  const { registry, trust, service, place, upstream, now } = request;
  const demand = {
    environment: place.environment,
    now,
    ...(service.provenance && { build: service.provenance }),
  };
  const offered = new Map(
    upstream.flatMap(({ release }) =>
      release?.image ? [[release.image.digest, release.image] as const] : [],
    ),
  );
  const refusals = [...offered.values()].map(async ({ repository, digest }) => {
    const refusal = await proofRefusal(registry, parsePinned(`${repository}@${digest}`), demand, trust);
    return refusal === undefined ? [] : [[digest, refusal] as const];
  });
  return new Map((await Promise.all(refusals)).flat());
}
