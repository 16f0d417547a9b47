import { type Mistake, type Part, partsAt, textAt, textsAt } from "../../schema";
import { normalEmail } from "../people";

/** One person counts once, so nobody may be known by what another is known by. */
export function findConfusedPeople(document: unknown): Mistake[] {
  const emails = ownedTexts(document, "emails", normalEmail);
  const signers = ownedTexts(document, "signers", (name) => name).filter(
    ({ value }) => !tellsPeopleApart(document, value),
  );
  return [
    ...shared(emails, (email, other) => `"${email}" is an address of ${other} too`),
    ...shared(signers, (signer, other) => `signer "${signer}" is ${other} too`),
    ...partsAt(document, "/groups/*")
      .filter(({ path }) => partsAt(document, `/people/${lastOf(path)}`).length > 0)
      .map(({ path }) => ({ path, message: `"${lastOf(path)}" is a person too` })),
  ];
}

interface Owned extends Part<string> {
  readonly owner: string;
}

function ownedTexts(document: unknown, key: string, normal: (text: string) => string): Owned[] {
  return partsAt(document, "/people/*").flatMap(({ path, value: person }) =>
    textsAt(person, `/${key}/*`).map(({ path: inner, value }) => ({
      path: `${path}${inner}`,
      value: normal(value),
      owner: lastOf(path),
    })),
  );
}

function shared(texts: readonly Owned[], tell: (text: string, other: string) => string): Mistake[] {
  return texts.flatMap(({ path, value, owner }, index) => {
    const other = texts.slice(0, index).find((one) => one.value === value && one.owner !== owner);
    return other ? [{ path, message: tell(value, other.owner) }] : [];
  });
}

/** A pattern lets in many; their addresses in the certificates say who each is. A key, or one identity, is one person. */
function tellsPeopleApart(document: unknown, signer: string): boolean {
  return partsAt(document, "/trust/signers/*").some(
    ({ value }) => textAt(value, "/name") === signer && textAt(value, "/identityPattern") !== undefined,
  );
}

export function lastOf(path: string): string {
  return path.split("/").at(-1) ?? "";
}
