import type { ResourceValidationPolicy } from "@pulumi/policy";
import { checkPinned, type ImageOccurrence } from "@waybill/core/images";
import { quote } from "@waybill/core/image";
import { describeProblem } from "@waybill/core/problem";
import { configSchema, type Context } from "../context";
import { describeResource, imagesOf, type Resource } from "../resource";

/** K1: a tag can be moved after everything was tested; only a digest says what will run. Floating tags stay in dev. */
export function imagePinnedByDigest(context: Context): ResourceValidationPolicy {
  return {
    name: "image-pinned-by-digest",
    description: "Every image is named by its digest; only the environment that builds may use tags.",
    enforcementLevel: "mandatory",
    configSchema,
    validateResource: (args, report) => {
      const resource: Resource = args;
      const setting = context.setting(args.getConfig());
      for (const occurrence of imagesOf(resource)) {
        const message = refuse(context, resource, occurrence, setting.builds);
        if (message !== undefined) report(`${message} ${setting.why}`);
      }
    },
  };
}

function refuse(
  { secrets }: Context,
  resource: Resource,
  occurrence: ImageOccurrence,
  builds: boolean,
): string | undefined {
  const refusal = checkPinned(occurrence);
  if (!refusal || refusal.code === "unknown") return undefined;
  if (builds && (refusal.code === "not-pinned" || occurrence.guessed)) return undefined;
  const { image, container, path } = occurrence;
  const show = [image, container ?? ""].every((text) => secrets.mayShow(resource.urn, String(text)));
  const subject = container === undefined ? "" : ` of ${quote(container)}`;
  return describeProblem({
    about: `${describeResource(resource)}, ${path}${show ? `${subject}, image ${quote(String(image))}` : ""}`,
    expected: refusal.expected,
    found: show ? refusal.found : "an image that does not fit; it is not shown here, as it may be a secret",
    next: refusal.next,
  });
}
