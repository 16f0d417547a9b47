import type { Gate } from "../promotion";
import { no, yes } from "./answer";
import { ageRefusal, foundInstead, judgeNewest, reasonOf, runRefusal, saying, type Said } from "./claims";
import { attestStep } from "./steps";
import type { Answer, Facts } from "./types";
import { moment, plain } from "./words";

type LoadGate = Extract<Gate, { kind: "load" }>;

/** The newest run under simulated traffic held what the gate asks. */
export function judgeLoad(facts: Facts, gate: LoadGate): Answer {
  const judged = judgeNewest(
    saying(facts, "load", gate.by),
    (run) => badRun(run, gate),
    ({ claim, said }) => ageRefusal(claim, gate.maxAge, facts.now, said.finishedOn),
  );
  const next = attestStep(facts, "load", "--report FILE --finished TIME");
  if (!judged) return no(`expected a load test, found ${foundInstead(facts, "load")}`, next);
  if (!("used" in judged)) return no(reasonOf(judged), next);
  const { claim, said } = judged.used;
  const latency = Object.keys(gate.latency).map((name) => `, ${name} ${said.latency[name] ?? 0} ms`);
  const when = claim.time ? `, on ${moment(claim.time)}` : "";
  return yes(
    `${said.requests} requests by ${plain(said.tool)}, ${percent(said.failed / said.requests)} failed${latency.join("")}${when}`,
    [claim.id],
  );
}

function badRun({ claim, said }: Said<"load">, gate: LoadGate): string | undefined {
  const { requests, failed, startedOn, finishedOn, latency } = said;
  const wrong = runRefusal(claim, startedOn, finishedOn);
  if (wrong !== undefined) return wrong;
  if (failed > requests) return `expected at most ${requests} failed, as many as were sent, found ${failed}`;
  if (requests < gate.minRequests) return `expected at least ${gate.minRequests} requests, found ${requests}`;
  if (failed / requests > gate.errorRate) {
    return `expected at most ${percent(gate.errorRate)} failed, found ${percent(failed / requests)} (${failed} of ${requests})`;
  }
  const slow = Object.entries(gate.latency).flatMap(([name, most]) => {
    const found = latency[name];
    if (found !== undefined && found <= most) return [];
    return [
      `expected ${name} of at most ${most} ms, found ${found === undefined ? "none measured" : `${found} ms`}`,
    ];
  });
  return slow.length > 0 ? slow.join("; ") : undefined;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
