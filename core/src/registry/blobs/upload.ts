import { malformed } from "../content/descriptor";
import { digestMismatch, type Expected, verified } from "../content/verify";
import { registryError, RegistryError } from "../errors";
import type { Place } from "../place";
import type { Answer } from "../transport/answer";
import { type Attempts, Setback } from "../transport/attempts";
import { safeTarget } from "../transport/redirect";
import type { Call, Transport } from "../transport/transport";
import { Cursor, type OpenSource } from "./cursor";
import { receivedBytes, withDigest } from "./session";

export interface UploadTools {
  readonly open: OpenSource;
  readonly isThere: () => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
  readonly chunkBytes: number;
}

const STORED = [200, 201, 204];
/** What the chunked way may still cure after the whole body in one request failed. */
const CURABLE: ReadonlySet<string> = new Set(["too-large", "conflict"]);

/** Brings one blob into a repository: whole in one request, and in pieces where that fails. */
export class Upload {
  private session: URL | undefined;
  private chunkBytes: number;
  private sourceFailure: Error | undefined;
  private readonly about: string;

  constructor(
    private readonly transport: Transport,
    private readonly place: Place,
    private readonly blob: Expected,
    private readonly tools: UploadTools,
  ) {
    this.about = `upload of blob ${place.name(blob.digest)}`;
    this.chunkBytes = tools.chunkBytes;
  }

  /** Asks the registry to take the blob over from another repository. A "no" opens an upload (distribution-spec). */
  async mount(source: string): Promise<boolean> {
    const query = new URLSearchParams({ mount: this.blob.digest, from: source });
    const call: Call = {
      ...this.begin(`?${query.toString()}`),
      expect: [201, 202],
      access: this.place.access("pull,push", source),
    };
    return this.transport.send(call, (answer) => {
      if (answer.status === 202) this.opened(answer);
      else this.assertStored(answer);
      return answer.status === 201;
    });
  }

  async run(): Promise<void> {
    try {
      if (this.session === undefined) await this.start();
      await this.putWhole();
    } catch (failure) {
      if (this.sourceFailure !== undefined) throw this.sourceFailure;
      const curable = failure instanceof RegistryError && CURABLE.has(failure.code);
      if (this.session === undefined || (!curable && !(failure instanceof Setback))) throw failure;
      await this.resume(failure);
    }
  }

  private async start(): Promise<void> {
    await this.transport.send(this.begin(""), (answer) => this.opened(answer));
  }

  private async putWhole(): Promise<void> {
    const { size } = this.blob;
    await this.send({
      ...this.within("PUT", { "content-length": String(size) }),
      url: withDigest(this.current(), this.blob.digest),
      body: () => this.source(),
      bytes: size,
      expect: STORED,
    });
  }

  /** Looks how far the registry got and goes on from there, until it has everything. */
  private async resume(first: unknown): Promise<void> {
    const attempts = this.transport.attempts({
      about: this.about,
      signal: this.tools.signal,
      bytes: this.blob.size,
    });
    try {
      if (first instanceof Setback) await attempts.recover(first);
      for (;;) {
        try {
          const offset = await this.locate();
          if (offset !== undefined) await this.sendFrom(offset, attempts);
          return;
        } catch (failure) {
          if (this.sourceFailure !== undefined) throw this.sourceFailure;
          await attempts.recover(failure);
        }
      }
    } finally {
      attempts.end();
    }
  }

  private async sendFrom(start: number, attempts: Attempts): Promise<void> {
    // A new one each time: what a broken request was still reading must not move this one.
    const cursor = new Cursor(() => this.source());
    try {
      for (let offset = start; offset < this.blob.size;) {
        const taken = await this.patch(cursor, offset);
        attempts.progress(taken - offset);
        offset = taken;
      }
    } finally {
      await cursor.close();
    }
    await this.send({
      ...this.within("PUT"),
      url: withDigest(this.current(), this.blob.digest),
      expect: STORED,
    });
  }

  /** Sends one piece; the answer says how much of the blob the registry has now. */
  private async patch(cursor: Cursor, offset: number): Promise<number> {
    const end = Math.min(this.blob.size, offset + this.chunkBytes);
    const headers = { "content-length": String(end - offset), "content-range": `${offset}-${end - 1}` };
    const call: Call = {
      ...this.within("PATCH", headers),
      body: () => cursor.range(offset, end),
      bytes: end - offset,
      expect: [202, 416],
    };
    return this.transport.send(call, (answer) => {
      if (answer.status === 416) throw this.outOfStep(answer, "HTTP 416");
      this.opened(answer);
      const taken = end === 1 ? end : (receivedBytes(answer) ?? end);
      if (taken <= offset || taken > end) throw this.outOfStep(answer, `${taken} bytes`);
      return taken;
    });
  }

  /** How many bytes the registry has; undefined if it has the whole blob after all. */
  private async locate(): Promise<number | undefined> {
    const call: Call = { ...this.within("GET"), expect: [200, 202, 204, 400, 404, 405, 410] };
    const received = await this.transport.send(call, (answer) => {
      if (answer.status >= 400) return undefined;
      if (answer.header("location") !== undefined) this.opened(answer);
      return Math.min(receivedBytes(answer) ?? 0, this.blob.size);
    });
    if (received !== undefined) return received;
    // The session is gone: either its last request did succeed, or it starts anew.
    if (await this.tools.isThere()) return undefined;
    await this.start();
    return 0;
  }

  private async send(call: Call): Promise<void> {
    await this.transport.send(call, (answer) => this.assertStored(answer));
  }

  private begin(query: string): Call {
    return {
      about: this.about,
      method: "POST",
      url: this.place.url(`blobs/uploads/${query}`),
      expect: [202],
      access: this.place.access("pull,push"),
      signal: this.tools.signal,
    };
  }

  private within(method: "GET" | "PUT" | "PATCH", headers: Readonly<Record<string, string>> = {}): Call {
    return {
      ...this.begin(""),
      method,
      url: this.current(),
      headers: method === "GET" ? {} : { "content-type": "application/octet-stream", ...headers },
      retry: method === "GET",
    };
  }

  private current(): URL {
    if (this.session === undefined) throw malformed(this.about, "an open upload", "none");
    return this.session;
  }

  private opened(answer: Answer): void {
    this.session = safeTarget(this.about, answer.url, answer.header("location"));
    const least = Number(answer.header("oci-chunk-min-length") ?? 0);
    if (Number.isSafeInteger(least)) this.chunkBytes = Math.max(this.chunkBytes, least);
  }

  private assertStored(answer: Answer): void {
    const claimed = answer.header("docker-content-digest");
    if (claimed !== undefined && claimed !== this.blob.digest) {
      throw digestMismatch(this.about, this.blob.digest, claimed);
    }
  }

  /** What goes out is checked as well; what goes wrong here is not the registry's fault and not retried there. */
  private async *source(): AsyncGenerator<Uint8Array> {
    const reader = verified(this.tools.open(), this.blob, this.about);
    try {
      for (let next = await this.pull(reader); next.done !== true; next = await this.pull(reader))
        yield next.value;
    } finally {
      await reader.return(undefined);
    }
  }

  /** Only what reading throws is the source's failure; a broken connection throws into `source` as well. */
  private async pull(reader: AsyncGenerator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await reader.next();
    } catch (cause) {
      this.sourceFailure = cause instanceof Error ? cause : new Error("unreadable source", { cause });
      throw cause;
    }
  }

  private outOfStep(answer: Answer, found: string): Setback {
    const error = registryError("conflict", { about: this.about, expected: "the next piece to fit", found });
    return new Setback(error, answer.host);
  }
}
