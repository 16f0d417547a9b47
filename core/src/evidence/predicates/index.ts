import { quote } from "../../image";
import type { JsonSchema } from "../../schema";
import { predicateType } from "../../trust";
import { refusal } from "../error";
import { firstMistake } from "../schema";
import { blockSchema, revocationSchema, type Block, type Revocation } from "./negative";
import { provenanceSchema, type Provenance } from "./provenance";
import { cycloneDxSchema, type CycloneDx, spdxSchema, type Spdx } from "./sbom";
import { testResultSchema, type TestResult } from "./testResult";
import { vsaSchema, type VerificationSummary } from "./vsa";
import { vulnsSchema, type Vulns } from "./vulns";

export type { Block, CycloneDx, Provenance, Revocation, Spdx, TestResult, VerificationSummary, Vulns };
export type { Finding } from "./vulns";
export type { Resource } from "./shapes";

/** What each type's predicate is once it is parsed, by the type's short name. */
export interface Predicates {
  readonly signature: Readonly<Record<string, unknown>>;
  readonly provenance: Provenance;
  readonly "test-result": TestResult;
  readonly vulns: Vulns;
  readonly spdx: Spdx;
  readonly cyclonedx: CycloneDx;
  readonly vsa: VerificationSummary;
  readonly block: Block;
  readonly revocation: Revocation;
}

export type PredicateSchemas = Readonly<Record<string, JsonSchema>>;

const schemas: Readonly<Record<keyof Predicates, JsonSchema>> = {
  signature: { type: "object" },
  provenance: provenanceSchema,
  "test-result": testResultSchema,
  vulns: vulnsSchema,
  spdx: spdxSchema,
  cyclonedx: cycloneDxSchema,
  vsa: vsaSchema,
  block: blockSchema,
  revocation: revocationSchema,
};

/** By type URI. A room that writes a type of its own verifies with these and its own. */
export const standardPredicates: PredicateSchemas = Object.fromEntries(
  Object.entries(schemas).map(([name, schema]) => [predicateType(name), schema]),
);

/** Refuses a predicate of an unknown type, or one that is not what its type asks for. */
export function checkPredicate(
  about: string,
  type: string,
  predicate: unknown,
  known = standardPredicates,
): void {
  const schema = Object.hasOwn(known, type) ? known[type] : undefined;
  if (!schema) throw refusal("predicate-unknown", about, "a predicate type that Waybill reads", quote(type));
  const mistake = firstMistake(predicate, schema);
  if (mistake) throw refusal("predicate-invalid", about, `a predicate as ${type} asks for`, mistake.found);
}
