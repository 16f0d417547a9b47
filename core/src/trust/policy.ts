import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { json } from "@sigstore/core";
import { type Digest, parseDigest } from "../image";
import { invalid, parseYaml, type Mistake } from "../schema";
import { TrustError } from "./error";
import type { CertificateClaim, TrustedIdentity } from "./identity";
import { parsePublicKey, type PublicKey } from "./key";
import { predicateType } from "./predicates";
import { parseTrustRoot, type TrustRoot } from "./root";
import { trustSchema } from "./schema";

/** Who may say what, for which environment and when; and what is forbidden whoever says otherwise. */
export interface Trust {
  readonly file: string;
  readonly signers: readonly TrustedSigner[];
  readonly blocked: readonly (Reason & { readonly digest: Digest })[];
  readonly revoked: readonly (Reason & { readonly evidence: string })[];
  /** The policy with every file that it names inside it: parsing it gives the same trust, with no file at hand. */
  readonly document: unknown;
  /** Of the document, in canonical form: a comment or another order of keys changes nothing. */
  readonly hash: string;
}

export interface TrustedSigner {
  readonly name: string;
  readonly who: { readonly key: PublicKey } | TrustedIdentity;
  readonly root: TrustRoot | undefined;
  readonly logRequired: boolean;
  readonly grants: readonly Grant[];
  readonly from: Date | undefined;
  readonly until: Date | undefined;
  readonly compromised: Date | undefined;
}

export interface Grant {
  readonly predicateTypes: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
}

export interface Reason {
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

interface ReasonEntry {
  reason: string;
  by: string;
  at: string;
}

interface SignerEntry {
  name: string;
  key?: { file: string } | { pem: string };
  issuer?: string;
  identity?: string;
  identityPattern?: string;
  certificate?: Partial<Record<CertificateClaim, string>>;
  root?: string;
  log?: "required" | "optional";
  may: { say: string[]; for: string[] }[];
  from?: string;
  until?: string;
  compromised?: string;
}

interface TrustFile {
  version: 1;
  roots?: Record<string, { file: string } | { document: object }>;
  signers: SignerEntry[];
  blocked?: (ReasonEntry & { digest: string })[];
  revoked?: (ReasonEntry & { evidence: string })[];
}

export function loadTrust(file: string): Trust {
  const read = (name: string): string => readText(resolve(dirname(file), name));
  return parseTrust(file, readText(resolve(file)), read);
}

/** `read` gives the text of a file that the policy names. */
export function parseTrust(file: string, text: string, read: (name: string) => string): Trust {
  const written = parseYaml(file, text, trustSchema) as TrustFile;
  const mistakes = findMistakes(written);
  if (mistakes.length > 0) throw invalid(file, mistakes);
  const document = withFilesInside(file, written, read);
  const roots = new Map(
    Object.entries(document.roots ?? {}).map(([name, root]) => [
      name,
      parseTrustRoot(`${file}, root ${name}`, root.document),
    ]),
  );
  return {
    file,
    signers: document.signers.map((signer) => toSigner(file, signer, roots)),
    blocked: (document.blocked ?? []).map((entry) => ({
      ...toReason(entry),
      digest: parseDigest(entry.digest),
    })),
    revoked: (document.revoked ?? []).map((entry) => ({ ...toReason(entry), evidence: entry.evidence })),
    document,
    hash: `sha256:${createHash("sha256").update(json.canonicalize(document)).digest("hex")}`,
  };
}

/** Two signers of one name, or a root that is not there, would make it a matter of luck who is trusted. */
function findMistakes({ signers, roots = {} }: TrustFile): Mistake[] {
  return signers.flatMap(({ name, root, from, until }, index) => [
    ...(signers.findIndex((other) => other.name === name) < index
      ? [{ path: `/signers/${index}/name`, message: `signer "${name}" is listed twice` }]
      : []),
    ...(root !== undefined && !Object.hasOwn(roots, root)
      ? [{ path: `/signers/${index}/root`, message: `no root "${root}" is listed` }]
      : []),
    ...(from !== undefined && until !== undefined && until < from
      ? [{ path: `/signers/${index}/until`, message: "ends before it starts" }]
      : []),
  ]);
}

type SelfContained = Omit<TrustFile, "roots" | "signers"> & {
  roots?: Record<string, { document: unknown }>;
  signers: (Omit<SignerEntry, "key"> & { key?: { pem: string } })[];
};

function withFilesInside(
  file: string,
  { roots, signers, ...rest }: TrustFile,
  read: (name: string) => string,
): SelfContained {
  return {
    ...rest,
    signers: signers.map(({ key, ...signer }) =>
      key === undefined ? signer : { ...signer, key: { pem: "pem" in key ? key.pem : read(key.file) } },
    ),
    ...(roots && {
      roots: Object.fromEntries(
        Object.entries(roots).map(([name, root]) => [
          name,
          {
            document:
              "document" in root ? root.document : parseJson(`${file}, root ${name}`, read(root.file)),
          },
        ]),
      ),
    }),
  };
}

function toSigner(
  file: string,
  entry: SelfContained["signers"][number],
  roots: ReadonlyMap<string, TrustRoot>,
): TrustedSigner {
  const { name, key, root, log, may } = entry;
  return {
    name,
    who: key ? { key: parsePublicKey(`${file}, signer ${name}`, key.pem) } : toIdentity(entry),
    root: root === undefined ? undefined : roots.get(root),
    logRequired: log === "required",
    grants: may.map((grant) => ({
      predicateTypes: new Set(grant.say.map(predicateType)),
      environments: new Set(grant.for),
    })),
    from: toDate(entry.from),
    until: toDate(entry.until),
    compromised: toDate(entry.compromised),
  };
}

function toIdentity({
  issuer = "",
  identity,
  identityPattern,
  certificate = {},
}: Omit<SignerEntry, "key">): TrustedIdentity {
  return { issuer, identity, pattern: identityPattern, certificate };
}

function toReason({ reason, by, at }: ReasonEntry): Reason {
  return { reason, by, at: new Date(at) };
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function parseJson(about: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(about, "JSON", (cause as Error).message, cause);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unreadable(file, "a readable file", (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
  }
}

function unreadable(about: string, expected: string, found: string, cause: unknown): TrustError {
  return new TrustError(
    "unreadable",
    { about, expected, found, next: "Write the file, or name another one." },
    { cause },
  );
}
