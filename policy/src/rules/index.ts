import type { Rule } from "../rule";
import { apiVersionServed } from "./api-version-served";
import { ecrEncryption } from "./ecr-encryption";
import { ecrImmutableTags } from "./ecr-immutable-tags";
import { ecrNoPublicAccess } from "./ecr-no-public-access";
import { ecrScanOnPush } from "./ecr-scan-on-push";
import { imageKnown } from "./image-known";
import { imagePinnedByDigest } from "./image-pinned-by-digest";
import { imageSignedAndDecided } from "./image-signed-and-decided";
import { noBuildOutsideDev } from "./no-build-outside-dev";
import { noHiddenImages } from "./no-hidden-images";
import { noLatestTag } from "./no-latest-tag";
import { noSilentConfigChange } from "./no-silent-config-change";
import { registryAllowed } from "./registry-allowed";
import { workloadProbes } from "./workload-probes";
import { workloadProvenanceLabels } from "./workload-provenance-labels";
import { workloadResources } from "./workload-resources";
import { workloadServiceAccount } from "./workload-service-account";
import { workloadStorage } from "./workload-storage";

/** Everything that is asked about each resource, when it is about to be declared. */
export const RULES: readonly Rule[] = [
  imagePinnedByDigest,
  imageKnown,
  noLatestTag,
  noHiddenImages,
  registryAllowed,
  imageSignedAndDecided,
  noSilentConfigChange,
  noBuildOutsideDev,
  workloadResources,
  workloadProbes,
  workloadServiceAccount,
  workloadProvenanceLabels,
  workloadStorage,
  apiVersionServed,
  ecrImmutableTags,
  ecrScanOnPush,
  ecrEncryption,
  ecrNoPublicAccess,
];
