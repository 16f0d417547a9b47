import fc from "fast-check";
import { plan, ReleaseError, releaseOf, type PlanInput, type Upstream } from "@waybill/core/release";
import { at, digest, image, promotion, running } from "./support";

const input = (change: Partial<PlanInput>): PlanInput => ({
  promotion,
  place: at("staging"),
  upstream: [{ stack: "dev", release: running(at("dev"), "a") }],
  own: undefined,
  pin: undefined,
  refusals: new Map(),
  ...change,
});
const from = (stack: string, release: Upstream["release"]): Upstream[] => [{ stack, release }];

test("B1: only the first environment builds", () => {
  expect(plan(input({ place: at("dev"), upstream: [] }))).toEqual({ action: "build" });
  expect(plan(input({ place: at("staging") })).action).toBe("run");
});

test("P1: the digest comes from upstream", () => {
  expect(plan(input({}))).toEqual({ action: "run", image: image("a"), waiting: null });
});

test("upstream that never ran or was destroyed: the stack waits, without a workload", () => {
  const result = plan(input({ upstream: from("dev", undefined) }));
  expect(result).toEqual({
    action: "wait",
    waiting: "staging waits for dev, which has released nothing yet. Run: pulumi up --stack dev",
  });
});

test("upstream that was destroyed does not take away what already runs", () => {
  const result = plan(input({ upstream: from("dev", undefined), own: running(at("staging"), "b") }));
  expect(result).toEqual({
    action: "run",
    image: image("b"),
    waiting: expect.stringContaining("released nothing yet") as string,
  });
});

test("upstream that waits itself gives nothing", () => {
  expect(plan(input({ upstream: from("dev", releaseOf(at("dev"), null, "for something")) })).action).toBe(
    "wait",
  );
});

test("B1: what was built from uncommitted files cannot leave dev", () => {
  const upstream = from("dev", running(at("dev"), "a", { dirty: true, tag: `${"c".repeat(40)}-dirty` }));
  expect(plan(input({ upstream }))).toEqual({
    action: "wait",
    waiting: expect.stringContaining("uncommitted files") as string,
  });
  expect(plan(input({ upstream, own: running(at("staging"), "b") }))).toMatchObject({
    action: "run",
    image: image("b"),
  });
  expect(() => plan(input({ upstream, pin: digest("a") }))).toThrow(ReleaseError);
});

describe("P8: an environment cannot be skipped", () => {
  test.each([
    ["a stack that says it is another environment", from("staging", running(at("dev"), "a"))],
    ["a stack of another service", from("staging", running(at("staging", undefined, "other"), "a"))],
  ])("%s is refused", (_, upstream) => {
    expect(() => plan(input({ place: at("prod", "eu"), upstream }))).toThrow(
      expect.objectContaining({
        code: "wrong-upstream",
        message: expect.stringMatching(/Stack staging: expected the release of hello in staging/) as string,
      }),
    );
  });
});

describe("P12: several targets upstream", () => {
  const place = at("archive");
  const targets = (eu: string, us: string) => [
    { stack: "prod-eu", release: running(at("prod", "eu"), eu) },
    { stack: "prod-us", release: running(at("prod", "us"), us) },
  ];
  test("one digest everywhere moves on", () => {
    expect(plan(input({ place, upstream: targets("a", "a") }))).toMatchObject({
      action: "run",
      image: image("a"),
    });
  });
  test("two digests wait, and both are named", () => {
    const { waiting } = plan(input({ place, upstream: targets("a", "b") })) as { waiting: string };
    expect(waiting).toContain(`prod-eu runs ${digest("a")}; prod-us runs ${digest("b")}`);
  });
  test("one missing waits", () => {
    const upstream = [...targets("a", "a").slice(0, 1), { stack: "prod-us", release: undefined }];
    expect(plan(input({ place, upstream }))).toMatchObject({
      action: "wait",
      waiting: expect.stringContaining("prod-us") as string,
    });
  });
});

describe("a pin", () => {
  test("may name what upstream released or what runs here", () => {
    const own = running(at("staging"), "b");
    expect(plan(input({ own, pin: digest("a") }))).toMatchObject({
      action: "run",
      image: image("a"),
      waiting: null,
    });
    expect(plan(input({ own, pin: digest("b") }))).toMatchObject({
      action: "run",
      image: image("b"),
      waiting: null,
    });
  });
  test("that names anything else is refused", () => {
    expect(() => plan(input({ pin: digest("e") }))).toThrow(
      expect.objectContaining({
        code: "pin-not-released",
        message: expect.stringContaining(`expected ${digest("a")}, found ${digest("e")}`) as string,
      }),
    );
  });
  test.each(["latest", "hello:latest", "registry.example/hello:1.0", "sha256:abc", ""])(
    "of %j is refused: only a digest stays what it was",
    (pin) => {
      expect(() => plan(input({ pin }))).toThrow(expect.objectContaining({ code: "pin-malformed" }));
    },
  );
});

describe("evidence that says no", () => {
  const refusals = new Map([[digest("a"), "it is not signed"]]);
  test("keeps a digest out, and the stack stays where it is", () => {
    expect(plan(input({ refusals }))).toEqual({
      action: "wait",
      waiting: `staging does not take ${digest("a")}: it is not signed`,
    });
    expect(plan(input({ refusals, own: running(at("staging"), "b") }))).toMatchObject({
      action: "run",
      image: image("b"),
    });
  });
  test("cannot be pinned away", () => {
    expect(() => plan(input({ refusals, pin: digest("a") }))).toThrow(/it is not signed/);
  });
  test("does not take away what runs already", () => {
    expect(plan(input({ refusals, own: running(at("staging"), "a") }))).toMatchObject({
      action: "run",
      image: image("a"),
    });
  });
});

test("a release that was copied from another stack is not taken for the own one", () => {
  expect(plan(input({ upstream: from("dev", undefined), own: running(at("dev"), "b") })).action).toBe("wait");
});

const releases = fc.option(
  fc.record({
    hex: fc.constantFrom("a", "b", "c"),
    dirty: fc.boolean(),
    environment: fc.constantFrom("dev", "staging", "prod"),
  }),
  { nil: undefined },
);

test("whatever the inputs: what runs was released upstream, clean and proven, or ran here before; same input, same plan", () => {
  fc.assert(
    fc.property(
      releases,
      releases,
      fc.option(fc.constantFrom("a", "b", "c").map(digest), { nil: undefined }),
      fc.subarray(["a", "b", "c"]),
      (up, own, pin, refused) => {
        const release = (r: typeof up) => r && running(at(r.environment), r.hex, { dirty: r.dirty });
        const given = input({
          upstream: from("dev", release(up)),
          own: release(own),
          pin,
          refusals: new Map(refused.map((hex) => [digest(hex), "no"])),
        });
        const decide = () => {
          try {
            return plan(given);
          } catch (error) {
            expect(error).toBeInstanceOf(ReleaseError);
            return undefined;
          }
        };
        const first = decide();
        expect(decide()).toEqual(first);
        if (first?.action !== "run") return;
        const fromUpstream =
          up?.environment === "dev" &&
          !up.dirty &&
          !refused.includes(up.hex) &&
          first.image.digest === digest(up.hex);
        const fromHere = own?.environment === "staging" && first.image.digest === digest(own.hex);
        expect(fromUpstream || fromHere).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});
