import type { PolicyConfigSchema } from "@pulumi/policy";

/** What the user may configure for the policy `rules` (`--policy-pack-config`). */
export interface Options {
  readonly promotion?: string;
  readonly service?: string;
  readonly environment?: string;
  readonly target?: string;
  readonly kubernetes?: string;
}

export const configSchema: PolicyConfigSchema = {
  properties: {
    promotion: {
      type: "string",
      description: "Path of promotion.yaml: absolute, or from the folder of this policy pack.",
    },
    service: { type: "string", description: "What the stack runs, where waybill:service does not say so." },
    environment: {
      type: "string",
      description: "Where it runs, where waybill:environment does not say so.",
    },
    target: { type: "string", description: "Which target of the environment." },
    kubernetes: {
      type: "string",
      pattern: "^1\\.\\d+$",
      description: "The release of the clusters, as in 1.33; the newest that is known if left out.",
    },
  },
};
