import { messagesOf, run, type Run, secret, SIGNATURES, BASICS, without } from "./engine";

const RULE = "registry-allowed";
const digest = `sha256:${"a".repeat(64)}`;
const promotion = without(
  [...SIGNATURES, ...BASICS],
  `registries: [registry.example/acme, mirror.example]
external:
  - { repository: docker.io/library/redis, owner: o@example.com, reason: cache, expires: 2026-07-01 }
  - { repository: docker.io/library/mysql, owner: o@example.com, reason: old, expires: 2026-05-01 }
`,
);
const pod = (image: unknown) => ({
  type: "kubernetes:core/v1:Pod",
  name: "web",
  props: { spec: { containers: [{ name: "app", image }] } },
});
const messages = (image: unknown, more: Run = {}) => messagesOf(RULE, [pod(image)], { promotion, ...more });

test.each([
  `registry.example/acme/hello@${digest}`,
  `registry.example/acme@${digest}`,
  `mirror.example/any/thing@${digest}`,
  `redis:8@${digest}`,
])("%s may come", async (image) => {
  expect(await messages(image)).toEqual([]);
  expect(await messages(image, { environment: "dev" })).toEqual([]);
});

describe.each(["dev", "staging"])("%s", (environment) => {
  test.each([
    ["POL-016: a host that nothing lists", `elsewhere.example/acme/hello@${digest}`],
    ["POL-017: a neighbour whose name begins alike", `registry.example/acme-evil/hello@${digest}`],
    ["POL-017: a host that begins alike", `mirror.example.evil/hello@${digest}`],
    ["POL-017: below a repository of others", `docker.io/library/redis/evil@${digest}`],
    ["another image of the hub", `postgres@${digest}`],
    ["an external one that has ended", `mysql@${digest}`],
    ["by a tag, too", "elsewhere.example/hello:1"],
    ["what is no image", "registry.example/acme/../evil:1"],
  ])("%s is refused", async (_name, image) => {
    expect(await messages(image, { environment })).toHaveLength(1);
  });
});

test("the message says which may, and what to do", async () => {
  const [message] = await messages(`elsewhere.example/hello@${digest}`);
  expect(message).toMatch(
    /^Pod "web", spec\.containers\[0\]\.image of "app", image "elsewhere.*": expected an image in one of: registry\.example\/acme, mirror\.example, found "elsewhere\.example\/hello"\. Take it from there/,
  );
});

test("any will do where none is listed", async () => {
  expect(await run([pod(`elsewhere.example/hello@${digest}`)])).toEqual([]);
});

test("POL-048: a secret image is judged and not shown", async () => {
  const [message] = await messages(secret(`s3cret.example/hello@${digest}`));
  expect(message).toContain("may be a secret");
  expect(message).not.toContain("s3cret");
});
