import type { PolicyConfigSchema } from "@pulumi/policy";
import type { Secrets } from "./secrets";
import type { Setting } from "./setting";

/** What the rules share. */
export interface Context {
  /** Which environment this is, by the stack's config and what the user configured for the policy. */
  readonly setting: (config: object) => Setting;
  /** Whether this is a preview: then values that resources will produce are not known yet. */
  readonly isPreview: () => boolean;
  readonly secrets: Secrets;
}

/** Every rule takes the same configuration. */
export const configSchema: PolicyConfigSchema = {
  properties: {
    promotion: {
      type: "string",
      description: "Path of promotion.yaml: absolute, or from the folder of this policy pack.",
    },
  },
};
