import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import { imagesOf, type Resource } from "./resource";

/** Remembers which texts are secrets, so that no message shows one. */
export interface Secrets {
  /** Whether a text of this resource may be shown. */
  readonly mayShow: (urn: string, text: string) => boolean;
  readonly policy: ResourceValidationPolicy;
}

/**
 * A validation gets secrets as plain values and cannot tell them apart; only a remediation, which runs before it,
 * sees the marks. This one changes nothing. Where it was switched off, no value is shown at all.
 */
export function rememberSecrets(): Secrets {
  const secrets = new Map<string, readonly string[]>();
  return {
    mayShow: (urn, text) => secrets.get(urn)?.every((secret) => !text.includes(secret)) ?? false,
    policy: {
      name: "secrets-stay-secret",
      description:
        "Notes which values are secrets, so that no message of this pack shows one. Changes nothing.",
      enforcementLevel: "remediate",
      remediateResource: (args) => {
        const resource: Resource = args;
        if (imagesOf(resource).length > 0) secrets.set(args.urn, secretTexts(unwrapped(args.props), false));
      },
    },
  };
}

/** The properties behind their proxy, which would hand out a secret's value without its mark. */
function unwrapped(props: object): unknown[] {
  return Object.keys(props).map((key): unknown => Object.getOwnPropertyDescriptor(props, key)?.value);
}

function secretTexts(value: unknown, isSecret: boolean): string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (typeof value === "string") return isSecret && value !== "" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((child) => secretTexts(child, isSecret));
}
