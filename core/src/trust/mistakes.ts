import { findImpossibleTimes, isBackward, type Mistake, partsAt, textsAt } from "../schema";

const TIMES = [
  ...["/signers/*/from", "/signers/*/until", "/signers/*/compromised"],
  ...["/blocked/*/at", "/revoked/*/at"],
];

/** What a schema cannot see; it looks at what is there, so that all mistakes of a file are told at once. */
export function findTrustMistakes(document: unknown): Mistake[] {
  return [
    ...findTwice(document),
    ...findUnknownRoots(document),
    ...findImpossibleTimes(document, TIMES),
    ...partsAt(document, "/signers/*")
      .filter(({ value }) => isBackward(value))
      .map(({ path }) => ({ path: `${path}/until`, message: "ends before it starts" })),
  ];
}

/** Two signers of one name would make it a matter of luck who is trusted. */
function findTwice(document: unknown): Mistake[] {
  const names = textsAt(document, "/signers/*/name");
  return names
    .filter(({ value }, index) => names.findIndex((other) => other.value === value) < index)
    .map(({ path, value }) => ({ path, message: `signer "${value}" is listed twice` }));
}

function findUnknownRoots(document: unknown): Mistake[] {
  return textsAt(document, "/signers/*/root")
    .filter(({ value }) => partsAt(document, `/roots/${value}`).length === 0)
    .map(({ path, value }) => ({ path, message: `no root "${value}" is listed` }));
}
