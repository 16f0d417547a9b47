import { predicateType } from "@waybill/core/trust";
import { type Values } from "../value";
import type { Kind } from "./evidence";
import { textOf } from "./inputs";

/** `waybill:index:Attestation`: a signed statement about an image. A signature is one with an empty predicate. */
export const attestation: Kind = {
  inputs: {
    predicateType: { type: "string", required: true, replace: true },
    predicate: { type: "object", required: true, replace: true },
  },
  mistakes: () => [],
  words: (_, inputs) => ({
    predicateType: predicateType(textOf(inputs["predicateType"])),
    predicate: (inputs["predicate"] ?? {}) as Values,
  }),
};
