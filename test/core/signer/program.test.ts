import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { writeStatement } from "@waybill/core/evidence";
import { openSigning, signStatement } from "@waybill/core/signer";
import { codeOf, IMAGE, trustOf, verdict } from "../evidence/support/asked";

const folder = mkdtempSync(join(tmpdir(), "kms-"));
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const statement = writeStatement(IMAGE, "https://sigstore.dev/cosign/sign/v1", {});
const trust = trustOf({
  signers: [{ name: "kms", key: { pem }, may: [{ say: ["signature"], for: ["dev"] }] }],
});
const environment = { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };

writeFileSync(join(folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
/** A key service's program, as sigstore's plug-in protocol asks for it. */
function program(name: string, body: string): void {
  const file = join(folder, `sigstore-kms-${name}`);
  const head = `#!${process.execPath}
const { createPrivateKey, createPublicKey, sign } = require("node:crypto");
const { readFileSync } = require("node:fs");
const request = JSON.parse(process.argv[3]);
const key = () => createPrivateKey(readFileSync(${JSON.stringify(folder)} + "/" + request.initOptions.keyResourceID));
const say = (value) => process.stdout.write(JSON.stringify(value));
const publicKey = () => say({ publicKey: { publicKeyPEM: Buffer.from(createPublicKey(key()).export({ type: "spki", format: "pem" })).toString("base64") } });
const signMessage = () => say({ signMessage: { signature: sign("sha256", readFileSync(0), key()).toString("base64") } });
`;
  writeFileSync(file, head + body);
  chmodSync(file, 0o755);
}

const signWith = (kms: string): Promise<Buffer> =>
  signStatement(statement, openSigning({ kms }, undefined, environment));

test("a key service signs through its program", async () => {
  program(
    "local",
    `if (process.argv[2] !== "v1" || request.initOptions.hashFunc !== 5) throw new Error("protocol"); ({ publicKey, signMessage })[request.methodName]();`,
  );
  expect(verdict(trust, await signWith("local://key.pem"))).toBe("OK");
});

test("a program that exits with an error but answers has answered: so says the protocol", async () => {
  program("grumpy", `({ publicKey, signMessage })[request.methodName](); process.exitCode = 3;`);
  expect(verdict(trust, await signWith("grumpy://key.pem"))).toBe("OK");
});

test.each([
  ["says why not", `say({ errorMessage: "the key is locked" });`, "the key is locked"],
  ["says nothing", ``, "no JSON"],
  ["says something else", `process.stdout.write("hello");`, "no JSON"],
  ["gives no key", `say({ publicKey: {} });`, "a public key as PEM"],
  ["dies", `process.kill(process.pid, "SIGKILL");`, "SIGKILL"],
])("a program that %s makes no signature", async (_, body, found) => {
  program("bad", body);
  await expect(signWith("bad://key.pem")).rejects.toThrow(found);
  await expect(signWith("bad://key.pem")).rejects.toMatchObject({ code: "program-failed" });
});

test("a signature that does not fit the service's own key is not given out", async () => {
  program(
    "liar",
    `request.methodName === "publicKey" ? publicKey() : say({ signMessage: { signature: sign("sha256", Buffer.from("other"), key()).toString("base64") } });`,
  );
  await expect(signWith("liar://key.pem")).rejects.toMatchObject({ code: "self-check-failed" });
});

test("a program that is not there is named", async () => {
  await expect(signWith("nowhere://key")).rejects.toThrow("sigstore-kms-nowhere");
});

test.each(["nothing", "://key", "../evil://key", "Upper://key", "a b://key", "name://"])(
  "the reference %j is refused",
  (reference) => {
    expect(codeOf(() => openSigning({ kms: reference }, undefined, {}))).toBe("program-failed");
  },
);
