import fc from "fast-check";
import type { Claim, Predicates } from "@waybill/core/evidence";
import {
  ago,
  approvalOf,
  CLAIMS,
  claimOf,
  CONFIG,
  DAY,
  hashOf,
  incidentsOf,
  loadOf,
  OWN_HEAD,
  overrideOf,
  RULES,
  scanOf,
  stamp,
} from "../../support/gates";

const MONTH = 30 * DAY;
const time = fc.integer({ min: -DAY, max: MONTH }).map(ago);
const when = time.map(stamp);
const word = fc.constantFrom(
  "hello",
  "prod",
  "staging",
  "dev",
  "full",
  "smoke",
  "security",
  "__proto__",
  "toString",
);
const text = fc.oneof(word, fc.string({ minLength: 1, maxLength: 8 }));
const count = fc.oneof(fc.nat(20), fc.constantFrom(-1, 0.5, NaN, "3", null));
const hash = fc.constantFrom(RULES.hash, CONFIG, OWN_HEAD.id, ...CLAIMS.map(({ id }) => id), hashOf("gone"));

const entry = fc.record({
  name: fc.constantFrom("staging-passed", "dev-passed", "full", "smoke"),
  annotations: fc.record({ waybill: fc.constantFrom("mark", "suite", "else"), passed: count, failed: count }),
});
const tests = fc.record({
  result: fc.constantFrom("WARNED" as const, "FAILED" as const, "PASSED" as const),
  configuration: fc.array(fc.oneof(entry, fc.constant({ annotations: null }), fc.constant({})), {
    maxLength: 5,
  }),
});
const scan = fc
  .record({
    findings: fc.dictionary(text, fc.constantFrom("critical", "HIGH", "medium", "9.8", "odd", "10.5"), {
      maxKeys: 4,
    }),
    database: when,
    started: when,
    finished: when,
  })
  .map(({ findings, ...times }) => scanOf(findings, times));
const incident = fc.record({ id: text, opened: when, closed: fc.option(when) });
const incidents = fc
  .tuple(time, time, fc.array(incident, { maxLength: 3 }), word)
  .map(([from, until, list, environment]) => incidentsOf(from, until, list, { environment }));
const load = fc
  .record({
    startedOn: when,
    finishedOn: when,
    requests: fc.integer({ min: 1, max: 30_000 }),
    failed: fc.nat(30_000),
    latency: fc.dictionary(fc.constantFrom("p50", "p95", "p99.9"), fc.double({ min: 0, noNaN: true })),
  })
  .map(loadOf);
const approval = fc
  .record({
    service: word,
    environment: word,
    evidence: fc.array(hash, { maxLength: 3 }),
    policy: hash,
    config: hash,
    after: fc.dictionary(fc.constantFrom("", "eu", "__proto__"), fc.option(hash), { minKeys: 1 }),
    expires: when,
  })
  .map(approvalOf);
const override = fc
  .tuple(
    fc.array(fc.constantFrom(...RULES.gates.map(({ name }) => name), "block", "order", "proof"), {
      minLength: 1,
    }),
    when,
  )
  .map(([gates, expires]) => overrideOf(gates, { expires }));
const exception = fc.record({ finding: text, service: word, environment: word, reason: text, expires: when });
const review = fc.record({ what: word, result: fc.constantFrom("passed" as const, "failed" as const) });
const compatibility = fc.record({
  rollback: fc.constantFrom("safe" as const, "unsafe" as const),
  sideBySide: fc.boolean(),
  changes: fc.constant([]),
});

const signing = fc.record({
  time: fc.option(time, { nil: undefined }),
  identity: fc.oneof(fc.constantFrom("Alice@example.com", "dave@example.com", "key"), text),
});

const PREDICATES: Readonly<Partial<Record<keyof Predicates, fc.Arbitrary<unknown>>>> = {
  "test-result": tests,
  vulns: scan,
  incidents,
  load,
  approval,
  override,
  exception,
  review,
  compatibility,
};

/** Evidence of any content that passes the schema, by one of these signers. */
export function anyClaim(signers: readonly string[]): fc.Arbitrary<Claim> {
  const kinds = Object.entries(PREDICATES) as [keyof Predicates, fc.Arbitrary<never>][];
  return fc.oneof(
    ...kinds.map(([name, predicate]) =>
      fc
        .tuple(predicate, fc.constantFrom(...signers), signing)
        .map(([content, by, how]) => claimOrNothing(name, content, by, how))
        .filter((claim) => claim !== undefined),
    ),
  );
}

/** What the schema refuses never reaches a gate. */
function claimOrNothing(...parts: Parameters<typeof claimOf>): Claim | undefined {
  try {
    return claimOf(...parts);
  } catch {
    return undefined;
  }
}
