import {
  findImages,
  findInResource,
  type ImageField,
  type ImageOccurrence,
  knownKinds,
  readPath,
  UNKNOWN,
} from "@waybill/core/images";
import { RESOURCE_FIELDS } from "../../../core/src/images/rows/resources";

/** What stands in a field of each form, and which image is found there. */
const FORMS: Readonly<
  Record<NonNullable<ImageField["form"]> | "text", readonly [value: unknown, image: string]>
> = {
  text: ["a.example/b:1", "a.example/b:1"],
  split: [{ registry: "a.example", repository: "b", tag: "1" }, "a.example/b:1"],
  url: ["docker://a.example/b:1", "a.example/b:1"],
  "docker-prefix": ["DOCKER|a.example/b:1", "a.example/b:1"],
  values: [{ any: { image: { repository: "a.example/b", tag: "1" } } }, "a.example/b:1"],
  object: [
    { apiVersion: "v1", kind: "Pod", spec: { containers: [{ image: "a.example/b:1" }] } },
    "a.example/b:1",
  ],
  "pod-spec": ["containers: [{name: main, image: 'a.example/b:1'}]", "a.example/b:1"],
  "helm-parameters": [
    [
      { name: "image.repository", value: "a.example/b" },
      { name: "image.tag", value: "1" },
    ],
    "a.example/b:1",
  ],
  "kustomize-images": [[{ name: "b", newName: "a.example/b", newTag: "1" }], "a.example/b:1"],
  "kustomize-text": ["b=a.example/b:1", "a.example/b:1"],
  "tekton-ref": [
    {
      resolver: "bundles",
      params: [
        { name: "name", value: "x" },
        { name: "bundle", value: "a.example/b:1" },
      ],
    },
    "a.example/b:1",
  ],
  "flux-oci": [{ url: "oci://a.example/b", ref: { tag: "1" } }, "a.example/b:1"],
};

/** An object that has a value at the path of a field, and nothing else. */
function objectWith(path: string, value: unknown): unknown {
  return (readPath(path) ?? []).reduceRight<unknown>((inner, step) => {
    if (step === "each") return [inner];
    return { [step === "any" ? "role" : step.key]: inner };
  }, value);
}

const kinds = knownKinds().filter(({ fields }) => fields.length > 0);
const found = (images: readonly ImageOccurrence[]) => images.map(({ image }) => image);

test("the table has what it is said to have", () => {
  expect(kinds.length).toBeGreaterThan(120);
});

test.each(kinds.map(({ group, kind, fields }) => [`${group}/${kind}`, group, kind, fields] as const))(
  "%s",
  (_name, group, kind, fields) => {
    const type = { apiVersion: group === "" ? "v1" : `${group}/v1`, kind };
    for (const field of fields) {
      const [value, image] = FORMS[field.form ?? "text"];
      const images = findImages(type, objectWith(field.path, value));
      expect([field.path, found(images)]).toEqual([field.path, [image]]);
      expect(images.every(({ guessed }) => guessed === undefined)).toBe(true);
      const unknown = findImages(type, objectWith(field.path, UNKNOWN));
      expect([field.path, unknown.some(({ image: one, guessed }) => one === UNKNOWN && !guessed)]).toEqual([
        field.path,
        true,
      ]);
    }
  },
);

const resources = Object.entries(RESOURCE_FIELDS).flatMap(([type, fields]) =>
  fields.map((field) => [`${type} ${field.path}`, type, field] as const),
);

test.each(resources)("%s", (_name, type, field) => {
  const [value, image] = FORMS[field.form ?? "text"];
  expect(found(findInResource({ type, props: objectWith(field.path, value) }))).toEqual([image]);
  expect(found(findInResource({ type, props: objectWith(field.path, UNKNOWN) }))).toEqual([UNKNOWN]);
  expect(found(findInResource({ type, props: UNKNOWN }))).toEqual([UNKNOWN]);
  expect(found(findInResource({ type, props: {} }))).toEqual([]);
});

test("a kind with images also shows what looks like one and is not in its row, as a guess", () => {
  const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
  const images = findImages(rollout, {
    spec: { template: { spec: { containers: [{ image: "a:1" }] } }, plugin: { image: "b:1" } },
  });
  expect(images).toEqual([
    { path: "spec.template.spec.containers[0].image", image: "a:1" },
    { path: "spec.plugin.image", image: "b:1", guessed: true },
  ]);
});
