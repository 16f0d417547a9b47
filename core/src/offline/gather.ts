import type { Piece, Refused } from "../evidence";
import type { Digest, PinnedReference } from "../image";
import { collectOrRefuse } from "../proof";
import type { Descriptor, Registry, Waiting } from "../registry";

/** A bundle as it was found, and the time that was written beside it when it was attached: not signed, only good for an order. */
export interface FoundPiece extends Piece {
  readonly referrer: Digest;
  readonly attached: Date | undefined;
}

/** All evidence of one image, from a registry or from a file; not judged yet. */
export interface Gathered {
  readonly image: PinnedReference;
  readonly pieces: readonly FoundPiece[];
  /** What could not even be read. */
  readonly refused: readonly Refused[];
}

const CREATED = "org.opencontainers.image.created";

/** A registry that does not answer is a `RegistryError`: that is never "no evidence". */
export async function gather(
  registry: Registry,
  image: PinnedReference,
  waiting: Waiting = {},
): Promise<Gathered> {
  const listed = new Map<Digest, Descriptor>();
  const watched: Registry = {
    ...registry,
    // The list that collecting asks for anyway also says when each piece was attached.
    listReferrers: async (...asked) => {
      const list = await registry.listReferrers(...asked);
      list.referrers.forEach((referrer) => listed.set(referrer.digest, referrer));
      return list;
    },
  };
  const { pieces, refused } = await collectOrRefuse(watched, image, waiting);
  return {
    image,
    pieces: pieces.map(({ source, bytes, referrer }) => ({
      source,
      bytes,
      referrer,
      attached: readDate(listed.get(referrer)?.annotations?.[CREATED]),
    })),
    refused,
  };
}

/** Somebody wrote it who need not be trusted: what is no date is none. */
export function readDate(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}
