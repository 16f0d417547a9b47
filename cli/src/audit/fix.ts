import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import {
  applyEdits,
  type Audited,
  type Edit,
  type FixPlan,
  isFixable,
  planFix,
  unifiedDiff,
} from "@waybill/core/audit";
import { type Digest, parseReference } from "@waybill/core/image";
import { type Registry, RegistryError } from "@waybill/core/registry";
import { readText } from "./files";
import { mapLimited } from "./limit";

const AT_ONCE = 8;

/** Asks the registries for the digests of the most dangerous tags. */
export async function plan({ findings }: Audited, top: number, registry: Registry): Promise<FixPlan> {
  const chosen = findings.filter(isFixable).slice(0, top);
  const images = [...new Set(chosen.map(({ image }) => image ?? ""))];
  const answers = await mapLimited(images, AT_ONCE, (image) => resolveTag(image, registry));
  const resolved = new Map(images.map((image, index) => [image, answers[index]]));
  return planFix(chosen, (image) => resolved.get(image) ?? { why: "it was not asked for" });
}

async function resolveTag(image: string, registry: Registry): Promise<{ digest: Digest } | { why: string }> {
  const reference = parseReference(image);
  try {
    // What a node fetches where no tag is given.
    const { digest } = await registry.resolve({ ...reference, tag: reference.tag ?? "latest" });
    return { digest };
  } catch (error) {
    if (error instanceof RegistryError) return { why: error.message };
    throw error;
  }
}

/** A file as it is and as it will be; undefined where it is no longer what was audited. */
function change(file: string, edits: readonly Edit[]): { before: string; after: string } | undefined {
  const read = readText(file);
  const after = "text" in read ? applyEdits(read.text, edits) : undefined;
  return "text" in read && after !== undefined ? { before: read.text, after } : undefined;
}

export function diffOf({ edits }: FixPlan): string {
  return [...edits]
    .map(([file, own]) => {
      const texts = change(file, own);
      return texts ? unifiedDiff(file, texts.before, texts.after) : "";
    })
    .join("");
}

/** Writes the files, each whole or not at all; answers which of them changed under its hands and were left alone. */
export function write({ edits }: FixPlan): string[] {
  return [...edits].flatMap(([file, own]) => {
    const texts = change(file, own);
    if (texts) replaceFile(realpathSync(file), texts.after);
    return texts ? [] : [file];
  });
}

function replaceFile(file: string, text: string): void {
  const draft = `${file}.waybill-${process.pid}`;
  try {
    writeFileSync(draft, text, { flag: "wx" });
    chmodSync(draft, statSync(file).mode);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
