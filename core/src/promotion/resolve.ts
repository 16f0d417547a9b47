import { createHash } from "node:crypto";
import { json } from "@sigstore/core";
import type { EnvironmentEntry, FreezeEntry, GateEntry, PromotionDocument, ServiceEntry } from "./document";
import { type Background, time, toGates } from "./gate";
import { allPeople, approversOf, peopleIn } from "./people";
import { findPlace, type Place } from "./place";
import type { Promotion } from "./promotion";
import type { Freeze, Gate, Rules } from "./rules";
import { tierGates } from "./tiers";

/** What promotion.yaml asks for in one place. */
export function rulesFor(promotion: Promotion, place: Place): Rules {
  const { document } = promotion;
  const { environment: known, service: named } = findPlace(promotion, place);
  const index = promotion.environments.indexOf(known);
  const entry = document.environments[index];
  const service = document.services[named.name];
  if (!entry || !service) throw new Error(`${promotion.file} lost ${place.service} in ${place.environment}`);
  const background = { document, service };
  const gates = toGates(gatesIn(document, index, service), background);
  const rules = {
    service: named.name,
    environment: known.name,
    pin: known.pin === "required",
    gates,
    configGates: configGates(document, index, gates, background),
    freezes: (entry.freezes ?? []).map((freeze) => toFreeze(freeze, background)).sort(byName),
    overrides: peopleIn(document, entry.overrides?.of ?? []),
    exceptions: scanExceptions(document, place),
    people: allPeople(document),
    decisionTime: time(entry.decisionTime ?? "24h"),
    blocked: known.blocked,
    repository: service.repository ?? null,
    platforms: service.platforms ? [...service.platforms].sort() : null,
    provenance: provenanceOf(service),
    tag: known.tag ?? null,
  };
  const hash = `sha256:${createHash("sha256").update(json.canonicalize(rules)).digest("hex")}`;
  return { ...rules, hash };
}

/** The gates of an environment and, where they hold, of the service's tier, by name. */
export function gatesIn(
  document: PromotionDocument,
  index: number,
  { tier }: ServiceEntry,
): Readonly<Record<string, GateEntry>> {
  const own = document.environments[index]?.gates ?? {};
  if (tier === undefined || !hasTierGates(document.environments, index)) return own;
  return { ...own, ...tierGates(document.tiers, tier) };
}

/** Left out, they hold where everything ends up; never where images are built. */
export function hasTierGates(environments: readonly EnvironmentEntry[], index: number): boolean {
  return index > 0 && (environments[index]?.tierGates ?? isLast(environments, index));
}

export function isLast(environments: readonly unknown[], index: number): boolean {
  return index > 0 && index === environments.length - 1;
}

/** Left out, a change of settings alone needs one of those who approve images, in the last environment. */
function configGates(
  { environments }: PromotionDocument,
  index: number,
  gates: readonly Gate[],
  background: Background,
): readonly Gate[] {
  const written = environments[index]?.configGates;
  if (written) return toGates(written, background);
  const approvals = gates.find((gate) => gate.kind === "approvals");
  return approvals && isLast(environments, index) ? [{ ...approvals, count: 1 }] : [];
}

function toFreeze(freeze: FreezeEntry, { document, service }: Background): Freeze {
  const { name, reason, approvals, weekly } = freeze;
  return {
    name,
    reason,
    when: weekly
      ? { days: [...weekly.days].sort(), from: weekly.from ?? "00:00", until: weekly.until ?? "24:00" }
      : { from: isoTime(freeze.from ?? ""), until: isoTime(freeze.until ?? "") },
    approvals: {
      count: approvals.count ?? 1,
      of: peopleIn(document, approvals.of ?? approversOf(service)),
    },
  };
}

function scanExceptions({ exceptions = [] }: PromotionDocument, place: Place): Rules["exceptions"] {
  return exceptions
    .filter(({ service, environment }) => service === place.service && environment === place.environment)
    .flatMap((entry) =>
      entry.gate === undefined
        ? []
        : [
            {
              gate: entry.gate,
              finding: entry.finding,
              owner: entry.owner,
              reason: entry.reason,
              expires: isoTime(entry.expires),
            },
          ],
    )
    .sort(
      (a, b) => compare(a.gate, b.gate) || compare(a.finding, b.finding) || compare(a.expires, b.expires),
    );
}

function provenanceOf({ provenance }: ServiceEntry): Rules["provenance"] {
  if (!provenance) return null;
  const { builders, repositories, branches } = provenance;
  return {
    builders: [...builders].sort(),
    repositories: [...repositories].sort(),
    branches: [...branches].sort(),
  };
}

/** One writing of a moment, so that a day and its first second are one rule. */
function isoTime(text: string): string {
  return new Date(text).toISOString();
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
