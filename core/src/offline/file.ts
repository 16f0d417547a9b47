import { createHash } from "node:crypto";
import { json } from "@sigstore/core";
import { findMistakes } from "../schema";
import { unusable } from "./error";
import { MOST } from "./limits";
import type { JudgementRecord } from "./record";
import { exportSchema } from "./schema";

/** What stands in the file, as JSON. */
export interface Content {
  readonly mediaType: "application/vnd.waybill.evidence-export.v1+json";
  readonly manifests: readonly {
    readonly digest: string;
    readonly mediaType: string;
    readonly bytes: string;
  }[];
  readonly evidence: readonly {
    readonly source: string;
    readonly referrer: string;
    readonly attached: string | null;
    readonly bundle: string;
  }[];
  readonly trust: { readonly file: string; readonly hash: string; readonly document: unknown };
  readonly judgement: JudgementRecord;
}

export interface ExportFile {
  readonly bytes: Buffer;
  /** Of the content: the same evidence, trust and time give the same one. */
  readonly digest: string;
}

/** Canonical JSON: the same content is always the same bytes, so that one byte that differs is one too many. */
export function writeFile(about: string, content: Content): ExportFile {
  // Once through JSON: what the file cannot hold must not be hashed either.
  const plain = JSON.parse(JSON.stringify(content)) as Content;
  const digest = digestOf(plain);
  const bytes = toBytes({ digest, content: plain });
  if (bytes.length > MOST.fileBytes) {
    throw unusable("too-large", about, `a file of at most ${MOST.fileBytes} bytes`, `${bytes.length}`);
  }
  return { bytes, digest };
}

/** Takes a file in at the door: whole, unchanged, and nothing but what its schema knows. */
export function readFile(
  about: string,
  bytes: Uint8Array,
): { readonly digest: string; readonly content: Content } {
  if (bytes.length > MOST.fileBytes) {
    throw unusable("too-large", about, `a file of at most ${MOST.fileBytes} bytes`, `${bytes.length}`);
  }
  const value = parse(about, bytes);
  const [mistake] = findMistakes(value, exportSchema);
  if (mistake)
    throw unusable("not-an-export", about, "an evidence export", `${mistake.path} ${mistake.message}`);
  const file = value as { digest: string; content: Content };
  const actual = digestOf(file.content);
  if (actual !== file.digest)
    throw unusable("tampered", about, `content with the digest ${file.digest}`, actual);
  // White space, another order of keys or other escapes: the same JSON, but not the file that was written.
  if (!toBytes(file).equals(bytes))
    throw unusable("tampered", about, "canonical JSON", "another way to write it");
  return file;
}

function parse(about: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw unusable("not-an-export", about, "JSON in UTF-8", (cause as Error).message, cause);
  }
}

function toBytes(file: { digest: string; content: Content }): Buffer {
  return Buffer.from(`${json.canonicalize(file)}\n`);
}

function digestOf(content: Content): string {
  return `sha256:${createHash("sha256").update(json.canonicalize(content)).digest("hex")}`;
}
