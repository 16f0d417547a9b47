import type { GateEntry, PromotionDocument, TierEntry } from "./document";

/** Tiers that need no writing down. They cannot know who knows of incidents: a tier that extends one says so. */
export const READY_MADE: Readonly<Record<string, TierEntry>> = {
  internal: { gates: { approvals: { count: 1, author: "allowed" } } },
  critical: {
    gates: {
      scan: { critical: 0, high: 0 },
      review: { what: "security", maxAge: "7d" },
      load: { maxAge: "30d" },
      soak: { time: "24h" },
      approvals: { count: 2 },
    },
  },
};

type Tiers = PromotionDocument["tiers"];

export function findTier(tiers: Tiers, name: string): TierEntry | undefined {
  if (Object.hasOwn(READY_MADE, name)) return READY_MADE[name];
  return tiers && Object.hasOwn(tiers, name) ? tiers[name] : undefined;
}

/** A tier and those that it extends, the farthest first; a circle is gone through once. */
export function tierChain(tiers: Tiers, name: string, seen: readonly string[] = []): readonly TierEntry[] {
  const tier = seen.includes(name) ? undefined : findTier(tiers, name);
  if (!tier) return [];
  const before = tier.extends === undefined ? [] : tierChain(tiers, tier.extends, [...seen, name]);
  return [...before, tier];
}

/** The gates of a tier by name: each key of a gate is as the nearest tier says it. */
export function tierGates(tiers: Tiers, name: string): Readonly<Record<string, GateEntry>> {
  const gates: Record<string, GateEntry> = {};
  for (const tier of tierChain(tiers, name)) {
    for (const [gate, entry] of Object.entries(tier.gates ?? {})) gates[gate] = { ...gates[gate], ...entry };
  }
  return gates;
}
