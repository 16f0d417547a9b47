import { quote } from "../image";
import { type EvidenceErrorCode, refusal } from "./error";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses JSON that a signature covers or stands in. Two keys of one name are refused: which of them counts differs from
 * reader to reader, so that one would verify what another does not use (SIG-048).
 */
export function parseJson(about: string, bytes: Uint8Array, code: EvidenceErrorCode): unknown {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
    // What has no key twice prints as it was read, unless it has other white space, escapes or numbers.
    if (JSON.stringify(value) === text) return value;
  } catch (cause) {
    // The message quotes what it could not read.
    throw refusal(code, about, "JSON in UTF-8", quote((cause as Error).message), cause);
  }
  const twice = findRepeatedKey(text);
  if (twice !== undefined) throw refusal(code, about, "each key once", `${quote(twice)} twice in one object`);
  return value;
}

/** The first key that stands twice in one object of a text that is known to be JSON. */
export function findRepeatedKey(text: string): string | undefined {
  const scopes: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "{" || char === "[") scopes.push(new Set());
    else if (char === "}" || char === "]") scopes.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      if (isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        const keys = scopes.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = end;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function isKey(text: string, end: number): boolean {
  let next = end + 1;
  while (/\s/.test(text[next] ?? "")) next++;
  return text[next] === ":";
}
