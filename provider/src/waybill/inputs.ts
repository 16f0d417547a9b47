import { parsePinned } from "@waybill/core/image";
import type { Registry } from "@waybill/core/registry";
import type { CheckFailure } from "../resource";
import { containsSecret, reveal, type Value, type Values } from "../value";

/** What the provider needs of the world outside. */
export interface World {
  readonly registry: Registry;
  readonly now: () => Date;
  /** Gives others time to finish what they began. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What may not stand in inputs that are signed for everybody to read. */
export function publicMistakes(inputs: Values): readonly CheckFailure[] {
  const { image, signer } = inputs;
  return [
    ...(typeof image === "string" ? imageMistakes(image) : []),
    ...(typeof signer === "string" && /-----BEGIN|\n/.test(signer)
      ? [
          {
            path: ["signer"],
            reason: "expected a reference to a signer, found a key: it would stand in the state",
          },
        ]
      : []),
    // Everybody who may pull the image may read its evidence.
    ...Object.entries(inputs)
      .filter(([, value]) => containsSecret(value))
      .map(([key]) => ({ path: [key], reason: "expected no secret, as evidence is public, found one" })),
  ];
}

function imageMistakes(image: string): readonly CheckFailure[] {
  try {
    parsePinned(image);
    return [];
  } catch (error) {
    return [{ path: ["image"], reason: (error as Error).message }];
  }
}

export function textOf(value: Value | undefined): string {
  const text = value === undefined ? undefined : reveal(value);
  return typeof text === "string" ? text : "";
}

/** The empty text stands for nothing. */
export function textOrNull(value: Value | undefined): string | null {
  return textOf(value) || null;
}
