import type { Gate } from "../promotion";
import { no, yes } from "./answer";
import { ageRefusal, foundInstead, judgeNewest, newest, saying, type Said } from "./claims";
import { attestStep } from "./steps";
import type { Answer, Facts } from "./types";
import { counted, listed, plain } from "./words";

type CompatibilityGate = Extract<Gate, { kind: "compatibility" }>;

/**
 * Whether going back stays safe, by the declarations that the gates would take; null where nobody declared it. Of several
 * that may be the newest, each must say so.
 */
export function declaredSafe(facts: Facts): boolean | null {
  const asked = facts.rules.gates.flatMap((gate) => (gate.kind === "compatibility" ? [gate.by] : []));
  const declared = (asked.length === 0 ? [null] : asked).flatMap((by) =>
    newest(saying(facts, "compatibility", by)),
  );
  return declared.length === 0 ? null : declared.every(({ said }) => said.rollback === "safe");
}

/** Somebody declared what the change means for the versions beside it; saying nothing is a no. */
export function judgeCompatibility(facts: Facts, gate: CompatibilityGate): Answer {
  const judged = judgeNewest(
    saying(facts, "compatibility", gate.by),
    (declaration) => badDeclaration(declaration, gate),
    ({ claim }) => ageRefusal(claim, null, facts.now),
  );
  const next = attestStep(facts, "compatibility", "--report FILE");
  if (!judged) return no(`expected a declaration, found ${foundInstead(facts, "compatibility")}`, next);
  if ("old" in judged) return no(judged.old, next);
  if ("bad" in judged) {
    return no(
      judged.bad,
      `Make the change in steps that fit beside each other; or correct the declaration: ${next}`,
    );
  }
  const { claim, said } = judged.used;
  const beside = said.sideBySide ? "may run side by side" : "may not run side by side";
  return yes(
    `rollback ${said.rollback}, old and new ${beside}; ${counted(said.changes.length, "change")} declared`,
    [claim.id],
  );
}

function badDeclaration({ said }: Said<"compatibility">, gate: CompatibilityGate): string | undefined {
  const changes = said.changes.map(({ kind, summary }) => `${kind}: ${plain(summary)}`);
  const because = changes.length > 0 ? ` (${listed(changes, 3)})` : "";
  if (gate.rollbackSafe && said.rollback !== "safe") {
    return `expected that rollback is safe, found ${said.rollback}${because}`;
  }
  if (gate.sideBySide && !said.sideBySide) {
    return `expected that old and new may run side by side, found that they may not${because}`;
  }
  return undefined;
}
