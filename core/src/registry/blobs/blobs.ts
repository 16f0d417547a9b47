import { type Expected, sizeMismatch } from "../content/verify";
import { registryError, RegistryError } from "../errors";
import type { Place } from "../place";
import type { Transport } from "../transport/transport";
import type { Waiting } from "../manifests";
import type { OpenSource } from "./cursor";
import { download } from "./download";
import { Upload } from "./upload";

/** What became of a blob that was to be stored. */
export type BlobOutcome = "present" | "mounted" | "uploaded";

export interface PutBlobOptions extends Waiting {
  /** Another repository of the same registry that may have the blob already. */
  readonly mountFrom?: string | undefined;
  /** Whoever knows that the blob is not there saves the question. */
  readonly knownAbsent?: boolean;
}

export class Blobs {
  constructor(
    private readonly transport: Transport,
    private readonly chunkBytes: number,
  ) {}

  async has(place: Place, { digest, size }: Expected, { signal }: Waiting): Promise<boolean> {
    const about = `look-up of blob ${place.name(digest)}`;
    const url = place.url(`blobs/${digest}`);
    const call = {
      about,
      method: "HEAD",
      url,
      expect: [200, 404],
      access: place.access("pull"),
      signal,
    } as const;
    return this.transport.send(call, (answer) => {
      const length = answer.status === 200 ? answer.header("content-length") : undefined;
      if (length !== undefined && Number(length) !== size) throw sizeMismatch(about, size, length);
      return answer.status === 200;
    });
  }

  get(place: Place, blob: Expected, waiting: Waiting): AsyncIterable<Uint8Array> {
    return download(this.transport, place, blob, waiting);
  }

  async read(
    place: Place,
    blob: Expected,
    { maxBytes, signal }: Waiting & { readonly maxBytes: number },
  ): Promise<Uint8Array> {
    if (blob.size > maxBytes) {
      throw registryError("too-large", {
        about: `blob ${place.name(blob.digest)}`,
        expected: `at most ${maxBytes} bytes`,
        found: `${blob.size} announced`,
      });
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.get(place, blob, { signal })) chunks.push(chunk);
    return Buffer.concat(chunks, blob.size);
  }

  async put(place: Place, blob: Expected, open: OpenSource, options: PutBlobOptions): Promise<BlobOutcome> {
    const { signal, mountFrom, knownAbsent } = options;
    const isThere = (): Promise<boolean> => this.has(place, blob, { signal });
    if (knownAbsent !== true && (await isThere())) return "present";
    const upload = new Upload(this.transport, place, blob, {
      open,
      isThere,
      signal,
      chunkBytes: this.chunkBytes,
    });
    if (mountFrom !== undefined && (await this.mount(upload, mountFrom))) return "mounted";
    await upload.run();
    return "uploaded";
  }

  /** A source that we may not read, or that does not exist, is no reason to fail: the bytes are uploaded instead. */
  private async mount(upload: Upload, source: string): Promise<boolean> {
    try {
      return await upload.mount(source);
    } catch (error) {
      if (error instanceof RegistryError && NO_MOUNT.has(error.code)) return false;
      throw error;
    }
  }
}

const NO_MOUNT: ReadonlySet<string> = new Set([
  "unauthorized",
  "forbidden",
  "not-found",
  "unsupported",
  "rejected",
]);
