import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPromotion, loadTrustOf } from "@waybill/core/promotion";
import { loadTrust, parseTrust, type Trust, trustSchema } from "@waybill/core/trust";
import { codeOf } from "../evidence/support/asked";
import { makeInstance } from "../evidence/support/instance";

const { root } = makeInstance();
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PEM = publicKey.export({ type: "spki", format: "pem" }).toString();
const may = [{ say: ["signature"], for: ["dev"] }];
const identity = {
  name: "ci",
  issuer: "https://ci.example",
  identity: "https://ci.example/a",
  root: "here",
  may,
};
const key = { name: "key", key: { pem: PEM }, may };

function parse(policy: object, read: (name: string) => string = () => PEM): Trust {
  return parseTrust(
    "trust.yaml",
    JSON.stringify({ version: 1, roots: { here: { document: root } }, ...policy }),
    read,
  );
}

test("nobody is trusted by default", () => {
  expect(parse({ signers: [] }).signers).toEqual([]);
});

test("a signer is read whole", () => {
  const [signer] = parse({
    signers: [
      {
        ...identity,
        from: "2026-01-01T00:00:00Z",
        until: "2027-01-01T00:00:00Z",
        compromised: "2026-06-01T00:00:00Z",
      },
    ],
  }).signers;
  expect(signer).toMatchObject({
    name: "ci",
    who: { issuer: "https://ci.example", identity: "https://ci.example/a", pattern: undefined },
    from: new Date("2026-01-01"),
    until: new Date("2027-01-01"),
    compromised: new Date("2026-06-01"),
  });
  expect(signer?.grants[0]?.predicateTypes).toEqual(new Set(["https://sigstore.dev/cosign/sign/v1"]));
  expect(signer?.root?.logs).toHaveLength(2);
});

test.each<[string, object, string]>([
  ["an identity without issuer", { ...identity, issuer: undefined }, 'missing key "issuer"'],
  ["an issuer without identity", { ...identity, identity: undefined }, 'missing key "identity"'],
  [
    "identity and pattern at once",
    { ...identity, identityPattern: "https://ci.example/*" },
    "identityPattern",
  ],
  ["key and identity at once", { ...identity, key: { pem: PEM } }, "key"],
  ["an identity without root", { ...identity, root: undefined }, 'missing key "root"'],
  [
    "a regular expression by another name",
    { ...identity, identityRegExp: ".*" },
    'unknown key "identityRegExp"',
  ],
  ["no grant", { ...identity, may: [] }, "/may"],
  ["a grant for no environment", { ...identity, may: [{ say: ["signature"], for: [] }] }, "/for"],
  ["a grant for all environments", { ...identity, may: [{ say: ["signature"], for: ["*"] }] }, "/for"],
  ["a root that is not listed", { ...identity, root: "there" }, 'no root "there"'],
  ["a local time", { ...identity, until: "2026-06-01T12:00:00+02:00" }, "/until"],
  [
    "an end before the start",
    { ...key, from: "2026-06-01T00:00:00Z", until: "2026-01-01T00:00:00Z" },
    "ends before it starts",
  ],
  ["an optional log for a certificate", { ...identity, log: "optional" }, "log"],
])("%s is refused, with its place", (_, signer, message) => {
  expect(() => parse({ signers: [signer] })).toThrow(message);
});

test("two signers of one name are refused", () => {
  expect(() => parse({ signers: [key, key] })).toThrow('signer "key" is listed twice');
});

test.each([
  ["a private key", privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
  ["no key", "hello"],
  ["a short RSA key", rsa(1024)],
  ["a key on a curve that nobody checks", ec("secp256k1")],
  ["a broken PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
])("%s is refused as a key", (_, pem) => {
  expect(codeOf(() => parse({ signers: [{ ...key, key: { pem } }] }))).toBe("key-invalid");
});

test("a private key by oversight is not shown in the message", () => {
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const secret = pem.split("\n")[1] ?? "";
  expect(() => parse({ signers: [{ ...key, key: { pem } }] })).toThrow(/^(?!.*MIG).*a private key/s);
  expect(secret).toMatch(/^MIG/);
});

test.each([["P-256"], ["P-384"], ["P-521"]])("a key on %s is fine", (curve) => {
  expect(parse({ signers: [{ ...key, key: { pem: ec(curve) } }] }).signers).toHaveLength(1);
});

test("files that the policy names are read from beside it", () => {
  const folder = mkdtempSync(join(tmpdir(), "trust-"));
  writeFileSync(join(folder, "ci.pub"), PEM);
  writeFileSync(join(folder, "root.json"), JSON.stringify(root));
  const file = join(folder, "trust.yaml");
  writeFileSync(
    file,
    "version: 1\nroots: {here: {file: root.json}}\nsigners:\n  - {name: key, key: {file: ci.pub}, root: here, may: [{say: [signature], for: [dev]}]}\n",
  );
  const trust = loadTrust(file);
  expect(trust.signers[0]?.root?.timestampAuthorities).toHaveLength(1);

  const again = parseTrust(file, JSON.stringify(trust.document), () => {
    throw new Error("the document has its files inside");
  });
  expect(again.hash).toBe(trust.hash);
  expect(again.signers).toEqual(trust.signers);

  writeFileSync(join(folder, "root.json"), "{");
  expect(codeOf(() => loadTrust(file))).toBe("unreadable");
  expect(codeOf(() => loadTrust(join(folder, "none.yaml")))).toBe("unreadable");
});

test("the hash stands for the rules: comments and order change nothing, a rule does", () => {
  const one = parseTrust("a", "version: 1\nsigners: [] # nobody\n", () => "");
  const same = parseTrust("b", "signers: []\nversion: 1\n", () => "");
  const other = parseTrust("a", JSON.stringify({ version: 1, signers: [key] }), () => "");
  expect(same.hash).toBe(one.hash);
  expect(other.hash).not.toBe(one.hash);
});

test("the same policy in promotion.yaml and in a file of its own is one policy", () => {
  const folder = mkdtempSync(join(tmpdir(), "trust-"));
  const write = (name: string, content: object) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  writeFileSync(join(folder, "ci.pub"), PEM);
  const trust = { signers: [{ ...key, key: { file: "ci.pub" } }] };
  const promotion = {
    version: 1,
    ...{ owner: "platform@example.com", nextReview: "2099-01-01" },
    ...{ environments: [{ name: "dev" }], services: { app: { path: "app" } } },
  };
  const inside = write("promotion.yaml", { ...promotion, trust });
  const alone = write("trust.json", { version: 1, ...trust });
  expect(loadPromotion(inside).trust.hash).toBe(loadTrust(alone).hash);
  expect(loadTrustOf(inside).hash).toBe(loadTrustOf(alone).hash);

  expect(() => loadTrustOf(write("half.yaml", promotion))).toThrow('missing key "trust"');
  expect(() => loadTrustOf(write("wrong.yaml", { ...promotion, trust: {} }))).toThrow(
    '/trust: missing key "signers"',
  );
  expect(() => loadTrustOf(write("other.yaml", { signers: [] }))).toThrow('missing key "version"');
});

test("a time that is not in the calendar is refused, wherever it stands", () => {
  const at = "2026-02-30T00:00:00Z";
  expect(() => parse({ signers: [{ ...key, compromised: at }] })).toThrow(
    "/signers/0/compromised: 2026-02-30T00:00:00Z is not in the calendar",
  );
  const digest = `sha256:${"1".repeat(64)}`;
  expect(() => parse({ signers: [], blocked: [{ digest, reason: "r", by: "b", at }] })).toThrow(
    "/blocked/0/at",
  );
});

test("all mistakes are told at once, those of the schema and others, with their lines", () => {
  const text = "version: 1\nsigners:\n  - name: a\n    root: there\n    may: []\n  - name: a\n";
  expect(() => parseTrust("trust.yaml", text, () => PEM)).toThrow(
    /line 5: \/signers\/0\/may: [^]*line 6: \/signers\/1: missing key "may"[^]*line 6: \/signers\/1\/name: signer "a" is listed twice[^]*line 4: \/signers\/0\/root: no root "there"/,
  );
});

test("editors complete a policy with the published schema", () => {
  const published = readFileSync(join(__dirname, "../../../docs/trust.schema.json"), "utf8");
  expect(JSON.parse(published)).toEqual(trustSchema);
});

test("blocked digests and revoked evidence need a reason, a person and a date", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const why = { reason: "backdoor", by: "sec@acme.example", at: "2026-06-01T00:00:00Z" };
  expect(parse({ signers: [], blocked: [{ digest, ...why }] }).blocked).toEqual([
    { digest, ...why, at: new Date(why.at) },
  ]);
  expect(() => parse({ signers: [], blocked: [{ digest }] })).toThrow('missing key "reason"');
  expect(() => parse({ signers: [], revoked: [{ evidence: "all", ...why }] })).toThrow("/evidence");
});

function rsa(modulusLength: number): string {
  return generateKeyPairSync("rsa", { modulusLength })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
}

function ec(namedCurve: string): string {
  return generateKeyPairSync("ec", { namedCurve })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
}
