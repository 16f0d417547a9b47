import type { Problem } from "@waybill/core/problem";

/** Whether an image may run here. */
export type Answer = { readonly ok: true } | No;

export interface No extends Omit<Problem, "about"> {
  readonly ok: false;
  /** What stands against it: the image, or the settings that would go with it. */
  readonly because: "image" | "settings";
}

export const YES: Answer = { ok: true };

export function no(expected: string, found: string, next: string, because: No["because"] = "image"): No {
  return { ok: false, because, expected, found, next };
}
