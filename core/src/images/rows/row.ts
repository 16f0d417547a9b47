/** How a field holds its image, where it is not just the image's name. */
export type Form =
  /** `{registry, repository | name, tag, digest}`. */
  | "split"
  /** A name behind `docker://` or `oci://`; with any other scheme it is no image. */
  | "url"
  /** `DOCKER|name`. */
  | "docker-prefix"
  /** Helm values, as a map or as YAML. */
  | "values"
  /** A Kubernetes object, as a map or as YAML. */
  | "object"
  /** Part of a pod spec, as YAML. */
  | "pod-spec"
  /** Helm parameters `[{name, value}]`. */
  | "helm-parameters"
  /** Kustomize's `[{name, newName, newTag, digest}]`. */
  | "kustomize-images"
  /** Kustomize's `old=new:tag`. */
  | "kustomize-text"
  /** Tekton's reference to a task elsewhere. */
  | "tekton-ref"
  /** Flux' `{url: oci://…, ref: {tag, semver, digest}}`. */
  | "flux-oci";

/** Where one kind keeps an image: a path in which `[]` stands for each element of a list and `*` for each key of a map. */
export interface ImageField {
  readonly path: string;
  /** The API reads an empty text here as "not set" (Kubernetes: an image volume without a reference yet). */
  readonly emptyMeansUnset?: true;
  /** The image's name alone where left out. */
  readonly form?: Form;
  /** On its way stands a text that holds JSON. */
  readonly json?: true;
}

export interface Row {
  readonly groups: readonly string[];
  readonly kinds: readonly string[];
  readonly fields: readonly ImageField[];
}

/** Every field of a pod spec that makes the node fetch an image. */
export function podSpecFields(podSpec: string): ImageField[] {
  return [
    { path: `${podSpec}.containers[].image` },
    { path: `${podSpec}.initContainers[].image` },
    { path: `${podSpec}.ephemeralContainers[].image` },
    { path: `${podSpec}.volumes[].image.reference`, emptyMeansUnset: true },
  ];
}

export function row(
  group: string | readonly string[],
  kinds: string,
  ...fields: readonly (ImageField | readonly ImageField[])[]
): Row {
  return {
    groups: typeof group === "string" ? [group] : group,
    kinds: kinds.split(" "),
    fields: fields.flat(),
  };
}

/** An operator's own image: left out, the operator brings its own. */
export function optional(...paths: readonly string[]): ImageField[] {
  return paths.map((path) => ({ path, emptyMeansUnset: true }));
}

export function as(form: Form, ...paths: readonly string[]): ImageField[] {
  return paths.map((path) => ({ path, form }));
}

export function pods(...podSpecs: readonly string[]): ImageField[] {
  return podSpecs.flatMap(podSpecFields);
}
