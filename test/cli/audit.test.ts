import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { audit, DIGEST, estate, PINNED, pod, program, rows } from "./audit-support";
import { inFolder } from "./evidence";

describe("exit codes", () => {
  test("0: all pinned", async () => {
    const folder = estate({ "a.yaml": pod(PINNED) });
    expect(await audit([folder])).toEqual({ code: 0, out: "1 images in 1 files: 1 fine, 0 not\n", err: "" });
  });

  test("1: a finding, the most dangerous first", async () => {
    const folder = estate({ "dev/a.yaml": pod("a:1"), "prod/b.yaml": pod("b:1", PINNED) });
    const { code, out, err } = await audit([folder]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out.split("\n")).toEqual([
      "RISK  PLACE                   OBJECT   IMAGE  WHY",
      `41    ${folder}/prod/b.yaml:8  Pod web  b:1    only the tag "1"`,
      `6     ${folder}/dev/a.yaml:8   Pod web  a:1    only the tag "1"`,
      "3 images in 2 files: 1 fine, 2 not",
      "",
    ]);
  });

  test("2: something could not be read; it is named, and the rest is still audited", async () => {
    const folder = estate({
      "bad.yaml": "a: [\n",
      "bytes.yaml": Buffer.from([0x61, 0xff]),
      "good.yaml": pod("a:1"),
    });
    const { code, out, err } = await audit([folder, "not-there", "--json"]);
    expect(code).toBe(2);
    expect(rows(out)).toHaveLength(1);
    expect(err.trimEnd().split("\n")).toEqual([
      "waybill: not-there: not read: ENOENT",
      expect.stringMatching(new RegExp(`^waybill: ${folder}/bad.yaml:\\d: not read: `)),
      `waybill: ${folder}/bytes.yaml: not read: its bytes are no UTF-8`,
    ]);
  });

  test("2: nothing to audit is wrong usage", async () => {
    expect((await audit([])).err).toContain("expected PATH, - or --cluster");
    for (const top of ["0", "-1", "x", "1.5"]) expect((await audit(["x", `--top=${top}`])).code).toBe(2);
  });
});

test("--json: one object for each image and line, keys in their order", async () => {
  const folder = estate({ "a.yaml": pod("a:1") });
  const { out } = await audit([folder, "--json"]);
  expect(out).toBe(
    `{"file":"${folder}/a.yaml","line":8,"kind":"Pod","name":"web","namespace":"","path":"spec.containers[0].image","image":"a:1","pinned":false,"verdict":"no","reason":"only the tag \\"1\\"","code":"not-pinned","container":"c0","guessed":false,"mention":false,"registryAllowed":null,"signed":"not asked","promoted":"not asked","environment":"unknown","exposed":false,"privileges":[],"replicas":1,"risk":26,"owner":null,"running":null,"mirror":false,"via":null}\n`,
  );
});

test("standard input: the answer of kubectl get -o yaml", async () => {
  const list = `apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n    annotations:\n      kubectl.kubernetes.io/last-applied-configuration: |\n        {"spec":{"containers":[{"image":"old:1"}]}}\n  spec:\n    containers:\n    - image: a:1\n      name: x\nkind: List\nmetadata:\n  resourceVersion: ""\n`;
  const { code, out } = await audit(["-", "--json"], list);
  expect(code).toBe(1);
  expect(rows(out)).toMatchObject([
    { file: "-", line: 12, kind: "Pod", name: "a", image: "a:1", container: "x" },
  ]);
});

describe("folders", () => {
  test("what is read and what is not", async () => {
    const folder = estate({
      "a.yml": pod("yml:1"),
      "b.json": JSON.stringify({
        apiVersion: "v1",
        kind: "Pod",
        spec: { containers: [{ image: "json:1" }] },
      }),
      "c.txt": pod("txt:1"),
      "node_modules/x/d.yaml": pod("module:1"),
      ".hidden/e.yaml": pod("hidden:1"),
    });
    symlinkSync(inFolder(folder), join(inFolder(folder), "loop"));
    symlinkSync(join(inFolder(folder), "a.yml"), join(inFolder(folder), "link.yaml"));
    const { out } = await audit([folder, "--json"]);
    expect(
      rows(out)
        .map(({ image }) => image)
        .sort(),
    ).toEqual(["hidden:1", "json:1", "yml:1", "yml:1"]);
    const named = await audit([join(folder, "c.txt"), join(folder, "c.txt"), "--json"]);
    expect(rows(named.out).map(({ image }) => image)).toEqual(["txt:1"]);
  });

  test("a kustomization is built, and what it is made of is not applied as it is", async () => {
    const folder = estate({
      "base/kustomization.yaml": "resources: [web.yaml]\n",
      "base/web.yaml": pod("app"),
      "prod/kustomization.yml": `resources: [../base]\nimages:\n- name: app\n  digest: ${DIGEST}\n`,
      "alone.yaml": pod(PINNED),
    });
    const { code, out } = await audit([folder, "--json"]);
    expect(code).toBe(0);
    expect(rows(out)).toMatchObject([
      { via: `${folder}/prod`, image: `app@${DIGEST}`, file: `${folder}/prod/kustomization.yml`, line: 3 },
      { image: PINNED },
    ]);
    expect((await audit([`${folder}/base`])).code).toBe(1);
  });

  const chart = {
    "web/Chart.yaml": "name: web\nversion: 1.0.0\n",
    "web/values.yaml": "image:\n  repository: a.example/web\n  tag: '1'\n",
    "web/values-prod.yaml": `image:\n  digest: ${DIGEST}\n  repository: a.example/web\n`,
    "web/templates/web.yaml": "image: {{ .Values.image }}\n",
    "web/templates/plain.yaml": pod("plain:1"),
  };

  test("a chart: its values are read; its templates are named as unread where there is no helm", async () => {
    const folder = estate(chart);
    const { code, out, err } = await audit([folder, "--json"]);
    expect(code).toBe(2);
    expect(rows(out).map(({ image, verdict }) => [image, verdict])).toEqual([
      ["plain:1", "no"],
      ["a.example/web:1", "no"],
      [`a.example/web@${DIGEST}`, "yes"],
    ]);
    expect(err).toBe(
      `waybill: ${folder}/web/templates: not read: 1 templates of a chart cannot be read without helm: render them, and audit what comes out\n`,
    );
  });

  test("a chart that helm renders", async () => {
    const folder = estate(chart);
    const helm = program(
      "helm",
      `[ "$1 $2" = "template web" ] || exit 9\ncat <<'END'\n---\n# Source: web/templates/web.yaml\n${pod("rendered:1")}END`,
    );
    const { code, out } = await audit([folder, "--json"], "", helm);
    expect(code).toBe(1);
    expect(rows(out)).toContainEqual(
      expect.objectContaining({ image: "rendered:1", file: `${folder}/web/templates/web.yaml (rendered)` }),
    );
    const broken = await audit([folder], "", program("helm", "echo no dependency >&2; exit 1"));
    expect(broken).toMatchObject({
      code: 2,
      err: `waybill: ${folder}/web: not read: helm template: no dependency\n`,
    });
  });
});

test("no escape sequence of a file reaches the terminal", async () => {
  const folder = estate({ "a.yaml": pod('"a\\e[31m:1"') });
  expect((await audit([folder])).out).not.toContain("\x1b");
});
