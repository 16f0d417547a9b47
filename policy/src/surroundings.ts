import type { Registry } from "@waybill/core/registry";

/** Everything outside the rules, as an argument. */
export interface Surroundings {
  readonly stack: StackConfig;
  /** Where promotion.yaml is, if the user's environment says so. */
  readonly promotion: () => string | undefined;
  /** Whether this is a preview: then values that resources will produce are not known yet. */
  readonly isPreview: () => boolean;
  readonly now: () => Date;
  /** Who asks, as CI knows. */
  readonly requester: () => string | undefined;
  /** Asked for only once something has to be looked up. */
  readonly openRegistry: () => Promise<Registry>;
}

/** The stack's settings `waybill:…`; an empty text is the same as none. */
export interface StackConfig {
  readonly text: (key: string) => string | undefined;
  readonly object: (key: string) => Readonly<Record<string, unknown>> | undefined;
}
