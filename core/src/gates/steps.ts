import type { Facts } from "./types";

/** Commands that a no names, with the names of this very case in them. */
export function attestStep({ image, place }: Facts, what: string, flags = ""): string {
  return `waybill attest ${what} ${image.repository}@${image.digest} --service ${place.service} --environment ${place.environment}${flags}`;
}

export function approveStep({ image, place }: Facts): string {
  const target = place.target === undefined ? "" : ` --target ${place.target}`;
  return `waybill approve ${place.environment} --service ${place.service}${target} --digest ${image.digest}`;
}
