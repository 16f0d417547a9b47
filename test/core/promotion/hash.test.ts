import fc from "fast-check";
import { parsePromotion, rulesFor } from "@waybill/core/promotion";
import { parseDocument, stringify } from "yaml";
import { sample } from "./support";

const PLACES = ["hello", "payments"].flatMap((service) =>
  ["staging", "prod"].map((environment) => ({ service, environment, target: undefined })),
);

function rulesOf(text: string) {
  const promotion = parsePromotion("/repo/promotion.yaml", text);
  return PLACES.map((place) => rulesFor(promotion, place));
}

const hashes = (text: string) => rulesOf(text).map(({ hash }) => hash);
const original = hashes(stringify(sample()));

/** The same document with the keys of all its maps in another order. */
function shuffled(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(map)).map((key) => [key, shuffled(map[key], order)]));
}

test("each place has a hash of its own", () => {
  expect(new Set(original).size).toBe(PLACES.length);
});

test("the order of keys, comments and the form of writing change no hash", () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat(1000)), fc.boolean(), (numbers, asJson) => {
      const next = (): number => numbers.next().value as number;
      const order = (keys: string[]): string[] =>
        keys
          .map((key) => [key, next()] as const)
          .sort((a, b) => a[1] - b[1])
          .map(([key]) => key);
      const document = shuffled(sample(), order);
      const commented = stringify(document).replace(/^(?=\S)/gm, () => `# ${next()}\n`);
      expect(hashes(asJson ? JSON.stringify(document) : commented)).toEqual(original);
    }),
    { numRuns: 50 },
  );
});

type Scope = (service: string, environment: string) => boolean;
const nowhere: Scope = () => false;
const everywhere: Scope = () => true;
const inStaging: Scope = (_, environment) => environment === "staging";
const inProd: Scope = (_, environment) => environment === "prod";
const ofHello: Scope = (service) => service === "hello";
const ofPayments: Scope = (service) => service === "payments";
const both =
  (one: Scope, other: Scope): Scope =>
  (...place) =>
    one(...place) && other(...place);

const REMOVE = Symbol("remove");

/** What is written where, and the places in which that is a change of rules: every other hash must stay. */
const EDITS: readonly (readonly [path: string, value: unknown, scope: Scope])[] = [
  ["owner", "x", nowhere],
  ["nextReview", "2028-01-01", nowhere],
  ["trust/signers/0/may/0/for", ["prod"], nowhere],
  ["environments/1/admission", "audit", nowhere],
  ["environments/1/levels", REMOVE, nowhere],
  ["environments/2/cluster", REMOVE, nowhere],
  ["registries", REMOVE, nowhere],
  ["exceptions/1/reason", "of a rule of the pack", nowhere],
  ["tiers/other", { gates: { load: {} } }, nowhere],
  ["groups/other", ["bob"], nowhere],
  ["services/other", { path: "x" }, nowhere],
  // The same in other words.
  ["groups/approvers", ["bob", "alice"], nowhere],
  ["exceptions/0/expires", "2027-01-01T00:00:00Z", nowhere],
  ["environments/2/pin", "required", nowhere],
  ["people/bob/emails", ["bob@example.com"], everywhere],
  ["people/zoe", {}, everywhere],
  ["people/robot/bot", false, everywhere],
  ["groups/managers", ["mia", "sam"], inProd],
  ["environments/1/gates/tests/suites", ["smoke"], inStaging],
  ["environments/1/gates/tests/by", REMOVE, inStaging],
  ["environments/1/gates/scan/medium", 6, inStaging],
  ["environments/1/gates/scan/low", 0, inStaging],
  ["environments/1/gates/load", {}, inStaging],
  ["environments/1/configGates", { load: {} }, inStaging],
  ["environments/1/pin", "required", inStaging],
  ["environments/1/decisionTime", "1h", inStaging],
  ["environments/2/configGates", {}, inProd],
  ["environments/2/freezes/0/reason", "x", inProd],
  ["environments/2/freezes/1/weekly/from", "08:00", inProd],
  ["environments/2/overrides", REMOVE, inProd],
  ["environments/2/blocked", REMOVE, inProd],
  ["environments/2/tag", REMOVE, inProd],
  ["tiers/payments/gates/load/p95", 301, both(ofPayments, inProd)],
  ["services/hello/tier", "critical", both(ofHello, inProd)],
  ["services/hello/repository", REMOVE, ofHello],
  ["services/payments/platforms", ["linux/amd64"], ofPayments],
  ["services/payments/provenance/branches", ["refs/heads/x"], ofPayments],
  ["exceptions/0/finding", "CVE-2026-2", both(ofHello, inStaging)],
];

function edited(edits: readonly (typeof EDITS)[number][]): string {
  const document = parseDocument(stringify(sample()));
  for (const [path, value] of edits) {
    const keys = path.split("/").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    if (value === REMOVE) expect(document.deleteIn(keys)).toBe(true);
    else document.setIn(keys, document.createNode(value));
  }
  return document.toString();
}

const changed = (edits: readonly (typeof EDITS)[number][]) =>
  hashes(edited(edits)).map((hash, index) => hash !== original[index]);
const expected = (edits: readonly (typeof EDITS)[number][]) =>
  PLACES.map(({ service, environment }) => edits.some(([, , scope]) => scope(service, environment)));

test.each(EDITS)("%s as %j changes the hash where it holds, and nowhere else", (...edit) => {
  expect(changed([edit])).toEqual(expected([edit]));
});

test("several changes void what any of them voids", () => {
  fc.assert(
    fc.property(fc.subarray([...EDITS], { minLength: 2, maxLength: 6 }), (edits) => {
      expect(changed(edits)).toEqual(expected(edits));
    }),
    { numRuns: 60 },
  );
});

test("same rules, same hash; other rules, another hash", () => {
  const rules = EDITS.flatMap((edit) => rulesOf(edited([edit])));
  const pairs = rules.map(({ hash, ...rest }) => [hash, JSON.stringify(rest)] as const);
  const distinct = new Set(pairs.map((pair) => pair.join(" "))).size;
  expect(new Set(pairs.map(([hash]) => hash)).size).toBe(distinct);
  expect(new Set(pairs.map(([, content]) => content)).size).toBe(distinct);
});
