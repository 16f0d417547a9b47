import {
  checkProvenance,
  type Claim,
  provenanceRefusal,
  requireEvidence,
  summaryRefusal,
} from "@waybill/core/evidence";
import { IMAGE, PROVENANCE, report, SIGNATURE, SLSA, statement, trustIn } from "../support/asked";
import { fulcio } from "../support/certificate";
import { makeInstance, makeLeaf, signPayload } from "../support/instance";

const instance = makeInstance();
const VSA = "https://slsa.dev/verification_summary/v1";
const trust = trustIn(instance.root, { may: [{ say: ["signature", "provenance", "vsa"], for: ["dev"] }] });

function claimOf(type: string, predicate: object, options: Parameters<typeof signPayload>[2] = {}): Claim {
  const { claims, refused } = report(trust, signPayload(instance, statement(type, predicate), options));
  const [claim] = claims;
  if (!claim) throw refused[0]?.error ?? new Error("neither claim nor refusal");
  return claim;
}

const expected = {
  builders: ["https://ci.example/runner"],
  repositories: ["https://ci.example/acme/*"],
  branches: ["refs/heads/main", "refs/heads/release/*"],
};
const built = (source: object, more: object = {}): object => ({
  ...PROVENANCE,
  buildDefinition: { ...PROVENANCE.buildDefinition, externalParameters: { source }, ...more },
});
const shop = { repository: "https://ci.example/acme/shop", ref: "refs/heads/main" };

test("provenance as expected passes on all three points", () => {
  expect(checkProvenance(claimOf(SLSA, PROVENANCE), expected)).toEqual({
    builder: undefined,
    repository: undefined,
    branch: undefined,
  });
});

test("SIG-059: an untrusted builder is refused, and the other points are judged for themselves", () => {
  for (const id of ["https://evil.example/runner", "https://ci.example/runner2", "https://ci.example/"]) {
    const points = checkProvenance(
      claimOf(SLSA, { ...PROVENANCE, runDetails: { builder: { id } } }),
      expected,
    );
    expect([points.builder?.code, points.repository?.code, points.branch?.code]).toEqual([
      "builder-untrusted",
      undefined,
      undefined,
    ]);
  }
  expect(provenanceRefusal(claimOf(SLSA, PROVENANCE), { ...expected, builders: [] })?.code).toBe(
    "builder-untrusted",
  );
});

describe("SIG-060: provenance from elsewhere is refused", () => {
  test.each([
    ["a fork", { ...shop, repository: "https://ci.example/mallory/shop" }, "source-mismatch"],
    ["another host", { ...shop, repository: "https://evil.example/acme/shop" }, "source-mismatch"],
    ["another branch", { ...shop, ref: "refs/heads/feature" }, "branch-unprotected"],
    ["a tag", { ...shop, ref: "refs/tags/v1" }, "branch-unprotected"],
    ["a branch that only starts like one", { ...shop, ref: "refs/heads/main2" }, "branch-unprotected"],
    ["a pull request", { ...shop, ref: "refs/pull/7/merge" }, "branch-unprotected"],
  ])("%s", (_, source, code) =>
    expect(provenanceRefusal(claimOf(SLSA, built(source)), expected)?.code).toBe(code),
  );

  test("no source at all", () =>
    expect(provenanceRefusal(claimOf(SLSA, built({})), expected)?.code).toBe("source-mismatch"));

  test("a release branch that the policy's pattern means is fine", () => {
    expect(
      provenanceRefusal(claimOf(SLSA, built({ ...shop, ref: "refs/heads/release/2" })), expected),
    ).toBeUndefined();
  });

  test("GitHub's workflow parameters and a git dependency say it too", () => {
    const workflow = {
      ...PROVENANCE.buildDefinition,
      externalParameters: { workflow: { ...shop, path: "x" } },
    };
    expect(
      provenanceRefusal(claimOf(SLSA, { ...PROVENANCE, buildDefinition: workflow }), expected),
    ).toBeUndefined();
    const resolvedDependencies = [
      { uri: `git+${shop.repository}@${shop.ref}`, digest: { gitCommit: "1".repeat(40) } },
    ];
    const git = { ...PROVENANCE.buildDefinition, externalParameters: {}, resolvedDependencies };
    expect(
      provenanceRefusal(claimOf(SLSA, { ...PROVENANCE, buildDefinition: git }), expected),
    ).toBeUndefined();
  });

  test.each([
    [12, "https://ci.example/acme/other"],
    [14, "refs/heads/other"],
  ])("the certificate (extension %d) says another source than the predicate", (number, text) => {
    const signer = makeLeaf(instance, { extensions: [fulcio(number, text)] });
    expect(provenanceRefusal(claimOf(SLSA, PROVENANCE, { signer }), expected)?.code).toBe("source-mismatch");
  });

  test("the certificate says another commit than the predicate", () => {
    const signer = makeLeaf(instance, { extensions: [fulcio(13, "2".repeat(40))] });
    const git = {
      resolvedDependencies: [
        { uri: `git+${shop.repository}@${shop.ref}`, digest: { gitCommit: "1".repeat(40) } },
      ],
    };
    expect(provenanceRefusal(claimOf(SLSA, built(shop, git), { signer }), expected)?.code).toBe(
      "source-mismatch",
    );
    expect(
      provenanceRefusal(claimOf(SLSA, built({ ...shop, commit: "1".repeat(40) }), { signer }), expected)
        ?.code,
    ).toBe("source-mismatch");
  });
});

const summary = {
  verifier: { id: "https://verifier.example" },
  timeVerified: "2026-06-01T11:00:00Z",
  resourceUri: `oci://registry.example/good@${IMAGE}`,
  policy: { uri: "https://policy.example" },
  verificationResult: "PASSED",
  verifiedLevels: ["SLSA_BUILD_LEVEL_2"],
};
const asked = {
  resourceUri: summary.resourceUri,
  verifiers: [summary.verifier.id],
  level: "SLSA_BUILD_LEVEL_2",
};

test("SIG-064: a summary about another resource is refused", () => {
  const evil = { ...summary, resourceUri: `oci://registry.example/evil@${IMAGE}` };
  expect(summaryRefusal(claimOf(VSA, evil), asked)?.code).toBe("vsa-resource");
});

test.each([
  [summary, undefined],
  [{ ...summary, verificationResult: "FAILED" }, "vsa-result"],
  [{ ...summary, verifier: { id: "https://verifier.example.evil" } }, "vsa-verifier"],
  [{ ...summary, verifiedLevels: ["SLSA_BUILD_LEVEL_1"] }, "vsa-level"],
  [{ ...summary, verifiedLevels: [] }, "vsa-level"],
])("SIG-065: a summary that says %j", (predicate, code) => {
  expect(summaryRefusal(claimOf(VSA, predicate), asked)?.code).toBe(code);
});

test("an attestation never counts as a signature, and a signature never as an attestation", () => {
  const attested = report(trust, signPayload(instance, statement(SLSA, PROVENANCE)));
  const signed = report(trust, signPayload(instance, statement(SIGNATURE, {})));
  expect(requireEvidence(attested, { predicate: "signature" }).ok).toBe(false);
  expect(requireEvidence(signed, { predicate: "signature" }).ok).toBe(true);
  expect(requireEvidence(signed, { predicate: "provenance" }).ok).toBe(false);
  expect(provenanceRefusal(claimOf(SIGNATURE, {}), expected)?.code).toBe("predicate-type");
  expect(summaryRefusal(claimOf(SLSA, PROVENANCE), asked)?.code).toBe("predicate-type");
});
