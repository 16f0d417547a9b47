import { join } from "node:path";
import { parseTrustRoot, type TrustRoot } from "@waybill/core/trust";
import { readJson } from "./input";

/** The public instance of sigstore, as its own TUF repository gave it when this version was made: verifying asks no network. */
const FILE = join(__dirname, "../roots/public-good.json");

export function publicGoodRoot(): TrustRoot {
  return parseTrustRoot(FILE, readJson(FILE));
}
