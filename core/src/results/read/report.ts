import { quote } from "../../image";
import { refusal } from "../error";
import { findRepeatedKey } from "../../evidence";
import { LIMITS } from "./limits";
import { Part } from "./part";

/** What a tool wrote, under the name that refusals call it by. */
export interface ReportFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function textOf({ name, bytes }: ReportFile): string {
  if (bytes.length > LIMITS.reportBytes)
    throw refusal("too-large", name, `at most ${LIMITS.reportBytes} bytes`, `${bytes.length}`);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw refusal("unreadable", name, "text in UTF-8", "other bytes", cause);
  }
}

/** One JSON document. Two keys of one name are refused: which of them counts differs from reader to reader. */
export function jsonOf(name: string, text: string): Part {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal("unreadable", name, "one whole JSON document", quote((cause as Error).message), cause);
  }
  const twice = findRepeatedKey(text);
  if (twice !== undefined)
    throw refusal("unreadable", name, "each key once", `${quote(twice)} twice in one object`);
  return new Part(name, "", value);
}

export function isXml(text: string): boolean {
  return text.trimStart().startsWith("<");
}

export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}
