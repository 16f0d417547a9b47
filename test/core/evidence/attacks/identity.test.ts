import { bundleVerdict, FILE, PROVENANCE, SLSA, statement, trustIn, verdict } from "../support/asked";
import { fulcio } from "../support/certificate";
import { IDENTITY, ISSUER, makeInstance, makeLeaf, signFile, signPayload } from "../support/instance";

const instance = makeInstance();
const provenance = statement(SLSA, PROVENANCE);
const by = (...identities: string[]): ReturnType<typeof signPayload> =>
  signPayload(instance, provenance, { signer: makeLeaf(instance, { identities }) });

test("SIG-014: another identity is refused, offline bundle or not", () => {
  expect(
    bundleVerdict(instance, signFile(instance, FILE), {
      signer: { issuer: ISSUER, identity: "https://ci.example/other" },
    }),
  ).toBe("identity-mismatch");
  expect(verdict(trustIn(instance.root), by("https://ci.example/other"))).toBe("identity-mismatch");
});

test("SIG-056: a pattern is anchored, and is used", () => {
  const trust = trustIn(instance.root, {
    identity: undefined,
    identityPattern: "https://ci.example/acme/*/.ci/build.yml@refs/heads/main",
  });
  expect(verdict(trust, by(IDENTITY))).toBe("OK");
  expect(verdict(trust, by(`${IDENTITY}-next`))).toBe("identity-mismatch");
  expect(verdict(trust, by(`https://evil.example/?${IDENTITY}`))).toBe("identity-mismatch");
  expect(verdict(trust, by("https://ci.example/acme/a/b/.ci/build.yml@refs/heads/main"))).toBe(
    "identity-mismatch",
  );
  expect(verdict(trust, by("https://ci.example/evil/shop/.ci/build.yml@refs/heads/main"))).toBe(
    "identity-mismatch",
  );
});

test("SIG-057: the right identity of another issuer is refused", () => {
  const signer = makeLeaf(instance, { oidcIssuer: "https://other.example" });
  expect(verdict(trustIn(instance.root), signPayload(instance, provenance, { signer }))).toBe(
    "issuer-mismatch",
  );
  const asked = { signer: { issuer: "https://other.example", identity: IDENTITY } };
  expect(bundleVerdict(instance, signFile(instance, FILE), asked)).toBe("issuer-mismatch");
});

describe("SIG-058: the right repository with another workflow, ref, trigger or commit is refused", () => {
  const certificate = {
    sourceRepositoryUri: "https://ci.example/acme/shop",
    sourceRepositoryRef: "refs/heads/main",
    buildTrigger: "push",
    sourceRepositoryDigest: "1".repeat(40),
    buildConfigUri: "https://ci.example/acme/shop/.ci/build.yml@refs/heads/main",
  };
  const numbers = {
    sourceRepositoryUri: 12,
    sourceRepositoryDigest: 13,
    sourceRepositoryRef: 14,
    buildConfigUri: 18,
    buildTrigger: 20,
  };
  const trust = trustIn(instance.root, { certificate });
  const certified = (claims: Partial<typeof certificate>): string => {
    const extensions = Object.entries(claims).map(([name, text]) =>
      fulcio(numbers[name as keyof typeof numbers], text),
    );
    return verdict(trust, signPayload(instance, provenance, { signer: makeLeaf(instance, { extensions }) }));
  };

  test("all as asked", () => expect(certified(certificate)).toBe("OK"));
  test.each(Object.keys(certificate))("another %s", (name) =>
    expect(certified({ ...certificate, [name]: `${certificate[name as keyof typeof certificate]}x` })).toBe(
      "identity-mismatch",
    ),
  );
  test.each(Object.keys(certificate))("no %s", (name) => {
    const rest = Object.fromEntries(Object.entries(certificate).filter(([other]) => other !== name));
    expect(certified(rest)).toBe("identity-mismatch");
  });
});

test.each([
  IDENTITY.slice(0, -1),
  "https://ci.example",
  "main",
  ".",
  "",
  IDENTITY.replaceAll(".", "x"),
  IDENTITY.toUpperCase(),
])("SIG-081: the identity %j is not part of, nor a pattern for, the real one", (identity) => {
  const asked = { signer: { issuer: ISSUER, identity } };
  expect(bundleVerdict(instance, signFile(instance, FILE), asked)).toBe("identity-mismatch");
});

test("SIG-081: dots in the trust policy stand for dots", () => {
  expect(verdict(trustIn(instance.root), by(IDENTITY.replace("ci.example", "cixexample")))).toBe(
    "identity-mismatch",
  );
  expect(verdict(trustIn(instance.root), by(`${IDENTITY}@evil`))).toBe("identity-mismatch");
});

test("SIG-082: without anybody to trust everything is refused", () => {
  expect(bundleVerdict(instance, signFile(instance, FILE), { signer: undefined })).toBe("no-policy");
  const nobody = trustIn(instance.root, {}, { signers: [] });
  expect(verdict(nobody, signPayload(instance, provenance))).toBe("identity-mismatch");
});

test("a name that is an e-mail address is matched whole too", () => {
  const trust = trustIn(instance.root, { identity: "dev@acme.example" });
  expect(verdict(trust, by("dev@acme.example"))).toBe("OK");
  expect(verdict(trust, by("dev@acme.example.evil"))).toBe("identity-mismatch");
});
