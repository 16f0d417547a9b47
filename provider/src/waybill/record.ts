import { readFileSync } from "node:fs";
import type { Writing } from "@waybill/core/history";
import { formatReference, parsePinned, type PinnedReference } from "@waybill/core/image";
import { judgeExport, readExport } from "@waybill/core/offline";
import { signingOf } from "@waybill/core/proof";
import type { Place } from "@waybill/core/promotion";
import { RegistryError } from "@waybill/core/registry";
import type { Signing } from "@waybill/core/signer";
import { parseTrust, type Trust } from "@waybill/core/trust";
import { defineResource, type InputRule, type ResourceData, type ResourceFunctions } from "../define";
import { ProviderError } from "../errors";
import type { Operation, Resource } from "../resource";
import type { Values } from "../value";
import { publicMistakes, textOf, type World } from "./inputs";
import { plainly } from "./problems";

/** What each record of a place says, and by whom; what it rests on may change without changing what was recorded. */
export const common = {
  image: { type: "string", required: true, replace: true },
  service: { type: "string", required: true, replace: true },
  environment: { type: "string", required: true, replace: true },
  target: { type: "string", replace: true },
  config: { type: "string", required: true, replace: true },
  after: { type: "string", replace: true },
  trust: { type: "string", required: true, diffed: false },
} as const satisfies Record<string, InputRule>;

/** A record, as inputs say it. */
export interface Asked {
  readonly image: PinnedReference;
  /** host/path */
  readonly repository: string;
  readonly place: Place;
  readonly after: string | null;
  readonly trust: Trust;
}

export function readAsked(inputs: Values): Asked {
  const image = parsePinned(textOf(inputs["image"]));
  return {
    image,
    repository: formatReference({ ...image, tag: undefined, digest: undefined }),
    place: {
      service: textOf(inputs["service"]),
      environment: textOf(inputs["environment"]),
      target: textOf(inputs["target"]) || undefined,
    },
    after: textOf(inputs["after"]) || null,
    trust: parseTrust("the trust policy", textOf(inputs["trust"]), noFiles),
  };
}

function noFiles(name: string): never {
  throw new ProviderError("invalid", {
    about: "the trust policy",
    expected: "a document with all its files inside, as Trust.document",
    found: `the name of a file, ${name}`,
    next: "Give the document of a trust policy that was loaded.",
  });
}

export function signingFor({ image }: Asked, inputs: Values, { environment }: World): Signing {
  return signingOf(textOf(inputs["signer"]), image.registry, environment);
}

export function writingOf({ trust }: Asked, { now, wait }: World, { signal }: Operation): Writing {
  return { trust, now, wait: (ms) => wait(ms, signal), signal };
}

type Look = (inputs: Values, outputs: Values, operation: Operation) => Promise<string | undefined>;

/**
 * A record as a resource. The registry is the truth, not the state: `lost` says why what the state knows does not count there any
 * more, and then it is made again. With a file of exported evidence that holds it, a registry that does not answer is no reason to stop.
 */
export function recordResource(
  data: ResourceData,
  functions: Omit<ResourceFunctions, "read">,
  output: string,
  lost: Look,
  world: World,
): Resource {
  const look: Look = (inputs, outputs, operation) =>
    plainly(async () => {
      try {
        return await lost(inputs, outputs, operation);
      } catch (error) {
        if (!(error instanceof RegistryError) || !isExported(inputs, textOf(outputs[output]), world))
          throw error;
        operation.log(
          "warning",
          `${error.message} It goes on by the exported evidence in ${offlineOf(inputs)}.`,
        );
        return undefined;
      }
    });
  const base = defineResource(data, {
    ...functions,
    read: async ({ id, inputs, outputs }, operation) => {
      if (inputs === undefined) throw cannotImport(id);
      const reason = await look(inputs, outputs, operation);
      return reason === undefined ? { id, inputs, outputs } : undefined;
    },
  });
  return {
    ...base,
    check: async (request, operation) => {
      const { inputs, failures } = await base.check(request, operation);
      return { inputs, failures: failures.length > 0 ? failures : publicMistakes(inputs) };
    },
    diff: async (request, operation) => {
      const diff = await base.diff(request, operation);
      if (diff.changes.some(({ replace }) => replace)) return diff;
      const reason = await look(request.news, request.oldOutputs, operation);
      if (reason === undefined) return diff;
      operation.log("warning", reason);
      return { changes: [...diff.changes, { path: [output], kind: "update", replace: true }] };
    },
  };
}

function offlineOf({ offline, basis }: Values): string {
  return textOf(offline) || textOf((basis as Values | undefined)?.["offline"]);
}

/** Whether a file of exported evidence holds the record, and the trust policy of today lets it count. */
function isExported(inputs: Values, id: string, { now }: World): boolean {
  const file = offlineOf(inputs);
  if (file === "") return false;
  const exported = readExport(file, readFileSync(file));
  const { image, trust } = readAsked(inputs);
  if (exported.image.digest !== image.digest) return false;
  return judgeExport(exported, trust, now()).report.claims.some((claim) => claim.id === id);
}

function cannotImport(id: string): ProviderError {
  return new ProviderError("unsupported", {
    about: id,
    expected: "a resource that was made here",
    found: "an import",
    next: "Declare it: a record that is already there is found, not made twice.",
  });
}
