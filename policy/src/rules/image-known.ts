import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { UNKNOWN } from "@waybill/core/images";
import { describeProblem } from "@waybill/core/problem";
import { isBuild } from "../builds";
import { configSchema, type Context } from "../context";
import { describeResource, imagesOf, type Resource } from "../resource";

/** An unknown image that the preview of the building environment lets wait for the end of the same preview. */
interface Deferred {
  readonly urn: string;
  readonly path: string;
}

/**
 * K4: what cannot be checked does not pass. A resource check knows no dependencies and a stack check comes too late in
 * an update, so the one exception (dev previews an image that it is about to build) takes two policies: this update's
 * preview defers it to the stack check, and the update itself, where everything is known, defers nothing.
 */
export function imageKnown(context: Context): (ResourceValidationPolicy | StackValidationPolicy)[] {
  const deferred: Deferred[] = [];
  return [
    {
      name: "image-known",
      description: "Every image is known when it is checked; what is unknown is refused.",
      enforcementLevel: "mandatory",
      configSchema,
      validateResource: (args, report) => {
        const resource: Resource = args;
        const setting = context.setting(args.getConfig());
        for (const { image, path, guessed } of imagesOf(resource)) {
          if (image !== UNKNOWN || (setting.builds && guessed)) continue;
          if (setting.builds && context.isPreview()) deferred.push({ urn: args.urn, path });
          else report(`${unknownImage(resource, path, "a value that is known")} ${setting.why}`);
        }
      },
    },
    {
      name: "unknown-image-is-built-here",
      description:
        "In preview an image may be unknown only if this very update builds it; the update itself checks it.",
      enforcementLevel: "mandatory",
      validateStack: ({ resources }, report) => {
        for (const { urn, path } of deferred.splice(0)) {
          const resource = resources.find((candidate) => candidate.urn === urn);
          if (resource && dependsOnBuild(resource, property(path))) continue;
          const about = resource ?? {
            type: urn.split("::").at(-2) ?? "",
            name: urn.split("::").at(-1) ?? "",
          };
          report(
            unknownImage(about, path, "a known value, or the output of an image that this update builds"),
            urn,
          );
        }
      },
    },
  ];
}

function unknownImage(resource: Pick<Resource, "type" | "name">, path: string, expected: string): string {
  return describeProblem({
    about: `${describeResource(resource)}, ${path}`,
    expected,
    found: "a value that is not known yet or cannot be read, so that its image cannot be checked",
    next: "Take the image from a plain value, as from config or a StackReference's getOutputDetails.",
  });
}

/** Follows where the value of one property comes from, through any number of resources. */
function dependsOnBuild(resource: PolicyResource, name: string): boolean {
  const seen = new Set<string>();
  const pending = [...(resource.propertyDependencies[name] ?? [])];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (isBuild(next)) return true;
    if (seen.has(next.urn)) continue;
    seen.add(next.urn);
    pending.push(...Object.values(next.propertyDependencies).flat());
  }
  return false;
}

function property(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
