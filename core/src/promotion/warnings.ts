import { PREDICATE_TYPES, type PredicateName } from "../trust";
import type { Place } from "./place";
import type { Promotion } from "./promotion";
import { rulesFor } from "./resolve";

/** What is no mistake, and still wants somebody to look at it. */
export function findWarnings(promotion: Promotion, now: Date): string[] {
  const { owner, nextReview } = promotion;
  return [
    ...(nextReview < now
      ? [
          `the review of the file was due on ${nextReview.toISOString().slice(0, 10)}: ask ${owner} to look through it`,
        ]
      : []),
    ...findOver(promotion, now),
    ...findStrangeEnvironments(promotion),
    ...findMute(promotion),
  ];
}

function findOver({ document, external }: Promotion, now: Date): string[] {
  const isOver = (time: string): boolean => new Date(time) < now;
  const freezes = document.environments.flatMap(({ name, freezes = [] }) =>
    freezes.map((freeze) => ({ ...freeze, environment: name })),
  );
  return [
    ...freezes
      .filter(({ until }) => until !== undefined && isOver(until))
      .map(({ name, environment }) => `freeze ${name} of ${environment} is over: remove it`),
    ...(document.exceptions ?? [])
      .filter(({ expires }) => isOver(expires))
      .map(
        ({ gate, rule, service, environment, owner }) =>
          `the exception for ${gate ?? rule} of ${service} in ${environment} has expired: ${owner} removes or renews it`,
      ),
    ...external
      .filter(({ expires }) => expires < now)
      .map(({ repository, owner }) => `external ${repository} has expired: ${owner} removes or renews it`),
  ];
}

/** A grant for an environment that is not there is most likely a typing error. */
function findStrangeEnvironments({ trust, environments }: Promotion): string[] {
  const known = environments.map(({ name }) => name);
  return trust.signers.flatMap(({ name, grants }) =>
    [...new Set(grants.flatMap((grant) => [...grant.environments]))]
      .filter((environment) => !known.includes(environment))
      .map((environment) => `signer ${name} may speak for ${environment}, and there is no such environment`),
  );
}

/** People who are asked for something that none of their signers may say. */
function findMute(promotion: Promotion): string[] {
  const places = promotion.services.flatMap((service) =>
    promotion.environments.map(({ name, targets: [target] }) => ({
      service: service.name,
      environment: name,
      target,
    })),
  );
  return places.flatMap((place) => mutesIn(promotion, place));
}

function mutesIn(promotion: Promotion, place: Place): string[] {
  const { gates, people } = rulesFor(promotion, place);
  const isMute = (name: string, predicate: PredicateName): boolean =>
    !(people.find((person) => person.name === name)?.signers ?? []).some((signer) =>
      maySay(promotion, signer, predicate, place.environment),
    );
  const found = gates.flatMap((gate) => {
    if (gate.kind !== "approvals" && gate.kind !== "review") return [];
    const predicate = gate.kind === "review" ? "review" : "approval";
    return gate.of
      .filter((name) => isMute(name, predicate))
      .map(
        (name) =>
          `${name} is asked for ${predicate} of ${place.service} in ${place.environment}, and none of ${name}'s signers may say it there`,
      );
  });
  return [...new Set(found)];
}

function maySay(
  { trust }: Promotion,
  signer: string,
  predicate: PredicateName,
  environment: string,
): boolean {
  return trust.signers.some(
    ({ name, grants }) =>
      name === signer &&
      grants.some(
        ({ predicateTypes, environments }) =>
          predicateTypes.has(PREDICATE_TYPES[predicate]) && environments.has(environment),
      ),
  );
}
