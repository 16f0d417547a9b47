import {
  decide,
  type DecisionEntry,
  type DecisionWords,
  HistoryError,
  lapsed,
  letsIn,
  readHistory,
  type Verdict,
} from "@waybill/core/history";
import { findMistakes, type JsonSchema } from "@waybill/core/schema";
import { ProviderError } from "../errors";
import type { Created, Operation, Resource } from "../resource";
import { reveal, type Values } from "../value";
import type { World } from "./inputs";
import { textOf } from "./inputs";
import { plainly } from "./problems";
import { type Asked, common, readAsked, recordResource, signingFor, writingOf } from "./record";

/** What a decision rests on; settled when it is made. */
interface Basis {
  readonly policy: string;
  readonly policyFile?: string;
  readonly trust: string;
  readonly verdicts: readonly Verdict[];
  readonly overrides: readonly string[];
  readonly lapsesAfter: number;
  readonly by?: string | null;
  readonly change?: string | null;
  readonly carriedOut: boolean;
  readonly offline?: string | null;
}

const textOrNull = { type: ["string", "null"] };
const basisSchema: JsonSchema = {
  type: "object",
  required: ["policy", "trust", "verdicts", "overrides", "lapsesAfter", "carriedOut"],
  additionalProperties: false,
  properties: {
    policy: { type: "string" },
    policyFile: { type: "string" },
    trust: { type: "string" },
    verdicts: { type: "array" },
    overrides: { type: "array" },
    lapsesAfter: { type: "number", exclusiveMinimum: 0 },
    by: textOrNull,
    change: textOrNull,
    carriedOut: { type: "boolean" },
    offline: textOrNull,
  },
};

const data = {
  inputs: {
    ...common,
    signer: { type: "string", required: true, replace: true },
    basis: { type: "object", required: true, diffed: false },
  },
  computed: ["decision", "expires", "time"],
} as const;

/** `waybill:index:Decision`: this may enter there, by all gates, signed before anything changes. */
export function decisionResource(world: World): Resource {
  return recordResource(
    data,
    {
      create: ({ inputs }, operation) => plainly(() => create(inputs, world, operation)),
      update: (_, { urn }) => Promise.reject(neverUpdated(urn)),
      // What was decided was decided; what was never carried out lapses.
      delete: () => Promise.resolve(),
    },
    "decision",
    (inputs, outputs, { signal }) => whyLost(inputs, textOf(outputs["decision"]), world, signal),
    world,
  );
}

async function create(inputs: Values, world: World, operation: Operation): Promise<Created> {
  const asked = readAsked(inputs);
  const basis = readBasis(inputs, asked);
  const words = wordsOf(inputs, asked, basis);
  operation.progress(`deciding on ${asked.image.digest}`);
  const entry = basis.carriedOut
    ? await findCarriedOut(asked, words, world, operation)
    : await decideNow(inputs, asked, words, world, operation);
  operation.progress("");
  const { id, record, time } = entry;
  return {
    id,
    outputs: { ...inputs, decision: id, expires: record.expires, time: time?.toISOString() ?? null },
  };
}

async function decideNow(
  inputs: Values,
  asked: Asked,
  words: DecisionWords,
  world: World,
  operation: Operation,
): Promise<DecisionEntry> {
  const signing = signingFor(asked, inputs, world);
  const options = writingOf(asked, world, operation);
  return (await decide(world.registry, asked.repository, asked.place, words, signing, options)).entry;
}

/** A stack whose state was lost finds what it runs under; nothing is decided anew for it. */
async function findCarriedOut(
  { repository, place, trust }: Asked,
  words: DecisionWords,
  { registry, now }: World,
  { signal }: Operation,
): Promise<DecisionEntry> {
  const { decisions } = await readHistory(registry, repository, place, trust, now(), { signal });
  const found = decisions.find((entry) => letsIn(entry, words));
  if (found) return found;
  throw new HistoryError("decision-missing", {
    about: words.digest,
    expected: "the decision that it runs under",
    found: "none that counts",
    next: "Run it again: what may enter is then decided anew.",
  });
}

async function whyLost(
  inputs: Values,
  id: string,
  { registry, now }: World,
  signal: AbortSignal,
): Promise<string | undefined> {
  const asked = readAsked(inputs);
  const { repository, place, trust } = asked;
  const { decisions, deployments } = await readHistory(registry, repository, place, trust, now(), { signal });
  const entry = decisions.find((one) => one.id === id);
  if (!entry) return `decision ${id} does not count any more: it is gone from the registry, or revoked`;
  const isDone =
    readBasis(inputs, asked).carriedOut || deployments.some(({ record }) => record.decision === id);
  if (isDone || !lapsed(entry.record, now())) return undefined;
  return `decision ${id} lapsed at ${entry.record.expires} before it was carried out`;
}

function wordsOf(inputs: Values, { image, after }: Asked, basis: Basis): DecisionWords {
  const { policy, policyFile = "promotion.yaml", verdicts, overrides, lapsesAfter } = basis;
  return {
    digest: image.digest,
    config: textOf(inputs["config"]),
    after,
    policy,
    policyFile,
    verdicts,
    overrides,
    lapsesAfter,
    by: basis.by ?? null,
    change: basis.change ?? null,
  };
}

/** What was decided by one trust policy is not signed as decided by another one. */
function readBasis(inputs: Values, { trust }: Asked): Basis {
  const basis = reveal(inputs["basis"] ?? null);
  const [mistake] = findMistakes(basis, basisSchema);
  if (mistake) throw malformed("a basis as the planner gives it", `${mistake.path} ${mistake.message}`);
  const read = basis as unknown as Basis;
  if (read.trust !== trust.hash) throw malformed(`the trust policy ${read.trust}`, trust.hash);
  return read;
}

function malformed(expected: string, found: string): ProviderError {
  const next = "Give it what decisionOf of @waybill/core/release gives.";
  return new ProviderError("invalid", { about: "basis of a decision", expected, found, next });
}

function neverUpdated(urn: string): ProviderError {
  return new ProviderError("unsupported", {
    about: urn,
    expected: "a replacement",
    found: "an update",
    next: "A decision is never changed. Please report this.",
  });
}
