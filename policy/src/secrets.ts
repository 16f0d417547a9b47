import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";

/** Remembers which texts are secrets, so that no message shows one. */
export interface Secrets {
  /** Whether a text of this resource may be shown. */
  readonly mayShow: (urn: string, text: string) => boolean;
  /** The resource has been checked. */
  readonly forget: (urn: string) => void;
  readonly policy: ResourceValidationPolicy;
}

/**
 * A validation gets secrets as plain values and cannot tell them apart; only a remediation, which runs before it,
 * sees the marks. This one changes nothing. Where it was switched off, no value is shown at all.
 */
export function rememberSecrets(): Secrets {
  const marked = new Map<string, () => readonly string[]>();
  return {
    mayShow: (urn, text) =>
      marked
        .get(urn)?.()
        .every((secret) => !text.includes(secret)) ?? false,
    forget: (urn) => void marked.delete(urn),
    policy: {
      name: "secrets-stay-secret",
      description:
        "Notes which values are secrets, so that no message of this pack shows one. Changes nothing.",
      enforcementLevel: "remediate",
      remediateResource: ({ urn, props }) => {
        let texts: readonly string[] | undefined;
        // Searched only if there is something to say.
        marked.set(urn, () => (texts ??= secretTexts(unwrapped(props), false)));
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
