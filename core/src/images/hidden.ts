import { isObject, join } from "./path";
import { groupOf, type ObjectKind } from "./table";

/** Something that brings images along which nobody can see from here. */
export interface Hidden {
  readonly path: string;
  readonly found: string;
  readonly next: string;
}

/** A Release hands its chart to Helm inside the provider: the objects in it never reach a policy (pulumi-kubernetes#2057). */
const RELEASES = new Set(["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Release"]);

/** What a Pulumi resource hides; undefined where everything in it can be seen. */
export function hiddenInResource(type: string): Hidden | undefined {
  if (!RELEASES.has(type)) return undefined;
  return {
    path: "",
    found: "a Helm release, whose objects no policy sees",
    next: "Use kubernetes.helm.v4.Chart, which declares each object of the chart as a resource.",
  };
}

/** Tekton's resolvers that fetch tasks from elsewhere; a bundle is an image itself, and a cluster's task is seen there. */
const SEEN_RESOLVERS = new Set(["bundles", "cluster"]);

/** What an object hides. */
export function findHidden(kind: ObjectKind, object: unknown): Hidden[] {
  return groupOf(kind.apiVersion) === "tekton.dev" ? inTekton(object, "") : [];
}

function inTekton(value: unknown, at: string): Hidden[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => inTekton(item, `${at}[${index}]`));
  if (!isObject(value)) return [];
  const { resolver } = value;
  const own =
    typeof resolver === "string" && resolver !== "" && !SEEN_RESOLVERS.has(resolver)
      ? [
          {
            path: join(at, "resolver"),
            found: `a task that the resolver ${JSON.stringify(resolver)} fetches from elsewhere`,
            next: "Write the task into this object, or take it from a bundle by its digest.",
          },
        ]
      : [];
  return [...own, ...Object.entries(value).flatMap(([key, child]) => inTekton(child, join(at, key)))];
}
