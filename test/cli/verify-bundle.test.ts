import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf, FILE, IMAGE, PROVENANCE, SLSA, spoiled, statement } from "../core/evidence/support/asked";
import { makeKeys } from "../core/evidence/support/certificate";
import {
  type BundleJson,
  IDENTITY,
  ISSUER,
  makeInstance,
  signFile,
  signPayload,
  toBytes,
} from "../core/evidence/support/instance";
import { waybill } from "./run";

const folder = mkdtempSync(join(tmpdir(), "waybill-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

const instance = makeInstance();
const keys = makeKeys();
const root = put("root.json", JSON.stringify(instance.root));
const key = put("key.pub", keys.publicKey.export({ type: "spki", format: "pem" }).toString());
const artifact = put("artifact", FILE);
const signedFile = put("file.bundle", toBytes(signFile(instance, FILE)));
const signedByKey = put("key.bundle", toBytes(signFile(instance, FILE, { signer: keys })));
const attested = signPayload(instance, statement(SLSA, PROVENANCE));

const WHO = ["--certificate-identity", IDENTITY, "--certificate-oidc-issuer", ISSUER];
const FILE_DIGEST = ["--artifact-digest", digestOf(FILE.toString())];
const IMAGE_DIGEST = ["--artifact-digest", IMAGE];

function put(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function verify(bundle: string | BundleJson, ...args: string[]) {
  const file = typeof bundle === "string" ? bundle : put("any.bundle", toBytes(bundle));
  return waybill(["verify", "--bundle", file, "--trusted-root", root, ...args]);
}

test("a file, by certificate: accepted, and says who and when", async () => {
  const { code, out, err } = await verify(signedFile, ...FILE_DIGEST, ...WHO);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe(
    `accepted\n  signer     ${IDENTITY} (${ISSUER})\n  time       2026-06-01T12:00:00.000Z\n  log        in a trusted log\n`,
  );
});

test("a file, by key; the bytes themselves do as well as their digest", async () => {
  expect((await verify(signedByKey, ...FILE_DIGEST, "--key", key)).code).toBe(0);
  expect((await verify(signedByKey, "--artifact", artifact, "--key", key)).code).toBe(0);
});

test.each(["hashedrekord 0.0.1", "hashedrekord 0.0.2", "dsse 0.0.1", "dsse 0.0.2", "intoto 0.0.2"] as const)(
  "an attestation with a log entry %s: --json says what it is",
  async (entry) => {
    const bundle = signPayload(instance, statement(SLSA, PROVENANCE), { entry });
    const { code, out } = await verify(
      bundle,
      ...IMAGE_DIGEST,
      ...WHO,
      "--predicate-type",
      "provenance",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      accepted: true,
      signer: { issuer: ISSUER, identity: IDENTITY },
      predicateType: SLSA,
      logged: true,
      refusal: null,
    });
  },
);

test("the version 0.1 that older clients wrote", async () => {
  const bundle = spoiled(signFile(instance, FILE, { entry: "hashedrekord 0.0.1" }), (copy) => {
    copy.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    const { certificate } = copy.verificationMaterial;
    delete copy.verificationMaterial.certificate;
    if (certificate) copy.verificationMaterial.x509CertificateChain = { certificates: [certificate] };
  });
  expect((await verify(bundle, ...FILE_DIGEST, ...WHO)).code).toBe(0);
});

describe("a well-founded no: exit 1 and the reason on standard output", () => {
  const flipped = spoiled(attested, (copy) => {
    const [signature] = copy.dsseEnvelope?.signatures ?? [];
    if (signature) signature.sig = Buffer.alloc(70).toString("base64");
  });

  test.each<[string, string | BundleJson, string[], string]>([
    ["SIG-006: another artifact", signedFile, [...IMAGE_DIGEST, ...WHO], "subject-mismatch"],
    [
      "SIG-014: another identity",
      signedFile,
      [...FILE_DIGEST, "--certificate-identity", "me", ...WHO.slice(2)],
      "identity-mismatch",
    ],
    [
      "SIG-057: another issuer",
      signedFile,
      [...FILE_DIGEST, ...WHO.slice(0, 3), "https://other.example"],
      "issuer-mismatch",
    ],
    [
      "SIG-081: the beginning of the identity",
      signedFile,
      [...FILE_DIGEST, "--certificate-identity", IDENTITY.slice(0, -4), ...WHO.slice(2)],
      "identity-mismatch",
    ],
    [
      "SIG-063: another predicate type",
      attested,
      [...IMAGE_DIGEST, ...WHO, "--predicate-type", "spdx"],
      "predicate-type",
    ],
    [
      "a predicate that is empty",
      signPayload(instance, statement(SLSA, {})),
      [...IMAGE_DIGEST, ...WHO, "--predicate-type", SLSA],
      "predicate-invalid",
    ],
    ["a changed signature", flipped, [...IMAGE_DIGEST, ...WHO], "timestamp-mismatch"],
    ["no bundle at all", put("text", "{}"), [...FILE_DIGEST, ...WHO], "bundle-format"],
    [
      "a signature by key where a certificate is asked for",
      signedByKey,
      [...FILE_DIGEST, ...WHO],
      "key-unknown",
    ],
    [
      "SIG-037: another key",
      signedByKey,
      [
        ...FILE_DIGEST,
        "--key",
        put("other.pub", makeKeys().publicKey.export({ type: "spki", format: "pem" }).toString()),
      ],
      "signature-invalid",
    ],
  ])("%s", async (_, bundle, args, reason) => {
    const { code, out, err } = await verify(bundle, ...args);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatch(new RegExp(`^refused: ${reason}: .*expected .*found `));
    const json = await verify(bundle, ...args, "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ accepted: false, signer: null, refusal: { code: reason } });
  });
});

describe("wrong usage: exit 2, nothing on standard output", () => {
  const someone = [...FILE_DIGEST, ...WHO];
  test.each<[string, string[], RegExp]>([
    ["no artifact", WHO, /expected either --artifact-digest sha256:… or --artifact FILE, found neither/],
    ["two artifacts", [...someone, "--artifact", artifact], /found both/],
    ["SIG-082: nobody to trust", FILE_DIGEST, /found neither/],
    [
      "an identity without issuer",
      [...FILE_DIGEST, ...WHO.slice(0, 2)],
      /found only --certificate-identity\./,
    ],
    ["a key and an identity", [...someone, "--key", key], /found only --key and --certificate-identity/],
    ["a digest that is none", [...WHO, "--artifact-digest", "sha256:abc"], /expected sha256: and 64/],
    ["a tag for a digest", [...WHO, "--artifact-digest", "v1"], /expected sha256:…/],
    [
      "a private key",
      [
        ...FILE_DIGEST,
        "--key",
        put("private", keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
      ],
      /found a private key/,
    ],
    [
      "a key that is not there",
      [...FILE_DIGEST, "--key", join(folder, "none")],
      /expected a readable file, found ENOENT/,
    ],
    ["a trusted root that is none", [...someone, "--trusted-root", key], /expected JSON/],
    [
      "a trusted root of another kind",
      [...someone, "--trusted-root", put("a.json", "{}")],
      /expected a sigstore trusted root/,
    ],
    [
      "two predicate types",
      [...someone, "--predicate-type", "a", "--predicate-type", "b"],
      /expected one --predicate-type/,
    ],
    [
      "a bundle that is not there",
      [...someone, "--bundle", join(folder, "none")],
      /expected a readable file, found ENOENT/,
    ],
    ["a word too much", [...someone, "word"], /usage|expected/],
  ])("%s", async (_, args, message) => {
    const { code, out, err } = await verify(signedFile, ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });
});

test("could not find out: exit 3 where the digest alone does not tell", async () => {
  const bundle = spoiled(signFile(instance, FILE, { signer: keys }), (copy) => {
    if (copy.messageSignature) copy.messageSignature.messageDigest.algorithm = "SHA2_512";
  });
  const { code, out, err } = await verify(bundle, ...FILE_DIGEST, "--key", key);
  expect({ code, out }).toEqual({ code: 3, out: "" });
  expect(err).toMatch(/Give the artifact itself instead of its digest/);
});

test("SIG-032: without --trusted-root the public instance counts, and no other one", async () => {
  const { code, out } = await waybill(["verify", "--bundle", signedFile, ...FILE_DIGEST, ...WHO]);
  expect(code).toBe(1);
  expect(out).toMatch(/^refused: untrusted-root: /);
});
