import {
  assertUpstream,
  findCandidate,
  type CandidateRequest,
  type Release,
  type Upstream,
} from "@waybill/core/release";
import { ago, DAY, deployed, historyOf, RULES } from "../../support/gates";
import { at, digest, image, promotion, running } from "./support";

const DEV = at("dev");
const history = (...hexes: string[]) =>
  historyOf(DEV, ...hexes.map((hex, number) => deployed(DEV, image(hex), ago(DAY), { number })));
const dev = (change: Partial<Upstream> = {}): Upstream => ({
  stack: "dev",
  history: history("a"),
  release: running(DEV, "a"),
  ...change,
});
const find = (change: Partial<CandidateRequest>) =>
  findCandidate({
    promotion,
    place: at("staging"),
    rules: { ...RULES, pin: false },
    repository: "ghcr.io/acme/hello",
    pin: undefined,
    upstream: [dev()],
    running: undefined,
    ...change,
  });

test("P1: the digest is what the stack before exports", () => {
  expect(find({})).toEqual({ image: image("a"), pinned: false });
});

test("who asked no stack takes what the signed history says", () => {
  expect(find({ upstream: [dev({ release: undefined, history: history("a", "b") })] })).toMatchObject({
    image: image("b"),
  });
});

test("PRO-001: facts about an image come from the signed record, not from an output that anybody may edit", () => {
  const edited = running(DEV, "a", {
    commit: "d".repeat(40),
    author: null,
    repository: "evil.example/hello",
  });
  expect(find({ upstream: [dev({ release: edited })] })).toEqual({ image: image("a"), pinned: false });
});

test.each([
  ["never ran or was destroyed", dev({ release: null, history: history() })],
  ["says nothing, and nobody asked it", dev({ release: undefined, history: history() })],
])("upstream that %s: there is nothing to take", (_, upstream) => {
  expect(find({ upstream: [upstream] })).toEqual({
    none: "staging waits for dev, which has released nothing yet. Run: pulumi up --stack dev",
  });
});

test("where nobody says where its images are, nothing was read, and that is said", () => {
  const upstream = [dev({ release: null, history: history() })];
  expect(find({ upstream, repository: undefined })).toEqual({
    none: "staging waits for dev, which has released nothing yet. Run: pulumi up --stack dev; if something ran here before, say in promotion.yaml where its images are: services.hello.repository",
  });
});

describe("P8: an environment cannot be skipped", () => {
  test.each<[string, Release]>([
    ["a stack that says it is another environment", running(at("dev"), "a")],
    ["a stack of another service", running(at("staging", undefined, "other"), "a")],
  ])("%s is refused", (_, release) => {
    expect(() => {
      assertUpstream(promotion, at("prod"), "staging", release);
    }).toThrow(
      expect.objectContaining({
        code: "wrong-upstream",
        message: expect.stringMatching(/Stack staging: expected the release of hello in staging/) as string,
      }),
    );
  });
});

describe("P2: a pin", () => {
  test("does not take what is only in a record that was revoked", () => {
    const [first, ...others] = history("a", "b").deployments;
    if (!first) throw new Error("no deployment");
    const revoked = historyOf(DEV, { ...first, revoked: 'revoked: "forged" (sam)' }, ...others);
    const upstream = [dev({ history: revoked, release: running(DEV, "b") })];
    expect(() => find({ upstream, pin: digest("a") })).toThrow(
      `such as ${digest("b")}, found ${digest("a")}, whose record was revoked: "forged" (sam).`,
    );
    expect(find({ upstream, pin: digest("b") })).toMatchObject({ pinned: true });
  });

  test("may name any digest that the environment before has deployed", () => {
    const upstream = [dev({ history: history("a", "b", "c"), release: running(DEV, "c") })];
    expect(find({ upstream, pin: digest("a") })).toEqual({ image: image("a"), pinned: true });
  });

  test("may name what runs here, also when the environment before is gone", () => {
    const entry = deployed(at("staging"), image("f"), ago(DAY));
    const upstream = [dev({ release: null, history: history() })];
    expect(find({ upstream, pin: digest("f"), running: entry })).toMatchObject({ image: image("f") });
  });

  test("opens no other door", () => {
    expect(() => find({ pin: digest("e") })).toThrow(
      expect.objectContaining({
        code: "pin-not-released",
        message: expect.stringContaining(digest("a")) as string,
      }),
    );
  });

  test("is needed where the rules say so; what runs already stays", () => {
    const rules = { ...RULES, pin: true };
    expect(find({ rules })).toEqual({
      none: expect.stringContaining("waybill promote staging --service hello") as string,
    });
    const entry = deployed(at("staging"), image("a"), ago(DAY));
    expect(find({ rules, running: entry })).toMatchObject({ image: image("a") });
  });
});

describe("P12: several targets upstream", () => {
  const targets = (eu: string, us: string): Upstream[] =>
    [
      ["eu", eu],
      ["us", us],
    ].map(([target = "", hex = ""]) => {
      const place = at("regions", target);
      return {
        stack: `regions-${target}`,
        history: historyOf(place, deployed(place, image(hex), ago(DAY))),
        release: undefined,
      };
    });

  test("one digest in all of them is taken", () => {
    expect(find({ place: at("archive"), upstream: targets("a", "a") })).toMatchObject({ image: image("a") });
  });

  test("two digests are waited for, and both are named", () => {
    expect(find({ place: at("archive"), upstream: targets("a", "b") })).toEqual({
      none: `archive waits until all targets before it run one digest: regions-eu runs ${digest("a")}; regions-us runs ${digest("b")}`,
    });
  });
});
