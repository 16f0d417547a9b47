import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { json } from "@sigstore/core";
import { type Digest, parseDigest } from "../image";
import { findMistakes, invalid, readYaml } from "../schema";
import type { ReasonEntry, SignerEntry, TrustDocument } from "./document";
import { unreadable } from "./error";
import { filesBeside, type ReadFile, readText } from "./files";
import type { TrustedIdentity } from "./identity";
import { parsePublicKey, type PublicKey } from "./key";
import { predicateType } from "./predicates";
import { parseTrustRoot, type TrustRoot } from "./root";
import { findTrustMistakes } from "./mistakes";
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

export function loadTrust(file: string): Trust {
  return parseTrust(file, readText(resolve(file)), filesBeside(file));
}

/** `read` gives the text of a file that the policy names. */
export function parseTrust(file: string, text: string, read: ReadFile): Trust {
  const { value, line } = readYaml(file, text);
  const mistakes = [...findMistakes(value, trustSchema), ...findTrustMistakes(value)];
  if (mistakes.length > 0) throw invalid(file, mistakes, line);
  return parseTrustDocument(file, value as TrustDocument, read);
}

/** A policy that was found to have no mistakes, also as a part of another file. */
export function parseTrustDocument(file: string, written: TrustDocument, read: ReadFile): Trust {
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

type SelfContained = Omit<TrustDocument, "roots" | "signers"> & {
  roots?: Record<string, { document: unknown }>;
  signers: (Omit<SignerEntry, "key"> & { key?: { pem: string } })[];
};

function withFilesInside(
  file: string,
  { roots, signers, ...rest }: TrustDocument,
  read: ReadFile,
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
