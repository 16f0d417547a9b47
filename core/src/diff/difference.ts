import { predicateOf, type ReleasedImage, type Report } from "../evidence";
import { declaredSafe, evaluate, evaluateConfig, mayEnter, personOf, summary, type Facts } from "../gates";
import type { Verdict } from "../history";
import type { Shape, Survey } from "../release";
import type { CommitRange } from "../source";
import { comparePackages, isRuntime, type PackageChanges, packagesOf } from "./packages";
import { compareScans, type Scan, type ScanChanges, scanOf } from "./findings";
import { compareSettings, type SettingsChanges } from "./settings";

/** What only git and the registry know. */
export interface Looked {
  /** Undefined where git does not have both commits. */
  readonly range: CommitRange | undefined;
  readonly shapes: { readonly from: Shape | undefined; readonly to: Shape };
}

export interface Approver {
  readonly person: string;
  /** Whether some gate took it. */
  readonly counts: boolean;
  readonly expires: string;
  readonly reason: string | null;
}

/** A promotion as a person wants to review it. Undefined and null say "not known", never "no change". */
export interface Difference {
  readonly service: string;
  readonly environment: string;
  readonly target: string | null;
  readonly from: ReleasedImage | null;
  readonly to: ReleasedImage;
  readonly range: CommitRange | null;
  readonly base: { readonly from: string | null; readonly to: string | null };
  readonly packages: (PackageChanges & { readonly runtime: PackageChanges }) | null;
  readonly shapes: Looked["shapes"];
  readonly scan: {
    readonly from: Scan | null;
    readonly to: Scan | null;
    readonly changes: ScanChanges | null;
  };
  readonly settings: SettingsChanges | null;
  /** Hashes of settings, secrets and manifests; approvals bind the new one. */
  readonly config: { readonly from: string | null; readonly to: string };
  readonly verdicts: readonly Verdict[];
  readonly mayEnter: boolean;
  readonly summary: string;
  readonly approvals: readonly Approver[];
  /** What would run again after a rollback; null where nothing ran here. */
  readonly rollback: {
    readonly digest: string;
    readonly tag: string;
    readonly blocked: boolean;
    /** What the new version's declaration says; null where there is none. */
    readonly safe: boolean | null;
  } | null;
  readonly waiting: string | null;
  /** When all this was so. */
  readonly at: string;
}

/** Compares what runs with what would run; undefined where there is nothing to compare. */
export function differenceOf(survey: Survey, { range, shapes }: Looked): Difference | undefined {
  const { candidate, offered, last, place, configuration } = survey;
  if (!("image" in candidate) || !offered) return undefined;
  const running = last?.removed === false ? last : undefined;
  const from = running?.entry.record.image ?? null;
  const to = candidate.image;
  const same = from?.digest === to.digest;
  const verdicts = same ? evaluateConfig(offered) : evaluate(offered);
  const before = running && scanOf(running.facts.report);
  const after = scanOf(offered.report);
  return {
    service: place.service,
    environment: place.environment,
    target: place.target ?? null,
    from,
    to,
    range: range ?? null,
    base: { from: from?.base ?? null, to: to.base },
    packages: packageChanges(running?.facts.report, offered.report),
    shapes,
    scan: {
      from: before ?? null,
      to: after ?? null,
      changes: after && (before ?? !running) ? compareScans(before?.findings ?? [], after.findings) : null,
    },
    settings: running ? compareSettings(running.entry.record, configuration) : null,
    config: { from: running?.entry.record.config ?? null, to: configuration.config },
    verdicts,
    mayEnter: mayEnter(verdicts),
    summary: summary(verdicts),
    approvals: approversOf(offered, verdicts),
    rollback: running
      ? {
          digest: running.entry.record.image.digest,
          tag: running.entry.record.image.tag,
          blocked: running.facts.report.blocks.length > 0,
          safe: declaredSafe(offered),
        }
      : null,
    waiting: heldUntil(survey),
    at: survey.now.toISOString(),
  };
}

function packageChanges(from: Report | undefined, to: Report): Difference["packages"] {
  const [before, after] = [from && packagesOf(from), packagesOf(to)];
  if (!before || !after) return null;
  return {
    ...comparePackages(before, after),
    runtime: comparePackages(before.filter(isRuntime), after.filter(isRuntime)),
  };
}

/** Everybody who said yes to this digest; why one does not count stands in the verdicts. */
function approversOf({ report, rules, place }: Facts, verdicts: readonly Verdict[]): Approver[] {
  return report.claims.flatMap((claim) => {
    const approval = predicateOf(claim, "approval");
    if (approval?.service !== place.service || approval.environment !== place.environment) return [];
    const person = personOf(rules.people, claim)?.name ?? claim.signer.identity;
    const counts = verdicts.some(({ evidence }) => evidence.includes(claim.id));
    return [{ person, counts, expires: approval.expires, reason: approval.reason ?? null }];
  });
}

function heldUntil({ hold, now }: Survey): string | null {
  return hold && now < hold ? `held until ${hold.toISOString()}` : null;
}
