import { compareSettings, type SettingsChanges } from "@waybill/core/diff";
import { predicateOf, type Approval, type ReleasedImage } from "@waybill/core/evidence";
import {
  evaluate,
  evaluateConfig,
  type Facts,
  personOf,
  usedEvidence,
  type Verdict,
} from "@waybill/core/gates";
import type { Place } from "@waybill/core/promotion";
import { runningIn, type Survey } from "@waybill/core/release";

/** What somebody says yes to in one place. */
export interface Subject {
  readonly place: Place;
  readonly facts: Facts;
  readonly from: ReleasedImage | undefined;
  readonly to: ReleasedImage;
  /** Undefined where nothing runs that they could be compared with. */
  readonly settings: SettingsChanges | undefined;
  /** Whether the settings differ by their hash, also where nothing of it can be shown. */
  readonly reconfigured: boolean;
  readonly verdicts: readonly Verdict[];
  readonly approvals: readonly { readonly person: string; readonly expires: string; readonly id: string }[];
}

/** A new digest, or new settings for the one that runs; or why there is nothing to say yes to. */
export function subjectOf(survey: Survey): Subject | string {
  const { candidate, offered, last, own, configuration, place } = survey;
  if (!("image" in candidate) || !offered) return "none" in candidate ? candidate.none : "it has no upstream";
  const running = runningIn(own)?.record;
  const to = candidate.image;
  const same = running?.image.digest === to.digest;
  const reconfigured = running !== undefined && running.config !== configuration.config;
  if (same && !reconfigured) return `${to.digest} (${to.tag}) runs there already with these settings`;
  const facts = same && last ? last.facts : offered;
  const verdicts = same ? evaluateConfig(facts) : evaluate(facts);
  const settings = running && compareSettings(running, configuration);
  return {
    place,
    facts,
    from: running?.image,
    to,
    settings,
    reconfigured,
    verdicts,
    approvals: givenIn(facts),
  };
}

function givenIn({ report, rules, place }: Facts): Subject["approvals"] {
  return report.claims.flatMap((claim) => {
    const approval = predicateOf(claim, "approval");
    if (approval?.service !== place.service || approval.environment !== place.environment) return [];
    const person = personOf(rules.people, claim)?.name ?? claim.signer.identity;
    return [{ person, expires: approval.expires, id: claim.id }];
  });
}

/** What an approval says besides what it binds to. */
export interface ApprovalWords {
  readonly expires: Date;
  readonly reason: string | undefined;
  readonly freeze: string | undefined;
}

/** One statement for all of them: they share digest, rules and settings. */
export function approvalOf(
  [first, ...others]: readonly [Subject, ...Subject[]],
  { expires, reason, freeze }: ApprovalWords,
): Approval {
  const { rules, config, place } = first.facts;
  const all = [first, ...others];
  const evidence = all.flatMap(({ facts, verdicts }) => usedEvidence(facts.rules, verdicts));
  return {
    service: place.service,
    environment: place.environment,
    ...(reason !== undefined && { reason }),
    ...(freeze !== undefined && { freeze }),
    evidence: [...new Set(evidence)].sort(),
    policy: rules.hash,
    config,
    after: Object.fromEntries(all.map(({ facts }) => [facts.place.target ?? "", facts.own.head?.id ?? null])),
    expires: expires.toISOString(),
  };
}
