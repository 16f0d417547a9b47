import { ImageError, parsePinned, type PinnedReference, quote } from "@waybill/core/image";
import { createRegistry, type Registry } from "@waybill/core/registry";
import { type Arguments, CliError, type Io } from "./command";
import { wrongUsage } from "./input";

/** A registry client for as long as the work takes. */
export async function withRegistry<Result>(
  { openRegistry = createRegistry }: Io,
  work: (registry: Registry) => Promise<Result>,
): Promise<Result> {
  const registry = openRegistry();
  try {
    return await work(registry);
  } finally {
    await registry.close();
  }
}

/** Evidence is about a digest: a tag may name another image by the time the answer is read (SIG-077). */
export function pinnedImage(text: string): PinnedReference {
  try {
    return parsePinned(text);
  } catch (error) {
    if (!(error instanceof ImageError) || error.code !== "not-pinned") throw error;
    const next = `Get its digest once, and use that from then on: waybill image digest ${text}`;
    throw new CliError("usage", { ...error.problem, next }, { cause: error });
  }
}

/** The one image that a command is about. */
export function oneImage(command: string, { positionals }: Arguments): PinnedReference {
  const [image, ...more] = positionals;
  if (image === undefined || more.length > 0) {
    const found = image === undefined ? "none" : quote(positionals.join(" "));
    throw wrongUsage(command, "one image by its digest, IMAGE@sha256:…", found);
  }
  return pinnedImage(image);
}
