import type { PromotionDocument, ServiceEntry } from "./document";
import type { Person } from "./rules";

/** The group that approves where nobody else is named. */
export const APPROVERS = "approvers";
/** The group that reviews, and lets findings pass, where nobody else is named. */
export const SECURITY = "security";

export function approversOf({ approvers = [APPROVERS] }: ServiceEntry): readonly string[] {
  return approvers;
}

/** Names of people, out of names of people and groups; each once, in the order of the alphabet. */
export function peopleIn({ groups = {} }: PromotionDocument, names: readonly string[]): readonly string[] {
  const people = names.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : [name]));
  return [...new Set(people)].sort();
}

export function allPeople({ people = {} }: PromotionDocument): readonly Person[] {
  return Object.entries(people)
    .map(([name, { signers = [], emails = [], bot = false }]) => ({
      name,
      signers: [...signers].sort(),
      emails: [...new Set(emails.map(normalEmail))].sort(),
      bot,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Dots and "+tag" mean different things to different hosts, so they stay. */
export function normalEmail(email: string): string {
  return email.normalize("NFKC").trim().toLowerCase();
}
