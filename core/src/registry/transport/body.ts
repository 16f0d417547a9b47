import { registryError } from "../errors";
import type { Answer } from "./answer";

/** Reads a whole body that must be small. */
export async function readCapped(answer: Answer, cap: number): Promise<Uint8Array> {
  const announced = Number(answer.header("content-length") ?? 0);
  if (announced > cap) throw tooLarge(answer.about, cap, `${announced} bytes announced`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body()) {
    size += chunk.length;
    if (size > cap) throw tooLarge(answer.about, cap, "more");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The beginning of a body, for error messages. */
export async function readStart(answer: Answer, cap: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= cap) break;
  }
  return Buffer.concat(chunks).subarray(0, cap).toString("utf8");
}

function tooLarge(about: string, cap: number, found: string): Error {
  return registryError("too-large", { about, expected: `an answer of at most ${cap} bytes`, found });
}
