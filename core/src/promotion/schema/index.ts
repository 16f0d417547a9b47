import type { JsonSchema } from "../../schema";
import { trustPartSchema } from "../../trust";
import { environmentsSchema } from "./environments";
import { gateDefinitions } from "./gates";
import { email, excuse, list, map, name, names, NAME, object, of, repository, text, time } from "./parts";
import { servicesSchema, tiersSchema } from "./services";

const person = object([], {
  signers: of(list(name), "Names of signers of `trust` who are this person."),
  emails: of(
    list(email),
    "Addresses by which others know the person; compared in lower case, without blanks around.",
  ),
  bot: of({ type: "boolean", default: false }, "A robot: it approves nothing."),
});

const place = { service: of(name, "For which service."), environment: of(name, "In which environment.") };

const exception = {
  type: "object",
  required: ["service", "environment", ...Object.keys(excuse)],
  additionalProperties: false,
  properties: {
    gate: of(name, "The scan gate that a finding is let pass."),
    finding: of(
      text,
      "The finding, as the scanner names it. It counts only with signed evidence `exception`.",
    ),
    rule: of(name, "The rule of the policy pack that does not hold."),
    ...place,
    ...excuse,
  },
  oneOf: [
    { required: ["gate", "finding"], properties: { rule: false } },
    { required: ["rule"], properties: { gate: false, finding: false } },
  ],
};

const imagePath = object(["group", "kind", "path"], {
  group: of({ type: "string", pattern: "^[a-z0-9.-]*$" }, "API group of the kind; empty for the core group."),
  kind: of({ type: "string", pattern: "^[A-Z][A-Za-z0-9]*$" }, "The kind."),
  path: of(text, "Where its images are, as in spec.jobs[].image; * is any key."),
});

/** promotion.yaml, version 1. */
export const promotionSchema: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "promotion.yaml",
  description:
    "What is promoted, through which environments, in which order, and what must be said before it moves.",
  type: "object",
  required: ["version", "owner", "nextReview", "environments", "services", "trust"],
  additionalProperties: false,
  properties: {
    version: of({ const: 1 }, "Version of this format."),
    owner: of(text, "Who answers for this file."),
    nextReview: of(time, "When it is to be looked through again; after that, it says so in each preview."),
    people: of(
      map(person),
      "Everybody who may approve or review; one person counts once, whatever the keys.",
    ),
    groups: of(map(names), "People by what they may do."),
    environments: environmentsSchema,
    tiers: tiersSchema,
    services: servicesSchema,
    registries: of(
      list(text),
      "Where images may come from: host or host/path, by whole segments; left out: anywhere.",
    ),
    external: of(
      { type: "array", items: object(["repository", ...Object.keys(excuse)], { repository, ...excuse }) },
      "Repositories of others, whose images may run without a decision; they must be pinned all the same.",
    ),
    imagePaths: of(
      { type: "array", items: imagePath },
      "Where kinds that Waybill does not know keep images.",
    ),
    exceptions: of({ type: "array", items: exception }, "What is let pass, in one place, for a time."),
    trust: trustPartSchema,
  },
  $defs: gateDefinitions,
};

export { GATE_KINDS, missingKeys, PERCENTILE } from "./gates";
export { NAME };
