import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { openKeyFile } from "@waybill/core/signer";
import { parsePublicKey, parseTrustRoot } from "@waybill/core/trust";
import { DEFAULT_PORT, placeOf } from "../../sandbox/src/place";
import {
  KEYS,
  PASSWORD,
  SIGNERS,
  signingFile,
  timestampUrl,
  writeSigningFiles,
} from "../../sandbox/src/signing";

interface Signing {
  readonly key: { readonly file: string; readonly password: { readonly file: string } };
  readonly timestamp: { readonly url: string };
}

const stateDir = mkdtempSync(path.join(tmpdir(), "waybill-signing-"));
const place = placeOf({ port: DEFAULT_PORT, stateDir });
afterAll(() => rmSync(stateDir, { recursive: true }));

const read = (name: string): string => readFileSync(path.join(KEYS, name), "utf8");
const loopback = ["127.0.0.1", "localhost"];

test("each signer gets a file with its key and this sandbox's timestamp authority", () => {
  const other = placeOf({ port: 5801, stateDir });
  writeSigningFiles(other);
  expect(signingFile(other, "alice")).toBe(`${stateDir}/sandbox-5801/signing/alice.yaml`);
  for (const signer of SIGNERS) {
    expect(parse(readFileSync(signingFile(other, signer), "utf8"))).toEqual({
      key: { file: path.join(KEYS, `${signer}.key`), password: { file: PASSWORD } },
      timestamp: { url: "http://127.0.0.1:6313/api/v1/timestamp" },
    });
  }
});

test("the tracked file says the same as the one of a sandbox on the usual port", () => {
  writeSigningFiles(place);
  const made = parse(readFileSync(signingFile(place, "sandbox"), "utf8")) as Signing;
  const { key, timestamp } = parse(read("signing.yaml")) as Signing;
  const beside = (file: string): string => path.resolve(KEYS, file);
  expect({
    key: { file: beside(key.file), password: { file: beside(key.password.file) } },
    timestamp,
  }).toEqual(made);
  expect(timestamp.url).toBe(timestampUrl(place));
});

test.each(SIGNERS)("the key of %s opens with the password, for this machine's registries only", (signer) => {
  const file = path.join(KEYS, `${signer}.key`);
  const password = (): string => readFileSync(PASSWORD, "utf8");
  const pem = read(`${signer}.key`);
  const half = parsePublicKey(file, read(`${signer}.pub`));
  expect(half.onlyFor).toEqual(loopback);
  expect(openKeyFile(file, pem, "127.0.0.1:5800", password).asymmetricKeyType).toBe("ec");
  expect(() => openKeyFile(file, pem, "ghcr.io", password)).toThrow("ghcr.io");
});

test("no two signers share a key", () => {
  const prints = SIGNERS.map((signer) => parsePublicKey(signer, read(`${signer}.pub`)).fingerprint);
  expect(new Set(prints).size).toBe(SIGNERS.length);
});

test("the trusted root is the chain that the timestamp authority is given, and nothing else", () => {
  const root = parseTrustRoot("trusted-root.json", JSON.parse(read("trusted-root.json")));
  expect([root.certificateAuthorities, root.logs, root.ctLogs]).toEqual([[], [], []]);
  const trusted = root.timestampAuthorities.map(({ chain }) =>
    chain.map(({ certificate }) => certificate.fingerprint256),
  );
  const given = read("timestamp.pem").match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
  expect(trusted).toEqual([given.map((pem) => new X509Certificate(pem).fingerprint256)]);
});

test("its certificates say what they are good for, and hold for as long as anybody will run this", () => {
  for (const pem of read("timestamp.pem").match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? []) {
    const { subject, validFromDate, validToDate } = new X509Certificate(pem);
    expect(subject).toContain("Waybill sandbox (for registries on this machine only)");
    expect([validFromDate.getUTCFullYear(), validToDate.getUTCFullYear()]).toEqual([2020, 2120]);
  }
});
