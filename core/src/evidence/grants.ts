import { quote } from "../image";
import { predicateName, type TrustedSigner } from "../trust";
import { EvidenceError, refusal } from "./error";

/** A clock may run a little behind the timestamp authority's. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

export interface Utterance {
  readonly about: string;
  readonly predicateType: string;
  readonly environment: string | undefined;
  /** Each trusted time; none is "no trusted time". */
  readonly times: readonly Date[];
  readonly now: Date;
  /** Blocks and revocations hold whenever they were signed. */
  readonly timeless: boolean;
}

/** The trust policy's entries by which the signer may say this, for this environment, at this time; at least one. */
export function grantedBy(utterance: Utterance, signers: readonly TrustedSigner[]): readonly TrustedSigner[] {
  const { about, predicateType, environment, times, now, timeless } = utterance;
  const future = times.find((time) => time.getTime() > now.getTime() + CLOCK_SKEW_MS);
  if (future)
    throw refusal("time-in-future", about, `a time before ${now.toISOString()}`, future.toISOString());
  const entitled = signers.filter((signer) => mayEverSay(signer, predicateType, environment));
  if (entitled.length === 0) {
    const who = signers.map(({ name }) => name).join(", ");
    const name = predicateName(predicateType);
    const what = `${name === predicateType ? quote(name) : name} for ${environment ?? "any environment"}`;
    throw refusal("not-granted", about, `a signer who may say ${what}`, `${who}, who may not`);
  }
  if (timeless) return entitled;
  const verdicts = entitled.map((signer) => timeRefusal(utterance, signer));
  const granting = entitled.filter((_, index) => verdicts[index] === undefined);
  if (granting.length === 0) throw verdicts[0] ?? new Error("a refusal is missing");
  return granting;
}

function mayEverSay(
  { grants }: TrustedSigner,
  predicateType: string,
  environment: string | undefined,
): boolean {
  return grants.some(
    ({ predicateTypes, environments }) =>
      predicateTypes.has(predicateType) && (environment === undefined || environments.has(environment)),
  );
}

/** A time that nobody trusted vouches for can be any time up to now: that suffices only where every such time would. */
function timeRefusal({ about, times, now }: Utterance, signer: TrustedSigner): EvidenceError | undefined {
  const { name, from, until, compromised } = signer;
  const time = times.length > 0 ? new Date(Math.min(...times.map(Number))) : undefined;
  const latest = time ?? now;
  if (from && (time === undefined || time < from)) {
    return time
      ? outside(about, signer, time)
      : untimed(about, `${name} is trusted from ${from.toISOString()} on only`);
  }
  if (compromised && latest >= compromised) {
    const expected = `a signature of ${name} from before ${compromised.toISOString()}, when it was compromised`;
    return time
      ? refusal("signer-compromised", about, expected, time.toISOString())
      : untimed(about, expected);
  }
  if (until && latest > until) {
    return time
      ? outside(about, signer, time)
      : untimed(about, `${name} was trusted until ${until.toISOString()}`);
  }
  return undefined;
}

function outside(about: string, { name, from, until }: TrustedSigner, time: Date): EvidenceError {
  const window = `${from ? ` from ${from.toISOString()}` : ""}${until ? ` until ${until.toISOString()}` : ""}`;
  return refusal("outside-window", about, `a signature of ${name}${window}`, time.toISOString());
}

function untimed(about: string, why: string): EvidenceError {
  return refusal("no-trusted-time", about, `a trusted time, as ${why}`, "none");
}
