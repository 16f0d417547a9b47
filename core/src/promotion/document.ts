import type { TrustDocument } from "../trust";
import type { ExpectedProvenance } from "./promotion";
import type { GateKind } from "./rules";

/** promotion.yaml as it is written; its schema holds it to this shape. */
export interface PromotionDocument {
  version: 1;
  owner: string;
  nextReview: string;
  people?: Record<string, PersonEntry>;
  groups?: Record<string, string[]>;
  environments: EnvironmentEntry[];
  tiers?: Record<string, TierEntry>;
  services: Record<string, ServiceEntry>;
  registries?: string[];
  external?: ({ repository: string } & Excuse)[];
  imagePaths?: { group: string; kind: string; path: string }[];
  exceptions?: ExceptionEntry[];
  trust: Omit<TrustDocument, "version">;
}

export interface PersonEntry {
  signers?: string[];
  emails?: string[];
  bot?: boolean;
}

export interface EnvironmentEntry {
  name: string;
  targets?: { name: string }[];
  gates?: Record<string, GateEntry>;
  configGates?: Record<string, GateEntry>;
  tierGates?: boolean;
  pin?: "required" | "optional";
  freezes?: FreezeEntry[];
  overrides?: { of: string[] };
  decisionTime?: string;
  blocked?: "keep" | "stop";
  tag?: string;
  admission?: Enforcement;
  levels?: Record<string, "off" | "refuse" | { warnUntil: string }>;
  cluster?: { deployers?: string[]; rollback?: string[]; viewers?: string[] };
}

export type Enforcement = "audit" | "warn" | "refuse";

/** The keys of all kinds of gates together. */
export interface GateEntry {
  kind?: GateKind;
  by?: string[];
  of?: string[];
  maxAge?: string;
  mark?: string;
  suites?: string[];
  critical?: number;
  high?: number;
  medium?: number;
  low?: number;
  unknown?: number;
  databaseAge?: string;
  exceptionsBy?: string[];
  assumed?: "refused" | "allowed";
  what?: string;
  time?: string;
  incidents?: string;
  count?: number;
  author?: "refused" | "allowed";
  errorRate?: number;
  minRequests?: number;
  [percentile: `p${number}`]: number;
  rollback?: "safe";
  sideBySide?: true;
}

export interface ApprovalsEntry {
  count?: number;
  of?: string[];
}

export interface FreezeEntry {
  name: string;
  reason: string;
  approvals: ApprovalsEntry;
  from?: string;
  until?: string;
  weekly?: { days: Day[]; from?: string; until?: string };
}

export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface TierEntry {
  extends?: string;
  gates?: Record<string, GateEntry>;
}

export interface ServiceEntry {
  path: string;
  stack?: string;
  tier?: string;
  repository?: string;
  approvers?: string[];
  provenance?: ExpectedProvenance;
  platforms?: string[];
}

interface Excuse {
  owner: string;
  reason: string;
  expires: string;
}

export type ExceptionEntry = Excuse & { service: string; environment: string } & (
    { gate: string; finding: string; rule?: undefined } | { rule: string; gate?: undefined }
  );
