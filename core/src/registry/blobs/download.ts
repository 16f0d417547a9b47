import { quote } from "../../image";
import { malformed } from "../content/descriptor";
import { type Expected, sizeMismatch, verified } from "../content/verify";
import type { Place } from "../place";
import type { Answer } from "../transport/answer";
import type { Call, Transport } from "../transport/transport";
import type { Waiting } from "../manifests";

/**
 * A blob as it streams in, checked. Nothing is asked for before somebody reads, and every reading is a new request,
 * so that it can serve as the source of an upload.
 */
export function download(
  transport: Transport,
  place: Place,
  blob: Expected,
  waiting: Waiting,
): AsyncIterable<Uint8Array> {
  const about = `blob ${place.name(blob.digest)}`;
  return {
    [Symbol.asyncIterator]: () => verified(fetchAll(transport, place, blob, waiting, about), blob, about),
  };
}

async function* fetchAll(
  transport: Transport,
  place: Place,
  { digest, size }: Expected,
  { signal }: Waiting,
  about: string,
): AsyncGenerator<Uint8Array> {
  const call: Call = {
    about,
    method: "GET",
    url: place.url(`blobs/${digest}`),
    expect: [200],
    access: place.access("pull"),
    bytes: size,
    lane: "downloads",
    signal,
  };
  const { attempts, leave } = await transport.enter(call);
  let offset = 0;
  try {
    for (;;) {
      try {
        const answer = await transport.exchange(from(call, offset), attempts);
        for await (const chunk of rest(answer, offset, size)) {
          offset += chunk.length;
          attempts.progress(chunk.length);
          yield chunk;
        }
        return;
      } catch (failure) {
        await attempts.recover(failure);
      }
    }
  } finally {
    leave();
  }
}

/** After a break it goes on where it stopped (RFC 9110, 14.2). */
function from(call: Call, offset: number): Call {
  if (offset === 0) return call;
  return { ...call, headers: { range: `bytes=${offset}-` }, expect: [200, 206] };
}

async function* rest(answer: Answer, offset: number, size: number): AsyncGenerator<Uint8Array> {
  let skip = offset;
  if (answer.status === 206) {
    assertStart(answer, offset);
    skip = 0;
  } else {
    assertLength(answer, size);
  }
  for await (const chunk of answer.body()) {
    const wanted = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - wanted.length;
    if (wanted.length > 0) yield wanted;
  }
}

function assertStart(answer: Answer, offset: number): void {
  const range = answer.header("content-range") ?? "";
  if (/^bytes (\d+)-/.exec(range)?.[1] !== String(offset)) {
    throw malformed(answer.about, `the rest from byte ${offset}`, `Content-Range ${quote(range)}`);
  }
}

function assertLength(answer: Answer, size: number): void {
  const length = answer.header("content-length");
  if (length !== undefined && Number(length) !== size) throw sizeMismatch(answer.about, size, quote(length));
}
