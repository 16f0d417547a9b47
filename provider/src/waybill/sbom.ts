import { formatReference, type PinnedReference } from "@waybill/core/image";
import { predicateType } from "@waybill/core/trust";
import type { Values } from "../value";
import type { Kind } from "./evidence";
import { textOf } from "./inputs";
import { type SbomFormat, sbomFormats, type Syft } from "./syft";

const predicates: Readonly<Record<SbomFormat, string>> = {
  "spdx-json": predicateType("spdx"),
  "cyclonedx-json": predicateType("cyclonedx"),
};

/** `waybill:index:Sbom`: what is in an image, as syft finds it in the registry, signed. */
export function sbom(syft: Syft): Kind {
  return {
    inputs: { format: { type: "string", replace: true }, platform: { type: "string", replace: true } },
    mistakes: ({ format = "spdx-json" }) =>
      typeof format === "string" && !isFormat(format)
        ? [{ path: ["format"], reason: `expected ${sbomFormats.join(" or ")}, found ${format}` }]
        : [],
    words: (image, inputs, operation) => {
      const format = formatOf(inputs);
      const platform = textOf(inputs["platform"]) || undefined;
      const name = nameOf(image, platform);
      return {
        predicateType: predicates[format],
        make: () => {
          operation.progress("syft is looking into the image");
          return syft(
            { image: formatReference({ ...image, tag: undefined }), name, format, platform },
            operation.signal,
          );
        },
        // Two documents about one image differ in their times and numbers, and say the same.
        suffices: (document) => describes(document) === name,
      };
    },
  };
}

/** An image for several platforms has one document for each. */
function nameOf({ registry, repository }: PinnedReference, platform: string | undefined): string {
  return `${registry}/${repository}${platform === undefined ? "" : ` (${platform})`}`;
}

interface Document {
  readonly name?: unknown;
  readonly metadata?: { readonly component?: { readonly name?: unknown } };
}

function describes(document: unknown): unknown {
  const { name, metadata } = document as Document;
  return name ?? metadata?.component?.name;
}

function formatOf(inputs: Values): SbomFormat {
  const format = textOf(inputs["format"]);
  return isFormat(format) ? format : "spdx-json";
}

function isFormat(text: string): text is SbomFormat {
  return sbomFormats.some((format) => format === text);
}
