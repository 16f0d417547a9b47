import type { Claim, Deployment } from "@waybill/core/evidence";
import { assertHolds, chainOf, lapsed, standing, type Told } from "@waybill/core/history";
import { parseDigest } from "@waybill/core/image";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import fc from "fast-check";
import { hash, imageOf, place } from "./support";

const digest = parseDigest(hash("1"));
const idOf = (number: number): string => `sha256:${number.toString(16).padStart(64, "0")}`;

interface Shape {
  readonly id: number;
  readonly previous: number | null;
  readonly number: number;
  readonly time?: number;
  readonly more?: Partial<Deployment>;
  readonly revoked?: string;
}

function claim({ id, previous, number, time, more, revoked }: Shape): Told {
  const record: Deployment = {
    service: "shop",
    environment: "staging",
    target: null,
    kind: "promoted",
    number,
    previous: previous === null ? null : idOf(previous),
    image: imageOf(digest),
    from: null,
    config: hash("c"),
    manifests: hash("b"),
    settings: {},
    secrets: {},
    decision: null,
    finishedOn: "2026-06-01T12:00:00.000Z",
    by: null,
    change: null,
    ...more,
  };
  const told: Claim = {
    source: `piece ${id}`,
    id: idOf(id),
    predicateType: PREDICATE_TYPES.deployment,
    predicate: record,
    signer: { issuer: undefined, identity: "key" },
    trustedAs: ["ci"],
    certificate: {},
    time: time === undefined ? undefined : new Date(time),
    logged: false,
  };
  return revoked === undefined ? told : { ...told, revoked };
}

const ids = (claims: readonly Told[]): string[] => chainOf(claims, place).deployments.map(({ id }) => id);

/** A chain of n records, 100 + their number as id. */
const chain = (n: number, timed: boolean): Told[] =>
  Array.from({ length: n }, (_, number) =>
    claim({
      id: 100 + number,
      previous: number === 0 ? null : 99 + number,
      number,
      ...(timed && { time: 1000 * number }),
    }),
  );

/** Words that differ have another id; the same words may be signed twice, at other times. */
const anyClaims = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      previous: fc.option(fc.integer({ min: 1, max: 12 })),
      number: fc.integer({ min: 0, max: 4 }),
      times: fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
    { selector: ({ id }) => id },
  )
  .map((shapes) =>
    shapes.flatMap(({ times, ...shape }) =>
      times.map((time) => claim({ ...shape, ...(time !== undefined && { time }) })),
    ),
  );

test("the same claims give the same history in any order", () => {
  const shuffled = anyClaims.chain((claims) =>
    fc.tuple(fc.constant(claims), fc.shuffledSubarray(claims, { minLength: claims.length })),
  );
  fc.assert(
    fc.property(shuffled, ([claims, others]) => {
      expect(chainOf(others, place)).toEqual(chainOf(claims, place));
    }),
    { numRuns: 500 },
  );
});

test("a chain is a chain: numbers count up, each names the one before, and nothing is lost or twice", () => {
  fc.assert(
    fc.property(anyClaims, (claims) => {
      const { deployments, forks, head } = chainOf(claims, place);
      deployments.forEach(({ record }, index) => {
        expect(record.number).toBe(index);
        expect(record.previous).toBe(deployments[index - 1]?.id ?? null);
      });
      expect(head).toBe(deployments.at(-1));
      const found = [...deployments, ...forks].map(({ id }) => id).sort();
      expect(found).toEqual([...new Set(claims.map(({ id }) => id))].sort());
    }),
    { numRuns: 500 },
  );
});

test("a fork that is put in never lengthens the winner, reorders it, or displaces what is older", () => {
  const asked = fc.record({
    length: fc.integer({ min: 1, max: 8 }),
    at: fc.nat(7),
    id: fc.integer({ min: 1, max: 200 }),
    time: fc.option(fc.integer({ min: 0, max: 9000 }), { nil: undefined }),
    timed: fc.boolean(),
  });
  fc.assert(
    fc.property(asked, ({ length, at, id, time, timed }) => {
      const before = chain(length, timed);
      const number = at % length;
      fc.pre(!before.some((one) => one.id === idOf(id)));
      const shape = { id, previous: number === 0 ? null : 99 + number, number };
      const fork = claim({ ...shape, ...(time !== undefined && { time }) });
      const after = ids([...before, fork]);
      const old = ids(before);
      expect(after.length).toBeLessThanOrEqual(old.length);
      expect(after.slice(0, number)).toEqual(old.slice(0, number));
      const wins = after[number] === fork.id;
      if (!wins) expect(after).toEqual(old);
      // With a trusted time nobody gets in front of what was there before.
      if (timed && (time === undefined || time > 1000 * number)) expect(wins).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test("of two that name the same one, the earlier trusted time stands, then any trusted time, then the smaller id", () => {
  const at = (id: number, time?: number) =>
    claim({ id, previous: null, number: 0, ...(time !== undefined && { time }) });
  expect(ids([at(1, 20), at(2, 10)])).toEqual([idOf(2)]);
  expect(ids([at(1), at(2, 10)])).toEqual([idOf(2)]);
  expect(ids([at(2), at(1)])).toEqual([idOf(1)]);
  expect(chainOf([at(2), at(1)], place).forks.map(({ id }) => id)).toEqual([idOf(2)]);
});

test("what builds on a fork, on nothing, or counts wrongly is beside the history", () => {
  const claims = [
    claim({ id: 1, previous: null, number: 0 }),
    claim({ id: 2, previous: null, number: 0 }),
    claim({ id: 3, previous: 2, number: 1 }),
    claim({ id: 4, previous: 77, number: 1 }),
    claim({ id: 5, previous: 1, number: 2 }),
  ];
  expect(ids(claims)).toEqual([idOf(1)]);
  expect(chainOf(claims, place).forks).toHaveLength(4);
});

test("a revoked deployment stays in its place and says so; what follows it stays too", () => {
  const claims = [
    claim({ id: 1, previous: null, number: 0, revoked: 'revoked: "a lie"' }),
    claim({ id: 2, previous: 1, number: 1 }),
  ];
  const { deployments, head } = chainOf(claims, place);
  expect(deployments.map(({ revoked }) => revoked)).toEqual(['revoked: "a lie"', undefined]);
  expect(head?.id).toBe(idOf(2));
});

test.each([
  ["service", { service: "other" }],
  ["environment", { environment: "dev" }],
  ["target", { target: "eu" }],
])("PRO-005: the record of another %s is no part of the history", (_, more) => {
  const first = claim({ id: 1, previous: null, number: 0 });
  expect(ids([first, claim({ id: 2, previous: 1, number: 1, more })])).toEqual([first.id]);
});

test("PRO-037: a history without the record that a stack wrote down was cut, and says so", () => {
  const whole = chain(5, true);
  for (const [index, { id }] of whole.entries()) {
    expect(() => assertHolds(chainOf(whole, place), id)).not.toThrow();
    expect(() => assertHolds(chainOf(whole.slice(0, index), place), id)).toThrow(
      expect.objectContaining({ code: "cut-tail" }),
    );
  }
  expect(() => assertHolds(chainOf([], place), idOf(100))).toThrow(
    "Deployment history of shop in staging: expected the record " +
      `${idOf(100)}, which its stack wrote down as the newest one, found a history without any record that counts.`,
  );
});

test("a decision lets in exactly one thing, for a time, after exactly one deployment", () => {
  const now = new Date("2026-06-01T12:00:00.000Z");
  const decided = (id: number, more: object = {}) => ({
    id: idOf(id),
    signer: { issuer: undefined, identity: "key" },
    time: undefined,
    digest,
    record: {
      ...place,
      target: null,
      digest,
      repository: "r.example/app",
      config: hash("c"),
      after: null,
      policy: hash("a"),
      trust: hash("a"),
      verdicts: [],
      overrides: [],
      decidedOn: "2026-06-01T11:00:00.000Z",
      expires: "2026-06-02T11:00:00.000Z",
      by: null,
      change: null,
      ...more,
    },
  });
  const entrance = { digest, config: hash("c"), after: null };
  const history = (...decisions: ReturnType<typeof decided>[]) => ({ ...chainOf([], place), decisions });
  expect(standing(history(decided(2), decided(1)), entrance, now)?.id).toBe(idOf(1));
  expect(standing(history(decided(1)), { ...entrance, config: hash("d") }, now)).toBeUndefined();
  expect(standing(history(decided(1)), { ...entrance, after: idOf(9) }, now)).toBeUndefined();
  expect(standing(history(decided(1), decided(2, { config: hash("d") })), entrance, now)).toBeUndefined();
  const old = decided(1, { expires: now.toISOString() });
  expect(lapsed(old.record, now)).toBe(true);
  expect(standing(history(old), entrance, now)).toBeUndefined();
  const moved = { ...history(decided(1)), ...chainOf(chain(1, true), place), decisions: [decided(1)] };
  expect(standing(moved, entrance, now)).toBeUndefined();
});
