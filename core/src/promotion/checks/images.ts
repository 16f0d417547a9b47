import { formatReference, parseReference } from "../../image";
import { WaybillError } from "../../problem";
import { type Mistake, textsAt } from "../../schema";

/** Names that are compared with those of images must be written as those are. */
export function findWrongImages(document: unknown): Mistake[] {
  return [
    ...textsAt(document, "/registries/*").flatMap(({ path, value }) => wrong(path, value, "/any/image")),
    ...["/services/*/repository", "/external/*/repository"]
      .flatMap((pattern) => textsAt(document, pattern))
      .flatMap(({ path, value }) => wrong(path, value, "")),
  ];
}

function wrong(path: string, value: string, rest: string): Mistake[] {
  const full = fullName(`${value}${rest}`);
  if (full === `${value}${rest}`) return [];
  const form = rest === "" ? "host/path, without tag and digest" : "host or host/path";
  const meant = full === undefined || rest !== "" ? "" : `; is ${full} meant?`;
  return [{ path, message: `expected ${form}, found "${value}"${meant}` }];
}

/** Undefined for what is no image; a name in upper case would never be met. */
function fullName(text: string): string | undefined {
  try {
    const reference = parseReference(text);
    return formatReference({ ...reference, tag: undefined, digest: undefined }).toLowerCase();
  } catch (error) {
    if (error instanceof WaybillError) return undefined;
    throw error;
  }
}
