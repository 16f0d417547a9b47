export { anonymous, type Credentials, type CredentialSource } from "./auth/credentials";
export { type DockerConfigPlace, dockerCredentials } from "./auth/docker-config";
export type { TrustedRealms } from "./auth/realm";
export type { BlobOutcome, PutBlobOptions } from "./blobs/blobs";
export type { OpenSource } from "./blobs/cursor";
export type { Descriptor, Platform } from "./content/descriptor";
export type { ImageContent, IndexContent, Manifest } from "./content/manifest";
export {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  type ManifestType,
  OCI_EMPTY,
  OCI_INDEX,
  OCI_MANIFEST,
} from "./content/media-types";
export { digestOf, type Expected } from "./content/verify";
export { RegistryError, type RegistryErrorCode } from "./errors";
export type { NewManifest, Waiting } from "./manifests";
export type { ReferrersQuery } from "./referrers/api";
export type { Attached, Attachment, AttachmentLayer } from "./referrers/attach";
export type { ReferrerLimits } from "./referrers/limits";
export type { Preflight } from "./referrers/preflight";
export type { ReferrerList } from "./referrers/referrers";
export { createRegistry, type Registry } from "./registry";
export type { RegistryOptions } from "./settings";
export type { RetryPolicy } from "./transport/attempts";
export { type Clock, systemClock } from "./transport/clock";
export type { Repository } from "./transport/endpoint";
export type { HostLimits, HostReport } from "./transport/host";
export type { Method, Timeouts, Wire, WireRequest, WireResponse } from "./transport/wire";
