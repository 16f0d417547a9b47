import fc from "fast-check";
import { checkPinned, findImages, UNKNOWN, type ImageOccurrence } from "@waybill/core/images";

const DIGEST = `sha256:${"f".repeat(64)}`;

/** One object for each core kind, with its pod spec where that kind keeps it. */
const kinds: readonly (readonly [
  apiVersion: string,
  kind: string,
  podSpec: string,
  wrap: (podSpec: unknown) => object,
])[] = [
  ["v1", "Pod", "spec", (spec) => ({ spec })],
  ["v1", "PodTemplate", "template.spec", (spec) => ({ template: { spec } })],
  ["v1", "ReplicationController", "spec.template.spec", template],
  ["apps/v1", "Deployment", "spec.template.spec", template],
  ["apps/v1", "ReplicaSet", "spec.template.spec", template],
  ["apps/v1", "StatefulSet", "spec.template.spec", template],
  ["apps/v1", "DaemonSet", "spec.template.spec", template],
  ["batch/v1", "Job", "spec.template.spec", template],
  [
    "batch/v1",
    "CronJob",
    "spec.jobTemplate.spec.template.spec",
    (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
  ],
  ["extensions/v1beta1", "Deployment", "spec.template.spec", template],
  [
    "batch/v1beta1",
    "CronJob",
    "spec.jobTemplate.spec.template.spec",
    (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
  ],
];

function template(spec: unknown): object {
  return { spec: { template: { spec } } };
}

const pod = (spec: unknown) => findImages({ apiVersion: "v1", kind: "Pod" }, { spec });
const shown = (found: readonly ImageOccurrence[]) =>
  found.map(({ path, image }) => `${path} = ${String(image)}`);

describe.each(kinds)("%s %s", (apiVersion, kind, path, wrap) => {
  const find = (podSpec: unknown) => findImages({ apiVersion, kind }, wrap(podSpec));

  test("every field of the pod spec that fetches an image", () => {
    const found = find({
      containers: [
        { name: "app", image: "a:1" },
        { name: "side", image: "b:1" },
      ],
      initContainers: [{ name: "init", image: "c:1" }],
      ephemeralContainers: [{ name: "debug", image: "d:1" }],
      volumes: [{ name: "none" }, { name: "model", image: { reference: "e:1" } }],
    });
    expect(found).toEqual([
      { path: `${path}.containers[0].image`, image: "a:1", container: "app" },
      { path: `${path}.containers[1].image`, image: "b:1", container: "side" },
      { path: `${path}.initContainers[0].image`, image: "c:1", container: "init" },
      { path: `${path}.ephemeralContainers[0].image`, image: "d:1", container: "debug" },
      { path: `${path}.volumes[1].image.reference`, image: "e:1", container: "model" },
    ]);
  });

  test("an unknown pod spec is one unknown image", () => {
    expect(find(UNKNOWN)).toEqual([{ path, image: UNKNOWN }]);
  });

  test("without containers there is no image", () => {
    expect(find({})).toEqual([]);
    expect(find(undefined)).toEqual([]);
  });
});

describe("what is unknown on the way to an image is an unknown image, at the place where it became unknown", () => {
  test.each([
    ["the containers", { containers: UNKNOWN }, "spec.containers"],
    ["one container", { containers: [UNKNOWN] }, "spec.containers[0]"],
    ["its image", { containers: [{ image: UNKNOWN }] }, "spec.containers[0].image"],
    ["a volume", { volumes: [UNKNOWN] }, "spec.volumes[0]"],
    ["a volume's image", { volumes: [{ image: UNKNOWN }] }, "spec.volumes[0].image"],
    [
      "a volume's reference",
      { volumes: [{ image: { reference: UNKNOWN } }] },
      "spec.volumes[0].image.reference",
    ],
    ["a map where a list belongs", { containers: { app: { image: `a@${DIGEST}` } } }, "spec.containers"],
    ["a text where a container belongs", { containers: ["nginx"] }, "spec.containers[0]"],
    ["a number where an image belongs", { containers: [{ image: 1 }] }, "spec.containers[0].image"],
    ["a list where an image belongs", { initContainers: [{ image: ["a"] }] }, "spec.initContainers[0].image"],
  ])("%s", (_name, spec, path) => {
    expect(shown(pod(spec))).toEqual([`${path} = Symbol(unknown)`]);
  });

  test("the object itself", () => {
    expect(findImages({ apiVersion: "v1", kind: "Pod" }, UNKNOWN)).toEqual([{ path: "", image: UNKNOWN }]);
  });
});

test("POL-003: a native sidecar is an init container", () => {
  expect(shown(pod({ initContainers: [{ image: "a:1", restartPolicy: "Always" }] }))).toEqual([
    "spec.initContainers[0].image = a:1",
  ]);
});

test("POL-006: an image volume without a reference is skipped, an empty image of a container is not", () => {
  expect(pod({ volumes: [{ image: { reference: "" } }, { image: {} }] })).toEqual([]);
  expect(shown(pod({ containers: [{ image: "" }] }))).toEqual(["spec.containers[0].image = "]);
});

describe("POL-043: every item of a list", () => {
  test("a List of mixed kinds, nested ones too", () => {
    const found = findImages(
      { apiVersion: "v1", kind: "List" },
      {
        items: [
          { apiVersion: "v1", kind: "Pod", spec: { containers: [{ image: "a:1" }] } },
          { apiVersion: "v1", kind: "ConfigMap", data: { image: "x:1" } },
          {
            apiVersion: "v1",
            kind: "List",
            items: [
              { apiVersion: "apps/v1", kind: "Deployment", ...template({ containers: [{ image: "b:1" }] }) },
            ],
          },
        ],
      },
    );
    expect(shown(found)).toEqual([
      "items[0].spec.containers[0].image = a:1",
      "items[2].items[0].spec.template.spec.containers[0].image = b:1",
    ]);
  });

  test("a list of one kind whose items do not say it", () => {
    const found = findImages(
      { apiVersion: "apps/v1", kind: "DeploymentList" },
      { items: [template({ containers: [{ image: "a:1" }] })] },
    );
    expect(found).toEqual([{ path: "items[0].spec.template.spec.containers[0].image", image: "a:1" }]);
  });

  test("items that are unknown", () => {
    expect(shown(findImages({ apiVersion: "v1", kind: "List" }, { items: UNKNOWN }))).toEqual([
      "items = Symbol(unknown)",
    ]);
    expect(shown(findImages({ apiVersion: "v1", kind: "List" }, { items: [UNKNOWN] }))).toEqual([
      "items[0] = Symbol(unknown)",
    ]);
  });

  test("a custom kind that only ends in List is searched as any other", () => {
    const found = findImages(
      { apiVersion: "x.example/v1", kind: "AllowList" },
      { items: ["1.2.3.4/32"], ...template({ containers: [{ image: "a:1" }] }) },
    );
    expect(shown(found)).toEqual(["spec.template.spec.containers[0].image = a:1"]);
  });
});

describe("a kind outside the table is searched by shape", () => {
  const custom = { apiVersion: "example.com/v1", kind: "Thing" };

  test("pod specs at any depth are found and marked as guessed", () => {
    const found = findImages(custom, {
      spec: {
        roles: [
          {
            "odd key": {
              initContainers: [{ name: "i", image: "a:1" }],
              volumes: [{ image: { reference: "b:1" } }],
            },
          },
        ],
      },
    });
    expect(found).toEqual([
      {
        path: 'spec.roles[0]["odd key"].initContainers[0].image',
        image: "a:1",
        container: "i",
        guessed: true,
      },
      { path: 'spec.roles[0]["odd key"].volumes[0].image.reference', image: "b:1", guessed: true },
    ]);
  });

  test.each([
    ["spec", { spec: UNKNOWN }],
    ["spec.template", { spec: { template: UNKNOWN } }],
    ["spec.containers", { spec: { containers: UNKNOWN } }],
    ["spec.containers[0]", { spec: { containers: [UNKNOWN] } }],
    ["spec.containers[0].image", { spec: { containers: [{ image: UNKNOWN }] } }],
  ])("an unknown %s may hide an image", (path, object) => {
    expect(shown(findImages(custom, object))).toEqual([`${path} = Symbol(unknown)`]);
  });

  test("other unknown values and lists of other things are no image", () => {
    expect(
      findImages(custom, {
        spec: { dnsNames: UNKNOWN, containers: [{ name: "blob" }], replicas: 1, x: null },
      }),
    ).toEqual([]);
  });

  test("kinds that carry no image are not searched", () => {
    expect(findImages({ apiVersion: "v1", kind: "ConfigMap" }, { data: { spec: UNKNOWN } })).toEqual([]);
    expect(findImages({ apiVersion: "v1", kind: "Service" }, { spec: UNKNOWN })).toEqual([]);
  });

  test("a kind of another group is not the core kind", () => {
    expect(
      findImages(
        { apiVersion: "example.com/v1", kind: "ConfigMap" },
        { spec: { containers: [{ image: "a:1" }] } },
      ),
    ).toHaveLength(1);
    expect(findImages({ apiVersion: "__proto__", kind: "constructor" }, {})).toEqual([]);
  });
});

test("for any values in any place: finds, never throws", () => {
  const names = fc.constantFrom(
    "spec",
    "template",
    "containers",
    "initContainers",
    "volumes",
    "image",
    "reference",
    "items",
    "name",
    "kind",
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom(UNKNOWN, null, undefined, 0, "", "nginx:1"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(names, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const kind = fc.constantFrom(
    ...kinds.map(([apiVersion, name]) => ({ apiVersion, kind: name })),
    { apiVersion: "v1", kind: "List" },
    { apiVersion: "x/v1", kind: "X" },
  );
  fc.assert(
    fc.property(kind, value, (objectKind, object) => {
      const found = findImages(objectKind, object);
      expect(new Set(found.map(({ path }) => path)).size).toBe(found.length);
      for (const { image } of found) expect(image === UNKNOWN || typeof image === "string").toBe(true);
    }),
    { numRuns: 2000 },
  );
});

describe("checkPinned", () => {
  const check = (image: string | typeof UNKNOWN) => checkPinned({ path: "spec", image })?.code;

  test("POL-029: a digest decides, whatever tag stands beside it", () => {
    expect(check(`registry.example/app@${DIGEST}`)).toBeUndefined();
    expect(check(`registry.example/app:latest@${DIGEST}`)).toBeUndefined();
  });

  test.each<[ImageOccurrence["image"], string]>([
    ["a:1", "not-pinned"],
    [`a:${"f".repeat(64)}`, "not-pinned"],
    ["", "empty"],
    [DIGEST, "bare-digest"],
    ["$(IMAGE)", "upper-case-name"],
    [UNKNOWN, "unknown"],
  ])("refuses %p as %s", (image, code) => {
    expect(check(image)).toBe(code);
  });

  test("says what was expected, what was found and what to do", () => {
    expect(checkPinned({ path: "spec", image: "redis:7" })).toEqual({
      code: "not-pinned",
      expected: "a digest, as in repository@sha256:…",
      found: 'only the tag "7"',
      next: "Write the image as host[:port]/repository@sha256:….",
    });
  });
});
