import { guessEnvironment } from "@waybill/core/audit";
import { audit, deployment, DIGEST, places, problems, RULES } from "./support";

const PINNED = `registry.example/app@${DIGEST}`;

describe("each image with its place", () => {
  test("file, line, kind, name, namespace, path and container", () => {
    const { findings } = audit({ "a.yaml": deployment("nginx:1", { namespace: "shop" }) });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      file: "a.yaml", line: 13, kind: "Deployment", name: "web", namespace: "shop",
      path: "spec.template.spec.containers[0].image", container: "app", image: "nginx:1",
      pinned: false, verdict: "no", code: "not-pinned", reason: 'only the tag "1"',
    }); // prettier-ignore
  });

  test("what is pinned is there too, and fine", () => {
    expect(audit({ "a.yaml": deployment(PINNED) }).findings[0]).toMatchObject({
      pinned: true,
      verdict: "yes",
    });
  });

  test("POL-043: every document, every item of a list, JSON as well", () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n    containers:\n    - image: a:1\n- apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: "b:1"}]}\n`;
    const audited = audit({
      "many.yaml": `${deployment("x:1")}---\n${deployment("y:1")}...\n`,
      "list.yaml": list,
      "pods.json": JSON.stringify(
        { apiVersion: "v1", kind: "PodList", items: [{ spec: { containers: [{ image: "c:1" }] } }] },
        null,
        2,
      ),
      "array.json": JSON.stringify([
        { apiVersion: "v1", kind: "Pod", spec: { containers: [{ image: "d:1" }] } },
      ]),
    });
    expect(places(audited)).toEqual([
      "array.json:1 d:1",
      "list.yaml:12 b:1",
      "list.yaml:9 a:1",
      "many.yaml:12 x:1",
      "many.yaml:25 y:1",
      "pods.json:9 c:1",
    ]);
    expect(audited.findings.find(({ image }) => image === "a:1")).toMatchObject({
      kind: "Pod",
      name: "a",
      path: "spec.containers[0].image",
    });
  });

  test("a custom kind that is only called a list keeps its other fields", () => {
    const text =
      "apiVersion: example.com/v1\nkind: AllowList\nitems: [1.2.3.4]\nspec:\n  template: {spec: {containers: [{image: 'a:1'}]}}\n";
    expect(places(audit({ "a.yaml": text }))).toEqual(["a.yaml:5 a:1"]);
  });

  test("an alias is where it is used, and a merge brings its images along", () => {
    const text = `apiVersion: v1
kind: Pod
x: &base
  image: merged:1
y: &name anchored:1
spec:
  containers:
    - name: a
      image: *name
    - <<: *base
      name: b
`;
    expect(places(audit({ "a.yaml": text }))).toEqual(["a.yaml:4 merged:1", "a.yaml:9 anchored:1"]);
  });
});

describe("what cannot be read is named, and the rest is still audited", () => {
  test.each([
    ["broken YAML", "a: [b\n"],
    ["a key twice", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: x\n    image: y\n"],
    ["an alias to nothing", "a: *b\n"],
    ["an alias in itself", "a: &a [*a]\n"],
    [
      "aliases of aliases",
      `a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefghij"
        .split("")
        .map((key, index) => `${key}: &${key} [${`*${"abcdefghij"[index] ?? ""},`.repeat(9)}]\n`)
        .join("")}`,
    ],
  ])("%s", (_name, text) => {
    const audited = audit({
      "bad.yaml": `${deployment("a:1")}---\n${text}---\n${deployment("b:1")}`,
      "good.yaml": deployment("c:1"),
    });
    expect(audited.unread).toHaveLength(1);
    expect(audited.unread[0]?.file).toBe("bad.yaml");
    expect(audited.findings.map(({ image }) => image).sort()).toEqual(["a:1", "b:1", "c:1"]);
  });

  test("a template says that it looks like one", () => {
    expect(problems(audit({ "t.yaml": "image: {{ .Values.image }}\nx: y: z\n" }))[0]).toMatch(
      /^t.yaml:\d+ .*looks like a template/,
    );
  });

  test("an image that is no text is unknown, and not fine", () => {
    expect(audit({ "a.yaml": deployment("1.27") }).findings[0]).toMatchObject({
      image: undefined,
      verdict: "no",
      code: "unknown",
    });
  });

  test("POL-034: a task from elsewhere makes the audit incomplete", () => {
    const run =
      "apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: x}\nspec:\n  taskRef:\n    resolver: git\n";
    expect(problems(audit({ "run.yaml": run }))).toEqual([
      'run.yaml:6 TaskRun x, spec.taskRef.resolver: a task that the resolver "git" fetches from elsewhere',
    ]);
  });
});

describe("verdicts", () => {
  test("POL-017: a registry that is not allowed", () => {
    const rules = { ...RULES, allowed: { registries: ["registry.example/team"] } };
    const [finding] = audit({ "a.yaml": deployment(PINNED) }, { rules }).findings;
    expect(finding).toMatchObject({ verdict: "no", code: "registry", registryAllowed: false, pinned: true });
    const [allowed] = audit(
      { "a.yaml": deployment(`registry.example/team/a@${DIGEST}`) },
      { rules },
    ).findings;
    expect(allowed).toMatchObject({ verdict: "yes", registryAllowed: true });
    expect(audit({ "a.yaml": deployment("Broken") }, { rules }).findings[0]).toMatchObject({
      registryAllowed: false,
    });
  });

  test.each([
    [{ signed: "yes", promoted: "yes" }, "yes", "pinned"],
    [{ signed: "no", promoted: "yes", reason: "nobody signed it" }, "no", "unsigned"],
    [{ signed: "unknown", promoted: "not asked" }, "no", "unsigned"],
    [{ signed: "yes", promoted: "no" }, "no", "undecided"],
    [{ signed: "yes", promoted: "unknown" }, "no", "undecided"],
  ] as const)("signed and promoted: %j", (asked, verdict, code) => {
    const [finding] = audit(
      { "a.yaml": deployment(PINNED) },
      { rules: { ...RULES, ask: () => asked } },
    ).findings;
    expect(finding).toMatchObject({ verdict, code, asked });
  });

  test("a tag is not asked about", () => {
    const ask = () => { throw new Error("asked"); }; // prettier-ignore
    expect(audit({ "a.yaml": deployment("a:1") }, { rules: { ...RULES, ask } }).findings).toHaveLength(1);
  });

  test("POL-041: an image in a variable is a note", () => {
    const pod =
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: " +
      PINNED +
      "\n    env:\n    - name: SIDECAR_IMAGE\n      value: envoy:1\n";
    const { findings } = audit({ "a.yaml": pod });
    expect(findings.map(({ verdict, mention, line }) => [verdict, mention, line])).toEqual([
      ["note", true, 9],
      ["yes", false, 6],
    ]);
  });

  test("POL-039: an unknown kind is guessed, a configured path is not", () => {
    const widget = "apiVersion: example.com/v1\nkind: Widget\nspec:\n  image: a:1\n";
    expect(audit({ "a.yaml": widget }).findings[0]).toMatchObject({ guessed: true, verdict: "no" });
    const configured = [{ group: "example.com", kind: "Widget", path: "spec.image" }];
    expect(audit({ "a.yaml": widget }, { configured }).findings[0]).toMatchObject({
      guessed: false,
      verdict: "no",
    });
  });

  test("POL-037: values of a chart", () => {
    const { findings } = audit({
      "chart/values.yaml": "image:\n  repository: a.example/b\n  tag: '1'\n  digest: ''\n",
    });
    expect(findings[0]).toMatchObject({
      image: "a.example/b:1",
      line: 2,
      kind: "",
      path: "image",
      code: "not-pinned",
    });
  });

  test("files without a kind: a compose file counts, a picture does not", () => {
    const audited = audit({
      "compose.yaml": "services:\n  web:\n    image: nginx\n    build: .\n",
      "page.json": '{"image": "logo.png", "images": ["a.svg"], "og": {"image": "https://x.example/y.jpg"}}',
    });
    expect(places(audited)).toEqual(["compose.yaml:3 nginx"]);
    expect(audited.findings[0]?.guessed).toBe(true);
  });
});

describe("a live cluster", () => {
  const pod = (metadata: object) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", ...metadata },
      spec: { containers: [{ name: "a", image: "a:1" }] },
      status: { containerStatuses: [{ name: "a", imageID: `docker.io/library/a@${DIGEST}` }] },
    });

  test("POL-028: a static pod is reported, with the digest that runs", () => {
    const metadata = {
      annotations: { "kubernetes.io/config.mirror": "x" },
      ownerReferences: [{ kind: "Node", name: "n" }],
    };
    expect(audit({ cluster: pod(metadata) }).findings[0]).toMatchObject({
      mirror: true,
      running: DIGEST,
      owner: undefined,
      verdict: "no",
    });
  });

  test("what was made from something else says from what", () => {
    const metadata = { ownerReferences: [{ kind: "ReplicaSet", name: "web-1" }] };
    expect(audit({ cluster: pod(metadata) }).findings[0]).toMatchObject({ owner: "ReplicaSet/web-1" });
  });
});

describe("risk", () => {
  test.each([
    [{ namespace: "shop-prod", file: "dev/a.yaml" }, "production"],
    [{ file: "overlays/staging/prodigy.yaml" }, "staging"],
    [{ file: "envs/dev/eu/a.yaml" }, "development"],
    [{ file: "a.yaml", name: "live-web" }, "production"],
    [{ file: "product/a.yaml" }, "unknown"],
    [{ file: "constructor/a.yaml" }, "unknown"],
  ] as const)("%j is in %s", (about, environment) => {
    expect(guessEnvironment({ namespace: "", name: "", via: undefined, ...about })).toBe(environment);
  });

  test("environment, exposure, privilege and replicas rank", () => {
    const service = (type: string, app: string) =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: ${app}, namespace: prod}\nspec: {type: ${type}, selector: {app: ${app}}}\n`;
    const ingress =
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: prod}\nspec: {rules: [{http: {paths: [{backend: {service: {name: routed}}}]}}]}\n";
    const prod = { namespace: "prod" };
    const { findings } = audit({
      "a.yaml": [
        deployment("plain:1", { ...prod, name: "plain" }),
        deployment("dev:1", { namespace: "dev", name: "dev" }),
        deployment("open:1", { ...prod, name: "open" }), service("LoadBalancer", "open"),
        deployment("routed:1", { ...prod, name: "routed", more: "\n  replicas: 4" }), service("ClusterIP", "routed"), ingress,
        deployment("inside:1", { ...prod, name: "inside", more: "\n  replicas: 8" }), service("ClusterIP", "inside"),
        deployment("root:1", { ...prod, name: "root", pod: "\n      hostPID: true\n      hostNetwork: yes\n      volumes: [{hostPath: {path: /}}]" }),
      ].join("---\n"), // prettier-ignore
    });
    expect(findings.map(({ image }) => image)).toEqual([
      "root:1",
      "routed:1",
      "open:1",
      "inside:1",
      "plain:1",
      "dev:1",
    ]);
    expect(findings[0]).toMatchObject({
      exposed: true,
      workload: { privileges: ["hostNetwork", "hostPID", "hostPath"] },
    });
    expect(findings.map(({ exposed }) => exposed)).toEqual([true, true, true, false, false, false]);
  });
});
