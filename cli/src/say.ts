import { checkPredicate } from "@waybill/core/evidence";
import { type Digest, formatReference, type PinnedReference } from "@waybill/core/image";
import { gather, judge } from "@waybill/core/offline";
import { attest, type Attested, signingOf } from "@waybill/core/proof";
import type { Registry } from "@waybill/core/registry";
import { predicateName, type Trust } from "@waybill/core/trust";
import { type Arguments, Exit, type ExitCode, type Io } from "./command";
import { requiredFlag } from "./input";
import { asJson } from "./output";
import { findTrust } from "./policy";
import { withRegistry } from "./registry";

/** The flags of every command that signs something. */
export const SIGNING_FLAGS = {
  signer: { type: "string" },
  trust: { type: "string" },
  json: { type: "boolean" },
} as const;

export const SIGNING_HELP = [
  "--signer REF       a file that says how to sign (docs/evidence.md), or NAME://KEY for a key service",
  "--trust FILE       tells whether it counts (default: promotion.yaml, if there is one)",
  "--json             one JSON object (docs/cli.md)",
  "Exit code 1 if it was attached, but counts for nothing under the trust policy.",
];

export interface Said {
  readonly image: PinnedReference;
  readonly predicateType: string;
  readonly predicate: object;
  /** Other digests that it is about too: found out before anything is signed. */
  readonly also?: (registry: Registry) => Promise<readonly Digest[]>;
}

/** Signs, attaches, and then looks at it as a verifier would: what was written is not what counts, what is there is. */
export async function say(command: string, args: Arguments, io: Io, said: Said): Promise<ExitCode> {
  const { image, predicateType, predicate } = said;
  const reference = requiredFlag(command, args, "signer");
  checkPredicate(`evidence for ${formatReference(image)}`, predicateType, predicate);
  const trust = findTrust(args);
  const now = io.now?.() ?? new Date();
  return withRegistry(io, async (registry) => {
    // Whoever is not there cannot be signed, and a log must not hear of it.
    await registry.resolve({ ...image, tag: undefined });
    const also = (await said.also?.(registry)) ?? [];
    const signing = signingOf(reference, image.registry, io.environment ?? process.env);
    const attested = await attest(registry, image, { predicateType, predicate, also }, signing, { now });
    const refusal = trust && (await whyNot(registry, image, attested, trust, now));
    io.out(
      args.flags["json"] === true
        ? asJson(toJson(image, attested, trust, refusal))
        : describe(image, attested, trust, refusal),
    );
    return refusal === undefined ? Exit.yes : Exit.no;
  });
}

/** Undefined where it counts for any environment. */
async function whyNot(
  registry: Registry,
  image: PinnedReference,
  { referrer }: Attested,
  trust: Trust,
  now: Date,
): Promise<string | undefined> {
  const gathered = await gather(registry, image);
  const sources = gathered.pieces.filter((piece) => piece.referrer === referrer).map(({ source }) => source);
  const { entries } = judge(gathered, { environment: undefined, predicates: [], now }, trust);
  const own = entries.filter(({ source }) => sources.includes(source));
  if (own.length === 0) return `expected to find it at ${formatReference(image)}, found it gone again`;
  return own.find(({ refusal }) => refusal)?.refusal?.message;
}

function describe(
  image: PinnedReference,
  { added, predicateType, id, signer, time, also }: Attested,
  trust: Trust | undefined,
  refusal: string | undefined,
): string {
  const counts =
    trust === undefined ? "not asked: no trust policy" : refusal === undefined ? "yes" : `no: ${refusal}`;
  const others = also.map((digest) => `\n  also    ${digest}`).join("");
  return (
    `${added ? "attached" : "was attached before"}: ${predicateName(predicateType)} to ${formatReference(image)}${others}\n` +
    `  id      ${id}\n  signer  ${signer}\n  time    ${time?.toISOString() ?? "no trusted time"}\n  counts  ${counts}\n`
  );
}

function toJson(
  image: PinnedReference,
  { added, predicateType, id, signer, time, referrer, also }: Attested,
  trust: Trust | undefined,
  refusal: string | undefined,
): object {
  return {
    image: formatReference({ ...image, tag: undefined }),
    also,
    added,
    id,
    predicateType,
    signer,
    time: time?.toISOString() ?? null,
    referrer,
    counts: trust === undefined ? null : refusal === undefined,
    refusal: refusal ?? null,
  };
}
