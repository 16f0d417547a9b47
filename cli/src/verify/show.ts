import type { Entry, Judgement } from "@waybill/core/offline";
import { quote } from "@waybill/core/image";
import { predicateName } from "@waybill/core/trust";
import { table } from "../output";

/** For people: one line for each piece, in the order in which things happened. */
export function showEvidence(entries: readonly Entry[], columns: "short" | "with ids"): string {
  const head = ["TIME", "PREDICATE", "SIGNER", "COUNTS"];
  const rows = entries.map((entry) => [timeOf(entry), typeOf(entry), signerOf(entry), countsOf(entry)]);
  if (columns === "short") return table([head, ...rows]);
  const ids = ["ID", ...entries.map(({ id }) => id ?? "-")];
  return table([head, ...rows].map((row, index) => [ids[index] ?? "", ...row]));
}

export function showReasons({ reasons, report: { blocks } }: Judgement): string {
  const others = blocks.slice(1).map(({ reason, by }) => `no: also blocked: "${reason}" by ${by}\n`);
  return [...reasons.map(({ code, message }) => `no: ${code}: ${message.trimEnd()}\n`), ...others].join("");
}

function timeOf({ time, attached }: Entry): string {
  if (time) return seconds(time);
  return attached ? `${seconds(attached)}?` : "no time";
}

function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

function typeOf({ predicateType }: Entry): string {
  if (predicateType === undefined) return "unreadable";
  const name = predicateName(predicateType);
  return name === predicateType ? quote(name).slice(1, -1) : name;
}

/** By the name that the trust policy has for it, else as it calls itself. */
function signerOf({ trustedAs, signer, refusal }: Entry): string {
  if (trustedAs.length > 0) return trustedAs.join(", ");
  if (!signer) return "unknown";
  const shown = quote(signer.identity).slice(1, -1);
  return refusal ? `${shown}?` : shown;
}

function countsOf({ refusal }: Entry): string {
  return refusal ? `no: ${refusal.code}: ${refusal.problem.found.split("\n", 1)[0] ?? ""}` : "yes";
}
