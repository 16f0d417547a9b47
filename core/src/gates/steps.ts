import type { Facts } from "./types";

/** Commands that a no names, with the names of this very case in them; FILE, TIME, TEXT and REF are for who runs them. */
export function attestStep({ image }: Facts, what: string, flags: string): string {
  return `waybill attest ${what} ${image.repository}@${image.digest} ${flags} --signer REF`;
}

export function approveStep(facts: Facts, freeze: string | undefined): string {
  const { image, place } = facts;
  const named = freeze === undefined ? "" : ` --freeze ${freeze}`;
  return `waybill approve ${place.environment} --digest ${image.digest}${placeFlags(facts)}${named} --signer REF`;
}

export function promoteStep(facts: Facts): string {
  const { image, place } = facts;
  return `waybill promote ${place.environment} --digest ${image.digest}${placeFlags(facts)}`;
}

function placeFlags({ place }: Facts): string {
  return ` --service ${place.service}${place.target === undefined ? "" : ` --target ${place.target}`}`;
}
