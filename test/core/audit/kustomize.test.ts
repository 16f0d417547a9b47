import { build, deployment, DIGEST, places, problems } from "./support";

const base = { "/base/kustomization.yaml": "resources: [web.yaml]\n", "/base/web.yaml": deployment("app:1") };
const overlay = (text: string, more: Readonly<Record<string, string>> = {}) =>
  build({ ...base, "/prod/kustomization.yaml": `resources: [../base]\n${text}`, ...more }, "/base", "/prod");

test("what others are made of is built with them, and not by itself", () => {
  const { findings } = overlay("namespace: shop\n");
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    file: "base/web.yaml",
    line: 12,
    image: "app:1",
    namespace: "shop",
    via: "prod",
    environment: "production",
  });
});

describe("images", () => {
  const images = (entry: string) => places(overlay(`images:\n  - ${entry}\n`));

  test.each([
    ["{name: app, newTag: '2'}", "prod/kustomization.yaml:3 app:2"],
    [`{name: app, digest: '${DIGEST}'}`, `prod/kustomization.yaml:3 app@${DIGEST}`],
    [`{name: app, newTag: '2', digest: '${DIGEST}'}`, `prod/kustomization.yaml:3 app:2@${DIGEST}`],
    ["{name: app, newName: a.example:5000/b}", "base/web.yaml:12 a.example:5000/b:1"],
    ["{name: app, newName: a.example/b, newTag: '2'}", "prod/kustomization.yaml:3 a.example/b:2"],
    ["{name: other, newTag: '2'}", "base/web.yaml:12 app:1"],
    ["{name: ap, newTag: '2'}", "base/web.yaml:12 app:1"],
    ["{name: app, digest: ''}", "base/web.yaml:12 app:1"],
  ])("%s", (entry, place) => {
    expect(images(entry)).toEqual([place]);
  });

  test("a new tag takes the place of a digest in the base", () => {
    const texts = {
      ...base,
      "/base/web.yaml": deployment(`app@${DIGEST}`),
      "/prod/kustomization.yaml": "resources: [../base]\nimages: [{name: app, newTag: '2'}]\n",
    };
    expect(places(build(texts, "/prod"))).toEqual(["prod/kustomization.yaml:2 app:2"]);
  });

  test("a digest has its place only where there is a key for it", () => {
    expect(overlay("images: [{name: app, newTag: '2', digest: }]\n").findings[0]?.place).toMatchObject({
      how: "value",
    });
    expect(overlay("images: [{name: app, newTag: '2'}]\n").findings[0]?.place).toBeUndefined();
    expect(overlay("images: [{name: app, newName: b}]\n").findings[0]?.place).toMatchObject({
      how: "append",
    });
  });
});

describe("patches", () => {
  const patch =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: app, image: 'app:9'}]}}}\n";

  test.each([
    ["patches: [{path: p.yaml}]\n"],
    ["patchesStrategicMerge: [p.yaml]\n"],
    ["patches: [{path: p.yaml, target: {kind: Deployment, name: we.*}}]\n"],
  ])("%s", (text) => {
    expect(places(overlay(text, { "/prod/p.yaml": patch }))).toEqual(["prod/p.yaml:4 app:9"]);
  });

  test("that fit nothing else leave the rest alone", () => {
    const other = overlay("patches: [{path: p.yaml, target: {kind: StatefulSet}}]\n", {
      "/prod/p.yaml": patch,
    });
    expect(places(other)).toContain("base/web.yaml:12 app:1");
  });

  test("a container that is new is added", () => {
    const added = patch.replace("name: app,", "name: side,");
    expect(places(overlay("patches: [{path: p.yaml}]\n", { "/prod/p.yaml": added }))).toEqual([
      "base/web.yaml:12 app:1",
      "prod/p.yaml:4 app:9",
    ]);
  });

  test("in the kustomization itself, with images applied after them", () => {
    const text = `patches:\n  - patch: |-\n${patch.replace(/^/gm, "      ").trimEnd()}\n`;
    expect(places(overlay(text))).toEqual(["prod/kustomization.yaml:3 app:9"]);
    expect(places(overlay(`${text}images: [{name: app, newTag: '10'}]\n`))).toEqual([
      "prod/kustomization.yaml:8 app:10",
    ]);
  });

  test("lists of changes", () => {
    const change = (path: string, value: string) =>
      overlay(
        `patches:\n  - target: {kind: Deployment}\n    patch: '[{"op": "replace", "path": "${path}", "value": ${value}}]'\n`,
      );
    expect(places(change("/spec/template/spec/containers/0/image", '"app:9"'))).toEqual([
      "prod/kustomization.yaml:4 app:9",
    ]);
    expect(places(change("/spec/template/spec/containers/-", '{"name":"x","image":"x:1"}'))).toEqual([
      "base/web.yaml:12 app:1",
      "prod/kustomization.yaml:4 x:1",
    ]);
  });
});

test("a component is applied to what is there before it", () => {
  const built = build(
    {
      ...base,
      "/part/kustomization.yaml":
        "kind: Component\nimages: [{name: app, newTag: '5'}]\nresources: [side.yaml]\n",
      "/part/side.yaml": deployment("side:1", { name: "side" }),
      "/prod/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n",
    },
    "/prod",
    "/part",
    "/base",
  );
  expect(places(built)).toEqual(["part/kustomization.yaml:2 app:5", "part/side.yaml:12 side:1"]);
});

test("exposure is judged in the namespace that things end up in", () => {
  const service =
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: web}}\n";
  const texts = {
    ...base,
    "/base/kustomization.yaml": "resources: [web.yaml, service.yaml]\n",
    "/base/service.yaml": service,
  };
  expect(
    build({ ...texts, "/prod/kustomization.yaml": "bases: [../base]\nnamespace: shop\n" }, "/prod")
      .findings[0]?.exposed,
  ).toBe(true);
});

describe("what cannot be built here is named, and the rest is still built", () => {
  test.each([
    ["https://github.com/x/y//base?ref=v1", /lies elsewhere/],
    ["github.com/x/y", /lies elsewhere/],
    ["missing.yaml", /is not there/],
    ["../empty", /a folder without a kustomization/],
    ["../prod", /leads back to itself/],
  ])("%s", (resource, problem) => {
    const built = build(
      { ...base, "/empty/x.txt": "", "/prod/kustomization.yaml": `resources:\n- ../base\n- ${resource}\n` },
      "/prod",
    );
    expect(places(built)).toEqual(["base/web.yaml:12 app:1"]);
    expect(problems(built)).toEqual([expect.stringMatching(problem)]);
    expect(built.unread[0]).toMatchObject({ file: "prod/kustomization.yaml", line: 3 });
  });

  test.each([
    ["helmCharts: [{name: x}]", /helmCharts is not built here/],
    ["transformers: [t.yaml]", /transformers is not built here/],
    [
      "replacements: [{source: {}, targets: [{fieldPaths: [spec.template.spec.containers.0.image]}]}]",
      /may change images/,
    ],
    ["resources: {a: [}", /./],
  ])("%s", (text, problem) => {
    expect(problems(build({ "/prod/kustomization.yaml": `${text}\n` }, "/prod"))).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  test("two that are made of each other", () => {
    const built = build(
      {
        "/a/kustomization.yaml": "resources: [../b, x.yaml]\n",
        "/a/x.yaml": deployment("a:1"),
        "/b/kustomization.yaml": "resources: [../a]\n",
      },
      "/a",
      "/b",
    );
    expect(built.findings.length).toBeGreaterThan(0);
    expect(problems(built).join()).toContain("leads back to itself");
  });
});
