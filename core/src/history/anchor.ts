import type { Place } from "../promotion";
import {
  type Descriptor,
  digestOf,
  OCI_EMPTY,
  OCI_MANIFEST,
  type Registry,
  type Repository,
  type Waiting,
} from "../registry";

/** Deployments on one page: with their decisions and revocations far below what is read of one digest. */
export const PAGE = 200;

const EMPTY = Buffer.from("{}");
const empty = { mediaType: OCI_EMPTY, digest: digestOf(EMPTY), size: EMPTY.length };

/** What the records of a place hang on. */
export interface Anchor extends Descriptor {
  readonly bytes: Buffer;
}

/** Computed from place and page alone, so that whoever knows the place finds its history without being told where it is. */
export function anchorOf({ service, environment, target }: Place, page: number): Anchor {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: "application/vnd.waybill.history.v1",
      config: empty,
      layers: [empty],
      annotations: {
        "dev.waybill.service": service,
        "dev.waybill.environment": environment,
        ...(target !== undefined && { "dev.waybill.target": target }),
        "dev.waybill.page": String(page),
      },
    }),
  );
  return { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length, bytes };
}

/** The page that the deployment of this number, and the decision before it, stand on. */
export function pageOf(number: number): number {
  return Math.floor(number / PAGE);
}

/** The tag keeps it from registries that clean up what has none; nothing reads it back. */
export async function ensureAnchor(
  registry: Registry,
  repository: Repository,
  place: Place,
  page: number,
  waiting: Waiting = {},
): Promise<Anchor> {
  const anchor = anchorOf(place, page);
  if (await registry.hasManifest(repository, anchor.digest, waiting)) return anchor;
  await registry.putBlob(repository, empty, once, waiting);
  const tag = `waybill-history-${anchor.digest.slice("sha256:".length, "sha256:".length + 16)}`;
  await registry.putManifest(repository, anchor, { ...waiting, tag });
  return anchor;
}

async function* once(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(EMPTY);
}

/** A service in an environment, for people. */
export function describePlace({ service, environment, target }: Place): string {
  return `${service} in ${environment}${target === undefined ? "" : `/${target}`}`;
}
