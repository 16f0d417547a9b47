import { object, text } from "./shapes";

/** Ours: this digest must never run again. */
export interface Block {
  readonly reason: string;
}

/** Ours: these pieces of evidence, by their ids, no longer count. */
export interface Revocation {
  readonly reason: string;
  readonly evidence: readonly string[];
}

export const blockSchema = { ...object(["reason"], { reason: text }), additionalProperties: false };

export const revocationSchema = {
  ...object(["reason", "evidence"], {
    reason: text,
    evidence: { type: "array", minItems: 1, items: { type: "string", pattern: "^sha256:[0-9a-f]{64}$" } },
  }),
  additionalProperties: false,
};
