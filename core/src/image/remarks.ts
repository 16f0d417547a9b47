import { domainToUnicode } from "node:url";
import type { ImageReference } from "./reference";

/** What a reader of a valid reference may misread. */
export function remarksOn({ registry, repository, tag, digest }: ImageReference): string[] {
  const remarks: string[] = [];
  const name = repository.replace(/^library\//, "");
  if (registry === "docker.io" && /^(?:localhost|.*\..*)$/.test(name) && /^[0-9]{1,5}$/.test(tag ?? "")) {
    remarks.push(
      `looks like a host and port, but is the image ${repository} of docker.io with the tag ${tag ?? ""}`,
    );
  }
  if (digest === undefined && /[0-9a-f]{40,}$/.test(tag ?? "")) {
    remarks.push("the tag looks like a digest, but a tag can be moved");
  }
  const unicode = domainToUnicode(registry.replace(/:[0-9]+$/, ""));
  if (/(?:^|\.)xn--/i.test(registry) && unicode !== "") remarks.push(`the registry is shown as ${unicode}`);
  return remarks;
}
