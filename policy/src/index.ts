import type { Policies } from "@pulumi/policy";
import type { Context } from "./context";
import { imageKnown } from "./rules/image-known";
import { imagePinnedByDigest } from "./rules/image-pinned-by-digest";
import { noBuildOutsideDev } from "./rules/no-build-outside-dev";
import { noHiddenImages } from "./rules/no-hidden-images";
import { rememberSecrets } from "./secrets";
import { findSetting, type Setting } from "./setting";

export { findSetting, type Setting };

/** Everything outside the rules, as an argument. */
export interface Surroundings {
  readonly environment: () => string | undefined;
  readonly promotion: () => string | undefined;
  readonly isPreview: () => boolean;
}

export function createPolicies({ environment, promotion, isPreview }: Surroundings): Policies {
  const secrets = rememberSecrets();
  const settings = new Map<string | undefined, Setting>();
  const context: Context = {
    secrets,
    isPreview,
    setting: (config) => {
      const configured = "promotion" in config ? String(config.promotion) : undefined;
      const setting =
        settings.get(configured) ??
        findSetting({ environment: environment(), promotion: [configured, promotion()] });
      settings.set(configured, setting);
      return setting;
    },
  };
  return [
    secrets.policy,
    imagePinnedByDigest(context),
    ...imageKnown(context),
    noBuildOutsideDev(context),
    noHiddenImages(context),
  ];
}
