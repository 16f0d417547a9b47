import { findWarnings } from "@waybill/core/promotion";
import { type Change, parse } from "./support";

const warnings = (now: string, change?: Change) => findWarnings(parse(change), new Date(now));

test("nothing to say about a file in good order", () => {
  const complete: Change = ({ trust: { signers } }) => {
    for (const { may } of signers) may.push({ say: ["approval"], for: ["prod"] });
  };
  expect(warnings("2026-12-01", complete)).toEqual([]);
});

test("what is past or expired is named, with who takes care of it", () => {
  expect(warnings("2027-01-04T00:00:01Z")).toEqual([
    "freeze year-end of prod is over: remove it",
    "the exception for scan of hello in staging has expired: sam removes or renews it",
    "the exception for workload-probes of hello in staging has expired: sam removes or renews it",
  ]);
  expect(warnings("2027-06-02").slice(0, 2)).toEqual([
    "the review of the file was due on 2027-06-01: ask platform@example.com to look through it",
    "freeze year-end of prod is over: remove it",
  ]);
  expect(warnings("2027-06-02")).toContain(
    "external docker.io/library/redis has expired: platform@example.com removes or renews it",
  );
});

test("people who are asked for what none of their signers may say", () => {
  const change: Change = ({ trust: { signers } }) => {
    for (const { name, may } of signers)
      if (name === "bob") may.forEach((grant) => (grant.for = ["staging"]));
  };
  expect(warnings("2026-12-01", change)).toEqual([
    "bob is asked for approval of hello in prod, and none of bob's signers may say it there",
    "bob is asked for approval of payments in prod, and none of bob's signers may say it there",
  ]);
});

test("a grant for an environment that is not there", () => {
  const change: Change = ({ trust: { signers } }) => {
    signers[0]?.may.push({ say: ["approval"], for: ["pord"] });
  };
  expect(warnings("2026-12-01", change)).toEqual([
    "signer alice may speak for pord, and there is no such environment",
  ]);
});
