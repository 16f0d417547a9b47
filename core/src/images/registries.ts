import type { ImageReference } from "../image";

/** Whether an image lies in one of the registries: each is `host` or `host/path`, compared by whole segments. None listed: any. */
export function isAllowedRegistry(
  { registry, repository }: Pick<ImageReference, "registry" | "repository">,
  registries: readonly string[] | undefined,
): boolean {
  if (registries === undefined) return true;
  const name = `${registry.toLowerCase()}/${repository}/`;
  return registries.some((prefix) => name.startsWith(`${prefix.replace(/\/+$/, "")}/`));
}
