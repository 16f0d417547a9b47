import type { ImageReference } from "../image";

/** Where images may come from; promotion.yaml's `registries` and the repositories of its `external`. */
export interface AllowedRegistries {
  /** `host` or `host/path`, compared by whole segments; undefined is any. */
  readonly registries: readonly string[] | undefined;
  /** Whole names of single repositories. */
  readonly repositories?: readonly string[];
}

/** `ghcr.io/acme` holds `ghcr.io/acme/app` and not `ghcr.io/acme-evil/app`; an empty list holds nothing. */
export function isAllowedRegistry(
  { registry, repository }: Pick<ImageReference, "registry" | "repository">,
  { registries, repositories = [] }: AllowedRegistries,
): boolean {
  if (registries === undefined) return true;
  const name = `${registry.toLowerCase()}/${repository}`;
  return (
    repositories.includes(name) ||
    registries.some((prefix) => `${name}/`.startsWith(`${prefix.replace(/\/+$/, "")}/`))
  );
}
