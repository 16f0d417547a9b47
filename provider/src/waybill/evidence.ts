import { formatReference, parsePinned, type PinnedReference } from "@waybill/core/image";
import { attest, isAttached, signingOf, type Words } from "@waybill/core/proof";
import { defineResource, type InputRule } from "../define";
import { ProviderError } from "../errors";
import type { CheckFailure, Created, Operation, Resource } from "../resource";
import type { Values } from "../value";
import { publicMistakes, textOf, type World } from "./inputs";
import { plainly } from "./problems";

/** What a resource of evidence adds to what all of them do. */
export interface Kind {
  readonly inputs: Readonly<Record<string, InputRule>>;
  /** Mistakes in known inputs that their types do not show. */
  readonly mistakes: (inputs: Values) => readonly CheckFailure[];
  readonly words: (image: PinnedReference, inputs: Values, operation: Operation) => Words;
}

const common = {
  image: { type: "string", required: true, replace: true },
  signer: { type: "string", required: true, replace: true },
} as const satisfies Record<string, InputRule>;

/**
 * A piece of evidence in a registry as a resource: made once and never changed. The registry is the truth, not the state:
 * what is gone from there is made again, and what cannot be looked up is an error. Deleting the resource deletes no evidence,
 * because whoever runs the image still needs it.
 */
export function evidenceResource(kind: Kind, world: World): Resource {
  const base = defineResource(
    { inputs: { ...common, ...kind.inputs }, computed: ["evidence", "referrer", "signedBy", "time"] },
    {
      create: ({ inputs }, operation) => plainly(() => create(kind, world, inputs, operation)),
      read: async ({ id, inputs, outputs }, { signal }) => {
        if (inputs === undefined) throw cannotImport(id);
        return (await isThere(world, outputs, signal)) ? { id, inputs, outputs } : undefined;
      },
      update: (_, { urn }) => Promise.reject(neverUpdated(urn)),
      delete: () => Promise.resolve(),
    },
  );
  return {
    ...base,
    check: async (request, operation) => {
      const { inputs, failures } = await base.check(request, operation);
      return {
        inputs,
        failures: failures.length > 0 ? failures : [...publicMistakes(inputs), ...kind.mistakes(inputs)],
      };
    },
    diff: async (request, operation) => {
      const diff = await base.diff(request, operation);
      if (diff.changes.length > 0 || (await isThere(world, request.oldOutputs, operation.signal)))
        return diff;
      operation.log(
        "warning",
        `evidence ${textOf(request.oldOutputs["referrer"])} is gone from the registry`,
      );
      return { changes: [{ path: ["referrer"], kind: "update", replace: true }] };
    },
  };
}

async function create(kind: Kind, world: World, inputs: Values, operation: Operation): Promise<Created> {
  const { registry, now, environment } = world;
  const image = parsePinned(textOf(inputs["image"]));
  const signing = signingOf(textOf(inputs["signer"]), image.registry, environment);
  const words = kind.words(image, inputs, operation);
  operation.progress(`attaching evidence to ${image.digest}`);
  const done = await attest(registry, image, words, signing, { now: now(), signal: operation.signal });
  operation.progress("");
  return {
    id: formatReference({ ...image, tag: undefined, digest: done.referrer }),
    outputs: {
      ...inputs,
      evidence: done.id,
      referrer: done.referrer,
      signedBy: done.signer,
      time: done.time?.toISOString() ?? null,
    },
  };
}

function isThere({ registry }: World, outputs: Values, signal: AbortSignal): Promise<boolean> {
  return plainly(() =>
    isAttached(registry, parsePinned(textOf(outputs["image"])), textOf(outputs["referrer"]), { signal }),
  );
}

function cannotImport(id: string): ProviderError {
  return new ProviderError("unsupported", {
    about: id,
    expected: "a resource that was made here",
    found: "an import",
    next: "Declare it: what is already attached is found, not made twice.",
  });
}

function neverUpdated(urn: string): ProviderError {
  return new ProviderError("unsupported", {
    about: urn,
    expected: "a replacement",
    found: "an update",
    next: "Evidence is never changed. Please report this.",
  });
}
