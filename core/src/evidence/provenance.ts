import { quote } from "../image";
import { matchesPattern } from "../trust";
import { EvidenceError, refusal } from "./error";
import type { Provenance } from "./predicates";
import { type Claim, predicateOf } from "./report";

/** Whole texts; `*` and `**` as in a signer's identityPattern, where a pattern is asked for. */
export interface ExpectedBuild {
  readonly builders: readonly string[];
  readonly repositories: readonly string[];
  /** Whole refs, as in refs/heads/main. */
  readonly branches: readonly string[];
}

/** Three separate answers (E5): built by our CI, from our repository, on a protected branch. Undefined is a yes. */
export interface ProvenancePoints {
  readonly builder: EvidenceError | undefined;
  readonly repository: EvidenceError | undefined;
  readonly branch: EvidenceError | undefined;
}

export interface BuildSource {
  readonly repository: string;
  readonly ref: string;
  readonly commit: string | undefined;
}

export function checkProvenance(claim: Claim, expected: ExpectedBuild): ProvenancePoints {
  const provenance = predicateOf(claim, "provenance");
  if (!provenance) {
    const wrong = refusal("predicate-type", claim.source, "SLSA provenance", quote(claim.predicateType));
    return { builder: wrong, repository: wrong, branch: wrong };
  }
  const builder = provenance.runDetails.builder.id;
  const source = sourceOf(claim, provenance);
  const found = source instanceof EvidenceError ? undefined : source;
  const unclear = source instanceof EvidenceError ? source : undefined;
  return {
    builder: check("builder-untrusted", claim.source, expected.builders, builder),
    repository:
      unclear ?? check("source-mismatch", claim.source, expected.repositories, found?.repository ?? ""),
    branch: unclear ?? check("branch-unprotected", claim.source, expected.branches, found?.ref ?? ""),
  };
}

/** The first of the three points that says no. */
export function provenanceRefusal(claim: Claim, expected: ExpectedBuild): EvidenceError | undefined {
  const { builder, repository, branch } = checkProvenance(claim, expected);
  return builder ?? repository ?? branch;
}

/**
 * Where the image was built from: as the build's parameters say it, or else its first git dependency. What the signing
 * certificate says of the same build must not differ: the build wrote the one, the certificate authority the other.
 */
export function sourceOf(claim: Claim, { buildDefinition }: Provenance): BuildSource | EvidenceError {
  const { externalParameters, resolvedDependencies = [] } = buildDefinition;
  const git = resolvedDependencies.map(readGitDependency).find((dependency) => dependency !== undefined);
  const stated =
    readSource(externalParameters["source"]) ?? readSource(externalParameters["workflow"]) ?? git;
  if (!stated) {
    return refusal("source-mismatch", claim.source, "provenance that names repository and ref", "none");
  }
  const dependency = git?.repository === stated.repository ? git.commit : undefined;
  const { sourceRepositoryUri, sourceRepositoryRef, sourceRepositoryDigest } = claim.certificate;
  const pairs = [
    [stated.repository, sourceRepositoryUri],
    [stated.ref, sourceRepositoryRef],
    [stated.commit, sourceRepositoryDigest],
    [dependency, sourceRepositoryDigest],
  ];
  const [says, certified] =
    pairs.find(([one, other]) => one !== undefined && other !== undefined && one !== other) ?? [];
  if (certified !== undefined) {
    return refusal(
      "source-mismatch",
      claim.source,
      `what the certificate says: ${quote(certified)}`,
      quote(says ?? ""),
    );
  }
  return { repository: stated.repository, ref: stated.ref, commit: stated.commit ?? dependency };
}

/** `{repository, ref}`, as GitHub's workflow build type and ours write it. */
function readSource(value: unknown): BuildSource | undefined {
  const { repository, ref, commit } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof repository !== "string" || typeof ref !== "string") return undefined;
  return { repository, ref, commit: typeof commit === "string" ? commit : undefined };
}

/** `git+https://host/owner/name@refs/heads/main`, with the commit as its digest. */
function readGitDependency({
  uri = "",
  digest,
}: {
  uri?: string;
  digest?: Readonly<Record<string, string>>;
}): BuildSource | undefined {
  const at = uri.lastIndexOf("@");
  if (!uri.startsWith("git+") || at < 0) return undefined;
  return { repository: uri.slice("git+".length, at), ref: uri.slice(at + 1), commit: digest?.["gitCommit"] };
}

function check(
  code: "builder-untrusted" | "source-mismatch" | "branch-unprotected",
  about: string,
  expected: readonly string[],
  found: string,
): EvidenceError | undefined {
  if (expected.some((pattern) => matchesPattern(pattern, found))) return undefined;
  return refusal(
    code,
    about,
    expected.length > 0 ? expected.join(" or ") : "one that the policy names",
    quote(found),
  );
}
