import { failure, type SignerErrorCode } from "./error";

/** How patient to be with a service: for one request, and between the requests when it is not well. */
export interface Patience {
  readonly timeoutMs: number;
  readonly pausesMs: readonly number[];
}

export interface Service {
  readonly url: string;
  /** What it stands for in messages, and the code when it fails. */
  readonly expected: string;
  readonly code: SignerErrorCode;
  readonly patience: Patience;
}

const LARGEST_ANSWER = 1024 * 1024;

/** Posts, and again where the service has only a bad moment. Answers of services that sign are small. */
export async function post(
  { url, expected, code, patience }: Service,
  type: string,
  body: string | Buffer,
): Promise<Buffer> {
  let found = "";
  for (const pause of [...patience.pausesMs, undefined]) {
    const answer = await postOnce(url, type, body, patience.timeoutMs);
    if (Buffer.isBuffer(answer)) return answer;
    found = answer.found;
    if (!answer.mayPass || pause === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw failure(code, url, expected, found);
}

async function postOnce(
  url: string,
  type: string,
  body: string | Buffer,
  timeoutMs: number,
): Promise<Buffer | { readonly found: string; readonly mayPass: boolean }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": type },
      body: typeof body === "string" ? body : new Uint8Array(body),
      signal: AbortSignal.timeout(timeoutMs),
      // Tokens and what is signed go to the service that was named, and to no other.
      redirect: "error",
    });
    if (response.ok) return await readAnswer(response);
    await response.body?.cancel();
    return { found: `status ${response.status}`, mayPass: response.status >= 500 || response.status === 429 };
  } catch (error) {
    const found =
      (error as Error).name === "TimeoutError" ? `no answer within ${timeoutMs} ms` : "no connection";
    return { found, mayPass: true };
  }
}

async function readAnswer(response: Response): Promise<Buffer | { found: string; mayPass: boolean }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > LARGEST_ANSWER) return { found: `more than ${LARGEST_ANSWER} bytes`, mayPass: false };
    parts.push(part);
  }
  return Buffer.concat(parts);
}
