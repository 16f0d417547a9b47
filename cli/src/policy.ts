import { existsSync } from "node:fs";
import { quote } from "@waybill/core/image";
import { loadTrustOf } from "@waybill/core/promotion";
import { PREDICATE_TYPES, predicateType, type Trust } from "@waybill/core/trust";
import { type Arguments, CliError } from "./command";
import { textFlag } from "./input";

export const PROMOTION_FILE = "promotion.yaml";

/** Nobody is trusted by default, so without a policy there is nothing to say. */
export function readTrust(args: Arguments): Trust {
  const file = textFlag(args, "trust");
  if (file === undefined && !existsSync(PROMOTION_FILE)) {
    throw new CliError("usage", {
      about: "trust policy",
      expected: `--trust FILE, or ${PROMOTION_FILE} in this folder`,
      found: "neither",
      next: "Write who may say what about your images; docs/evidence.md has an example.",
    });
  }
  return loadTrustOf(file ?? PROMOTION_FILE);
}

/** For commands that do their work without one, and say more with one. */
export function findTrust(args: Arguments): Trust | undefined {
  return textFlag(args, "trust") === undefined && !existsSync(PROMOTION_FILE) ? undefined : readTrust(args);
}

/** A type URI or a short name; a short name that is none would ask for what nobody ever writes. */
export function readPredicateType(text: string): string {
  if (Object.hasOwn(PREDICATE_TYPES, text) || /^[a-z][a-z0-9+.-]*:\S+$/.test(text))
    return predicateType(text);
  throw new CliError("usage", {
    about: "predicate type",
    expected: `a URI, or one of: ${Object.keys(PREDICATE_TYPES).join(", ")}`,
    found: quote(text),
    next: "Write the type out.",
  });
}
