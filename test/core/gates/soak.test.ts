import type { Claim, Predicates } from "@waybill/core/evidence";
import type { Facts, Verdict } from "@waybill/core/gates";
import {
  ago,
  at,
  claimOf,
  DAY,
  deployed,
  FACTS,
  historyOf,
  HOUR,
  IMAGE,
  incidentsOf,
  instead,
  MINUTE,
  plus,
  STAGING,
  stamp,
  verdictOf,
  withGate,
} from "../../support/gates";

type Incident = Predicates["incidents"]["incidents"][number];

const since = (time: Date | undefined): Facts => ({
  ...FACTS,
  upstream: [{ stack: "staging", history: historyOf(STAGING, deployed(STAGING, IMAGE, time)) }],
});
const report = (
  from: Date,
  until: Date,
  incidents: readonly Incident[] = [],
  time: Date | undefined = until,
): Claim => claimOf("incidents", incidentsOf(from, until, incidents), "pager", { time });
/** It came to staging two days ago. */
const soak = (...reports: readonly Claim[]): Verdict =>
  verdictOf(instead(FACTS, "incidents", ...reports), "soak");

test("a yes says how long, where, since when and who would know", () => {
  expect(verdictOf(FACTS, "soak")).toMatchObject({
    pass: true,
    reason: "2d in staging without an incident (pager), since 2026-06-08T12:00:00Z",
  });
});

test("too short is a no until a time", () => {
  const facts = since(ago(23 * HOUR));
  expect(verdictOf(facts, "soak")).toMatchObject({
    pass: false,
    reason: "expected 24h in staging without an incident (pager), found 23h since 2026-06-09T13:00:00Z",
    next: "wait until 2026-06-10T13:00:00Z",
  });
});

test("without a source it says that it looks at time only", () => {
  const facts = withGate(FACTS, "soak", { incidents: null });
  expect(verdictOf(facts, "soak").reason).toContain("in staging, time only");
  expect(verdictOf(instead(facts, "incidents"), "soak").pass).toBe(true);
});

test("a deployment without trusted time begins no soak", () => {
  expect(verdictOf(since(undefined), "soak").reason).toContain("expected a trusted time on the deployment");
});

test("the last of several targets counts", () => {
  const targets = ["eu", "us"].map((name, index) => {
    const place = at("staging", name);
    return { stack: name, history: historyOf(place, deployed(place, IMAGE, ago((index + 1) * 20 * HOUR))) };
  });
  expect(verdictOf({ ...FACTS, upstream: targets }, "soak")).toMatchObject({
    pass: false,
    next: "wait until 2026-06-10T16:00:00Z",
  });
  const place = at("staging", "us");
  const [eu] = targets;
  const missing = { stack: "us", history: historyOf(place) };
  expect(verdictOf({ ...FACTS, upstream: eu ? [eu, missing] : [] }, "soak").pass).toBe(false);
});

describe("reports", () => {
  test("several may cover the time together", () =>
    expect(soak(report(ago(3 * DAY), ago(DAY)), report(ago(DAY), ago(HOUR))).pass).toBe(true));
  test("a gap between them is a no", () =>
    expect(soak(report(ago(3 * DAY), ago(25 * HOUR)), report(ago(DAY), ago(HOUR))).reason).toContain(
      "found none with a trusted time after 2026-06-09T11:00:00Z",
    ));
  test("they may lag by a tenth of the time asked, and no more", () => {
    expect(soak(report(ago(3 * DAY), ago(2 * HOUR + 24 * MINUTE))).pass).toBe(true);
    expect(soak(report(ago(3 * DAY), ago(2 * HOUR + 25 * MINUTE))).pass).toBe(false);
  });
  test("of a short soak by a quarter of an hour; one report there must be", () => {
    const short = withGate(since(ago(30 * MINUTE)), "soak", { time: 10 * MINUTE });
    const asked = (...reports: readonly Claim[]) =>
      verdictOf(instead(short, "incidents", ...reports), "soak").pass;
    expect(asked(report(ago(HOUR), ago(15 * MINUTE)))).toBe(true);
    expect(asked(report(ago(HOUR), ago(16 * MINUTE)))).toBe(false);
    expect(asked(report(ago(HOUR), ago(40 * MINUTE)))).toBe(false);
    const fresh = withGate(since(ago(5 * MINUTE)), "soak", { time: MINUTE });
    expect(verdictOf(instead(fresh, "incidents"), "soak").pass).toBe(false);
  });
  test("one that begins after the soak did leaves its beginning open", () =>
    expect(soak(report(ago(2 * DAY - MINUTE), ago(HOUR))).pass).toBe(false));
  test("none knows what came after it was signed", () =>
    expect(soak(report(ago(3 * DAY), ago(-DAY), [], ago(DAY))).pass).toBe(false));
  test("without trusted time one covers nothing", () =>
    expect(
      soak(claimOf("incidents", incidentsOf(ago(3 * DAY), ago(HOUR)), "pager", { time: undefined })).pass,
    ).toBe(false));
  test("of somebody else covers nothing", () =>
    expect(soak(claimOf("incidents", incidentsOf(ago(3 * DAY), ago(HOUR)), "ci")).pass).toBe(false));
});

describe("incidents", () => {
  const incident = (opened: Date, closed: Date | null, id = "INC-1"): Incident => ({
    id,
    opened: stamp(opened),
    closed: closed && stamp(closed),
  });
  const covered = (...incidents: readonly Incident[]): Verdict =>
    soak(report(ago(9 * DAY), ago(MINUTE), incidents));

  test("an open one is a no, however old", () => {
    expect(covered(incident(ago(8 * DAY), null)).reason).toContain(
      "expected no open incident in staging, found INC-1",
    );
    expect(covered({ id: "INC-2", opened: stamp(ago(HOUR)) }).reason).toContain("found INC-2, open since");
  });
  test("one in it restarts the soak when it is closed", () =>
    expect(covered(incident(ago(24 * HOUR), ago(23 * HOUR)))).toMatchObject({
      pass: false,
      next: "wait until 2026-06-10T13:00:00Z",
    }));
  test("one that reaches into it does too", () =>
    expect(covered(incident(ago(9 * DAY), ago(23 * HOUR))).pass).toBe(false));
  test("one that was closed long enough ago, or before it, does not matter", () => {
    expect(covered(incident(ago(26 * HOUR), ago(25 * HOUR))).pass).toBe(true);
    expect(covered(incident(ago(4 * DAY), ago(3 * DAY))).pass).toBe(true);
  });
  test("one that is closed before it was opened ends when it was opened", () =>
    expect(covered(incident(ago(HOUR), ago(3 * DAY))).pass).toBe(false));
  test("the newest report that names it knows best", () => {
    const opened = ago(30 * HOUR);
    const early = report(ago(9 * DAY), ago(28 * HOUR), [incident(opened, null)]);
    const late = report(ago(9 * DAY), ago(MINUTE), [incident(opened, ago(27 * HOUR))]);
    expect(soak(early, late).pass).toBe(true);
    expect(
      verdictOf(plus(instead(FACTS, "incidents", early), report(ago(9 * DAY), ago(MINUTE))), "soak").pass,
    ).toBe(false);
  });
  test("what has no trusted time may be the newest", () => {
    const open = claimOf(
      "incidents",
      incidentsOf(ago(9 * DAY), ago(2 * HOUR), [incident(ago(30 * HOUR), null)]),
      "pager",
      {
        time: undefined,
      },
    );
    expect(soak(open, report(ago(9 * DAY), ago(MINUTE))).pass).toBe(false);
  });
});
