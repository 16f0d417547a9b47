import type { Descriptor } from "../content/descriptor";
import { registryError } from "../errors";

/** Whoever may push may attach without end; there is an end to what we read. */
export interface ReferrerLimits {
  readonly pages: number;
  readonly referrers: number;
}

export function assertFew(found: readonly Descriptor[], { referrers }: ReferrerLimits, about: string): void {
  if (found.length <= referrers) return;
  throw registryError("too-large", {
    about,
    expected: `at most ${referrers} referrers`,
    found: `${found.length} or more`,
    next: "Remove attachments that nobody needs, or raise the limit.",
  });
}
