import { quote } from "../../image";
import type { JsonSchema } from "../../schema";
import { predicateType } from "../../trust";
import { refusal } from "../error";
import { firstMistake } from "../schema";
import { deploymentSchema, releasedImageSchema, type Deployment, type ReleasedImage } from "./deployment";
import { blockSchema, revocationSchema, type Block, type Revocation } from "./negative";
import {
  approvalSchema,
  exceptionSchema,
  overrideSchema,
  reviewSchema,
  type Approval,
  type Exception,
  type Override,
  type Review,
} from "./people";
import { provenanceSchema, type Provenance } from "./provenance";
import {
  compatibilitySchema,
  incidentsSchema,
  loadSchema,
  type Compatibility,
  type Incidents,
  type Load,
} from "./runs";
import { cycloneDxSchema, type CycloneDx, spdxSchema, type Spdx } from "./sbom";
import { testResultSchema, type TestResult } from "./testResult";
import { vsaSchema, type VerificationSummary } from "./vsa";
import { vulnsSchema, type Vulns } from "./vulns";

export type { Block, CycloneDx, Provenance, Revocation, Spdx, TestResult, VerificationSummary, Vulns };
export type {
  Approval,
  Compatibility,
  Deployment,
  Exception,
  Incidents,
  Load,
  Override,
  ReleasedImage,
  Review,
};
export { releasedImageSchema };
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
  readonly deployment: Deployment;
  readonly approval: Approval;
  readonly review: Review;
  readonly incidents: Incidents;
  readonly load: Load;
  readonly compatibility: Compatibility;
  readonly override: Override;
  readonly exception: Exception;
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
  deployment: deploymentSchema,
  approval: approvalSchema,
  review: reviewSchema,
  incidents: incidentsSchema,
  load: loadSchema,
  compatibility: compatibilitySchema,
  override: overrideSchema,
  exception: exceptionSchema,
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
