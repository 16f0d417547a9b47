import { formatReference } from "@waybill/core/image";
import { gather, judge, recordOf } from "@waybill/core/offline";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { type Arguments, Exit, type ExitCode, type Io } from "../command";
import { textFlag, textFlags } from "../input";
import { asJson } from "../output";
import { readPredicateType, readTrust } from "../policy";
import { oneImage, withRegistry } from "../registry";
import { showEvidence, showReasons } from "./show";

/** What is attached to an image, judged by the trust policy. A registry that does not answer is no answer: exit code 3. */
export async function verifyImage(args: Arguments, io: Io, now: Date): Promise<ExitCode> {
  const image = oneImage("verify", args);
  const trust = readTrust(args);
  const inquiry = { environment: textFlag(args, "environment"), predicates: readPredicates(args), now };
  const gathered = await withRegistry(io, (registry) => gather(registry, image));
  const judgement = judge(gathered, inquiry, trust);
  const where = inquiry.environment ?? "any environment";
  io.out(
    args.flags["json"] === true
      ? asJson(recordOf(image, judgement, trust))
      : `${judgement.ok ? "yes" : "no"}: ${formatReference(image)} for ${where}\n` +
          showEvidence(judgement.entries, "short") +
          showReasons(judgement),
  );
  return judgement.ok ? Exit.yes : Exit.no;
}

/** An attestation is no signature, so a signature is what is asked for where nothing else is. */
export function readPredicates(args: Arguments): readonly string[] {
  const asked = textFlags(args, "predicate-type").map(readPredicateType);
  return asked.length > 0 ? [...new Set(asked)] : [PREDICATE_TYPES.signature];
}
