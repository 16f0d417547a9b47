import type { Claim } from "../evidence";
import type { Person } from "../promotion";

/** One writing of an address or name: two that differ in case or blanks only are one person's. */
export function normal(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase();
}

/**
 * Who signed, whatever the key; undefined where it is nobody who is listed. A signer that several people share says who
 * it is by its address; if that does not tell, it is nobody.
 */
export function personOf(
  people: readonly Person[],
  { trustedAs, signer }: Pick<Claim, "trustedAs" | "signer">,
): Person | undefined {
  const identity = normal(signer.identity);
  const has = ({ emails }: Person): boolean => emails.some((email) => normal(email) === identity);
  const known = people.some(has);
  const meant = people.filter(
    (person) => person.signers.some((name) => trustedAs.includes(name)) && (!known || has(person)),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

/** All by which a person is known. */
export function namesOf({ name, emails }: Person): readonly string[] {
  return [name, ...emails].map(normal);
}

/** Numbers sets of names; two that share a name, directly or through others, get the same number. */
export function circles(sets: readonly (readonly string[])[]): readonly number[] {
  const up = sets.map((_, index) => index);
  const top = (index: number): number => {
    const above = up[index] ?? index;
    return above === index ? index : top(above);
  };
  const first = new Map<string, number>();
  sets.forEach((names, index) => {
    for (const name of names) {
      const other = first.get(name);
      if (other === undefined) first.set(name, index);
      else up[top(index)] = top(other);
    }
  });
  return sets.map((_, index) => top(index));
}
