import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { parsePublicKey, toPublicKey } from "@waybill/core/trust";
import { generateKeyFile, openKeyFile, openSigning, signStatement } from "@waybill/core/signer";
import { codeOf, digestOf, trustOf, verdict } from "../evidence/support/asked";
import { writeStatement } from "@waybill/core/evidence";

const PASSWORD = "correct horse";
const folder = mkdtempSync(join(tmpdir(), "keys-"));
const { privatePem, publicPem } = generateKeyFile(PASSWORD);
const statement = writeStatement(digestOf("image"), "https://sigstore.dev/cosign/sign/v1", {});

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const ec = (namedCurve: string, label?: string): string => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve });
  return label === "plain"
    ? privateKey.export({ type: "pkcs8", format: "pem" }).toString()
    : privateKey
        .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
        .toString();
};

test("a new key pair signs, and its public half verifies", () => {
  const key = openKeyFile("key", privatePem, undefined, () => PASSWORD);
  const { key: publicKey } = parsePublicKey("key", publicPem);
  expect(createPublicKey(key).equals(publicKey)).toBe(true);
});

/** Made by cosign 3.1.3 for this test and nothing else; its password is "pw". */
const COSIGN_KEY = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJiby9qN1NsM2h2SGFvbU1MbDZRUjE2SUNQN1NDNVFv
UE9oaThIUmVkL3JvPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJwS3V3Q0VpQ1Q5VDYwbHN2V0hXRWtXZUdndEhBa3JhRSJ9LCJj
aXBoZXJ0ZXh0IjoiTUczeU80bVNWWXErUTZzY1gzY09JWE5naUFhUStZblB1WjVH
dHNLT25YaHNUSkEvL3RzVjBUT002VHphZEh0enp2UDZMRG44TTRNVmdXNUlyMDFy
cSswU25vMTdLejVKTXJGSENuUWg1V1BVQWpEQ0dYNk10alh2eWwzcGdmYisraERB
YVI4TW5tUGpONXdUWXh5MkMvdEN4U3IybXZ3RjdRaHJZSjkyMmxwVU9UaGVPK05Z
amc2Rmt0OStsL3NGT0NJaWFqeC9nL0tqWFE9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----
`;
const COSIGN_PUBLIC = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZMBdmnZ4OQmXHReExzVUpnZuTtO4
aiDTx8ZWRXCc/g/xFjJUOScUm+lQAf5iwr21ltq2Xz/EKnLFcSC46nBS7w==
-----END PUBLIC KEY-----
`;

test("a key file that cosign wrote opens to the key of its public half", () => {
  const key = openKeyFile("key", COSIGN_KEY, undefined, () => "pw");
  expect(createPublicKey(key).equals(parsePublicKey("key", COSIGN_PUBLIC).key)).toBe(true);
  expect(codeOf(() => openKeyFile("key", COSIGN_KEY, undefined, () => "PW"))).toBe("password-wrong");
});

test("passwords of any kind open what they sealed, and no other does", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary" }), (password) => {
      const { privatePem: pem } = generateKeyFile(password);
      openKeyFile("key", pem, undefined, () => password);
      return codeOf(() => openKeyFile("key", pem, undefined, () => `${password}x`)) === "password-wrong";
    }),
    { numRuns: 5 },
  );
});

test.each(["P-256", "P-384", "P-521"])("encrypted PKCS#8 on %s is opened too", (curve) => {
  const key = openKeyFile("key", ec(curve), undefined, () => PASSWORD);
  expect(key.type).toBe("private");
  expect(codeOf(() => openKeyFile("key", ec(curve), undefined, () => "wrong"))).toBe("password-wrong");
});

test.each([
  ["a key that is not encrypted", ec("P-256", "plain"), "key-not-encrypted"],
  ["a public key", publicPem, "key-invalid"],
  ["nothing", "", "key-invalid"],
  ["a weak curve", ec("secp256k1"), "key-invalid"],
  ["a damaged cosign key", privatePem.replace(/\n.{64}\n/, "\n"), "key-invalid"],
  [
    "a damaged PKCS#8 key",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    "key-invalid",
  ],
  [
    "a cosign key that asks for more memory than there is",
    sealedWith({ N: 2 ** 30, r: 8, p: 1 }),
    "key-invalid",
  ],
])("%s is refused", (_, pem, code) => {
  expect(codeOf(() => openKeyFile("key", pem, undefined, () => PASSWORD))).toBe(code);
});

function sealedWith(params: object): string {
  const sealed = {
    kdf: { name: "scrypt", params, salt: "AAAA" },
    cipher: { name: "nacl/secretbox", nonce: "AAAA" },
    ciphertext: "AAAA",
  };
  const label = "ENCRYPTED SIGSTORE PRIVATE KEY";
  return `-----BEGIN ${label}-----\n${Buffer.from(JSON.stringify(sealed)).toString("base64")}\n-----END ${label}-----\n`;
}

describe("a key that is confined to some registries", () => {
  const confined = generateKeyFile(PASSWORD, ["127.0.0.1", "localhost"]);
  const open = (registry: string | undefined): string =>
    codeOf(() => openKeyFile("key", confined.privatePem, registry, () => PASSWORD));
  test("signs for them", () => expect([open("127.0.0.1:5000"), open("localhost")]).toEqual(["OK", "OK"]));
  test("refuses any other", () =>
    expect([open("registry.example"), open(undefined)]).toEqual(["key-confined", "key-confined"]));
  test("does not even ask for its password there", () => {
    const asked = jest.fn(() => PASSWORD);
    expect(codeOf(() => openKeyFile("key", confined.privatePem, "registry.example", asked))).toBe(
      "key-confined",
    );
    expect(asked).not.toHaveBeenCalled();
  });
  test("says so in its public half too", () =>
    expect(parsePublicKey("key", confined.publicPem).onlyFor).toEqual(["127.0.0.1", "localhost"]));
});

describe("the key and its password come by reference, when they are needed", () => {
  const file = written("key.pem", privatePem);
  const signingWith = (
    password: { env: string } | { file: string },
    environment: Record<string, string> = {},
  ): Promise<Buffer> =>
    signStatement(statement, openSigning({ key: { file, password } }, undefined, environment));

  test("password from the environment", async () => {
    expect((await signingWith({ env: "KEY_PASSWORD" }, { KEY_PASSWORD: PASSWORD })).length).toBeGreaterThan(
      100,
    );
  });
  test("password from a file, with the line break that editors add", async () => {
    expect((await signingWith({ file: written("password", `${PASSWORD}\n`) })).length).toBeGreaterThan(100);
  });
  test.each([
    [{ env: "KEY_PASSWORD" }, {}, "password-missing"],
    [{ env: "KEY_PASSWORD" }, { KEY_PASSWORD: "" }, "password-missing"],
    [{ env: "KEY_PASSWORD" }, { KEY_PASSWORD: "wrong" }, "password-wrong"],
    [{ file: join(folder, "none") }, {}, "password-missing"],
  ])("%j in %j: %s", async (source, environment, code) => {
    await expect(signingWith(source, environment)).rejects.toMatchObject({ code });
  });
  test("a key file that is not there", async () => {
    const signing = openSigning(
      { key: { file: join(folder, "none"), password: { env: "X" } } },
      undefined,
      {},
    );
    await expect(signStatement(statement, signing)).rejects.toMatchObject({ code: "key-unreadable" });
  });
});

test("neither key nor password is in any message, or in what a signer shows of itself", async () => {
  const file = written("shown.pem", privatePem);
  const der = openKeyFile("key", privatePem, undefined, () => PASSWORD).export({
    type: "pkcs8",
    format: "der",
  });
  const secrets = [
    PASSWORD,
    der.toString("base64").slice(40, 80),
    der.toString("hex").slice(70, 130),
    privatePem.split("\n")[1] ?? "",
  ];
  const shown: string[] = [];
  const signing = openSigning({ key: { file, password: { env: "P" } } }, undefined, { P: PASSWORD });
  shown.push(
    (await signStatement(statement, signing)).toString(),
    inspect(signing, { depth: 9 }),
    JSON.stringify(signing),
  );
  for (const pem of [privatePem.replace(/\n.{64}\n/, "\n"), privatePem.slice(0, -80), ec("P-256", "plain")]) {
    try {
      openKeyFile("key", pem, undefined, () => PASSWORD);
    } catch (error) {
      shown.push(inspect(error, { depth: 9, showHidden: true }));
    }
  }
  expect(shown).toHaveLength(6);
  for (const secret of secrets) for (const text of shown) expect(text).not.toContain(secret);
});

test.each(["P-256", "P-384", "P-521"])(
  "what a key on %s signs is accepted where the key is trusted",
  async (curve) => {
    const pem = ec(curve);
    const file = written(`${curve}.pem`, pem);
    const publicKey = createPublicKey(createPrivateKey({ key: pem, passphrase: PASSWORD }));
    const bundle = await signStatement(
      statement,
      openSigning({ key: { file, password: { env: "P" } } }, undefined, { P: PASSWORD }),
    );
    const trust = trustOf({
      signers: [
        {
          name: "key",
          key: { pem: publicKey.export({ type: "spki", format: "pem" }).toString() },
          may: [{ say: ["signature"], for: ["dev"] }],
        },
      ],
    });
    expect(verdict(trust, bundle)).toBe("OK");
    expect(bundle.toString()).not.toContain("keyid");
    expect(bundle.toString()).toContain(toPublicKey(publicKey).fingerprint);
  },
);
