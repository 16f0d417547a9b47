import { type Digest, quote, splitDigest } from "../image";
import type { JsonSchema } from "../schema";
import { refusal } from "./error";
import { parseJson } from "./json";
import { LIMITS } from "./limits";
import { firstMistake, type FirstMistake } from "./schema";

/** An in-toto statement: somebody says something (the predicate) about some things (the subjects). */
export interface Statement {
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

export interface Subject {
  readonly name: string | undefined;
  readonly digest: Readonly<Record<string, string>>;
}

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const STATEMENT_V1 = "https://in-toto.io/Statement/v1";
/** cosign 3 still attests with this one. */
const STATEMENT_V01 = "https://in-toto.io/Statement/v0.1";

const schema: JsonSchema = {
  type: "object",
  required: ["_type", "subject", "predicateType"],
  properties: {
    _type: { enum: [STATEMENT_V1, STATEMENT_V01] },
    subject: {
      type: "array",
      minItems: 1,
      maxItems: LIMITS.subjects,
      items: {
        type: "object",
        required: ["digest"],
        properties: {
          name: { type: "string" },
          digest: {
            type: "object",
            minProperties: 1,
            additionalProperties: { type: "string", minLength: 1 },
          },
        },
      },
    },
    predicateType: { type: "string", minLength: 1, maxLength: 2048 },
  },
};

const KEYS = ["_type", "subject", "predicateType", "predicate"];

interface StatementJson {
  _type: string;
  subject: { name?: string; digest: Record<string, string> }[];
  predicateType: string;
  predicate?: unknown;
}

/** Reads version 1 and, as cosign writes it, version 0.1. */
export function parseStatement(about: string, bytes: Uint8Array): Statement {
  const value = parseJson(about, bytes, "statement-format");
  const mistake = firstMistake(value, schema);
  if (mistake) throw toRefusal(about, mistake);
  const json = value as StatementJson;
  const odd = Object.keys(json).find((key) => !KEYS.includes(key) && KEYS.includes(keyInGo(key)));
  if (odd !== undefined) {
    // Go reads keys without regard to case: cosign would take this one where we take the other (SIG-048).
    throw refusal("statement-format", about, `the key ${keyInGo(odd)} in its own case`, quote(odd));
  }
  return {
    subjects: json.subject.map(({ name, digest }) => ({ name, digest })),
    predicateType: json.predicateType,
    predicate: json.predicate ?? {},
  };
}

/** The bytes to sign: a statement of version 1 about one digest, or about several that belong together. */
export function writeStatement(
  about: Digest | readonly Digest[],
  predicateType: string,
  predicate: object,
): Buffer {
  const digests = typeof about === "string" ? [about] : about;
  const json: StatementJson = {
    _type: STATEMENT_V1,
    subject: digests.map(splitDigest).map(({ algorithm, hex }) => ({ digest: { [algorithm]: hex } })),
    predicateType,
    predicate,
  };
  return Buffer.from(JSON.stringify(json));
}

/** By digest only: a name is what its author liked to write (in-toto, statement.md, "subject"). */
export function isAbout({ subjects }: Statement, digest: Digest): boolean {
  const { algorithm, hex } = splitDigest(digest);
  return subjects.some(
    (subject) => Object.hasOwn(subject.digest, algorithm) && subject.digest[algorithm] === hex,
  );
}

function keyInGo(key: string): string {
  return KEYS.find((known) => known.toLowerCase() === key.toLowerCase()) ?? key;
}

function toRefusal(about: string, { path, found }: FirstMistake): Error {
  if (found.includes("must NOT have more than")) {
    return refusal("bundle-too-large", about, `at most ${LIMITS.subjects} subjects`, found);
  }
  if (path === "/_type") return refusal("statement-type", about, STATEMENT_V1, found);
  if (path.startsWith("/subject"))
    return refusal("subject-missing", about, "subjects, each with a digest", found);
  return refusal("statement-format", about, "an in-toto statement", found);
}
