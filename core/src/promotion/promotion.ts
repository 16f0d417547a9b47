import type { Trust } from "../trust";
import type { Enforcement, PromotionDocument } from "./document";

/** What promotion.yaml says. What it asks for in one place is `rulesFor`. */
export interface Promotion {
  readonly file: string;
  /** Who answers for the file, and when it is to be looked through again. */
  readonly owner: string;
  readonly nextReview: Date;
  readonly environments: readonly Environment[];
  readonly services: readonly Service[];
  /** `host` or `host/path`, by whole segments; undefined is any. */
  readonly registries: readonly string[] | undefined;
  readonly external: readonly External[];
  readonly imagePaths: readonly ImagePath[];
  readonly trust: Trust;
  readonly document: PromotionDocument;
}

export interface Environment {
  readonly name: string;
  /** True for the first environment only: images are built there and nowhere else. */
  readonly builds: boolean;
  /** Names of its targets; `[undefined]` where it has just one without a name. */
  readonly targets: readonly (string | undefined)[];
  readonly pin: "required" | "optional";
  /** Whether the gates of a service's tier hold here. */
  readonly tierGates: boolean;
  readonly blocked: "keep" | "stop";
  readonly tag: string | undefined;
  readonly admission: Enforcement;
  readonly levels: Readonly<Record<string, Level>>;
  readonly cluster: Cluster;
}

/** What a rule of the policy pack does. */
export type Level = "off" | "refuse" | { readonly warnUntil: Date };

/** `user:NAME`, `group:NAME` or `serviceaccount:NAMESPACE/NAME`. */
export interface Cluster {
  readonly deployers: readonly string[];
  readonly rollback: readonly string[];
  readonly viewers: readonly string[];
}

export interface Service {
  readonly name: string;
  /** Absolute path of the folder with service.yaml. */
  readonly path: string;
  readonly stack: string;
  readonly tier: string | undefined;
  /** The one repository that its images may come from. */
  readonly repository: string | undefined;
  /** What the provenance of its images must say; undefined where any trusted provenance will do. */
  readonly provenance: ExpectedProvenance | undefined;
}

export interface ExpectedProvenance {
  readonly builders: readonly string[];
  readonly repositories: readonly string[];
  /** Whole refs, as in refs/heads/main. */
  readonly branches: readonly string[];
}

/** What lets something pass: who answers for it, why, and from when on no more. */
export interface Excuse {
  readonly owner: string;
  readonly reason: string;
  readonly expires: Date;
}

/** A repository of others whose images may run without a decision. */
export interface External extends Excuse {
  readonly repository: string;
}

/** Where a kind that Waybill does not know keeps images. */
export interface ImagePath {
  readonly group: string;
  readonly kind: string;
  readonly path: string;
}

/** A rule of the policy pack that does not hold in one place. */
export interface RuleException extends Excuse {
  readonly rule: string;
}
