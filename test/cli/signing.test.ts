import { existsSync, readFileSync, statSync } from "node:fs";
import { closeAll, type Fault } from "../support/registry";
import { PROVENANCE, provenShelf, shelf, SIGNATURE, SLSA, SPDX } from "../core/offline/support";
import { desk, type Desk, inFolder, makeTeam, put, run, team } from "./evidence";

afterEach(closeAll);

const { signer, policy } = team;
beforeAll(makeTeam);

const sign = (at: Desk, ...args: string[]) =>
  at.run("evidence", "sign", at.image, "--signer", signer, "--trust", policy, ...args);
const verify = (at: Desk, ...args: string[]) => at.run("verify", at.image, "--trust", policy, ...args);

interface Listed {
  readonly evidence: readonly {
    readonly id: string;
    readonly predicateType: string;
    readonly refusal: { readonly code: string } | null;
  }[];
}
async function list(at: Desk): Promise<Listed["evidence"]> {
  const { code, out } = await at.run("evidence", "list", at.image, "--trust", policy, "--json");
  expect(code).toBe(0);
  return (JSON.parse(out) as Listed).evidence;
}

describe("waybill key", () => {
  test("an encrypted private key that only its owner may read, and the public one beside it", () => {
    expect(readFileSync(inFolder("team.key"), "utf8")).toContain("BEGIN ENCRYPTED SIGSTORE PRIVATE KEY");
    expect(statSync(inFolder("team.key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(inFolder("team.pub"), "utf8")).toContain("BEGIN PUBLIC KEY");
  });

  test.each<[string, string[], RegExp]>([
    [
      "a file that is there",
      [inFolder("team.key"), "--password-env", "PASSWORD"],
      /expected a new file, found one that is there already/,
    ],
    ["no file", ["--password-env", "PASSWORD"], /expected one file to write/],
    ["no password", [inFolder("x.key"), "--password-env", "NONE"], /expected a password in NONE, found none/],
    ["no way to a password", [inFolder("x.key")], /found neither/],
  ])("%s is refused, and nothing is written", async (_, args, message) => {
    const { code, out, err } = await run(["key", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(existsSync(inFolder("x.key"))).toBe(false);
  });

  test("a public key that is there already stays, and no private one without it is left", async () => {
    const file = put("y.pub", "mine");
    expect((await run(["key", inFolder("y.key"), "--password-env", "PASSWORD"])).code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(existsSync(inFolder("y.key"))).toBe(false);
  });
});

describe("waybill evidence sign", () => {
  test("an unsigned image is refused; signed, it is not", async () => {
    const at = await desk();
    expect((await verify(at)).code).toBe(1);
    const { code, out, err } = await sign(at);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^attached: signature to .*\n {2}id {6}sha256:.*\n {2}signer {2}.*\n {2}time {4}no trusted time\n {2}counts {2}yes\n$/,
    );
    expect((await verify(at)).code).toBe(0);
  });

  test("twice is once", async () => {
    const at = await desk();
    await sign(at);
    const { code, out } = await sign(at, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      image: at.image,
      added: false,
      predicateType: SIGNATURE,
      time: null,
      counts: true,
      refusal: null,
    });
    expect(await list(at)).toHaveLength(1);
  });

  test("what counts for nothing is exit 1 and says why; without a trust policy nobody was asked", async () => {
    const nobody = put("nobody.yaml", { version: 1, signers: [] });
    const at = await desk();
    const { code, out } = await at.run(
      "evidence",
      "sign",
      at.image,
      "--signer",
      signer,
      "--trust",
      nobody,
      "--json",
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      added: true,
      counts: false,
      refusal: expect.stringContaining("a key of the trust policy") as string,
    });
    const unasked = await at.run("evidence", "sign", at.image, "--signer", signer);
    expect(unasked).toMatchObject({
      code: 0,
      out: expect.stringContaining("not asked: no trust policy") as string,
    });
  });

  test("an image that is not there: exit 1, and nothing is signed", async () => {
    const at = await desk();
    at.memory.repository("team/app").manifests.clear();
    const { code, out, err } = await sign(at);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/Check the name and the digest/);
    expect(at.log).toHaveLength(1);
  });

  test.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ["no signer", [], {}, /expected --signer, found none/],
    ["a signer that is not there", ["--signer", "/nowhere.yaml"], {}, /found ENOENT/],
    ["no password", ["--signer", signer], {}, /environment variable PASSWORD/],
    ["a wrong password", ["--signer", signer], { PASSWORD: "wrong" }, /the password of the key file/],
    [
      "a secret in the signer's file",
      ["--signer", put("secret.yaml", { key: { file: "team.key", password: "correct horse" } })],
      {},
      /password: |expected object/,
    ],
  ])("%s: exit 2, nothing attached, and no secret in the words", async (_, args, environment, message) => {
    const at = await desk();
    const { code, out, err } = await run(
      ["evidence", "sign", at.image, "--trust", policy, ...args],
      environment,
    );
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(err).not.toContain("correct horse");
    expect(await list(at)).toEqual([]);
  });

  test("a registry that cannot be written to is exit 3", async () => {
    const fault: Fault = { on: /^(POST|PUT)/, times: 99, then: { status: 500 } };
    const at = await desk(shelf(), [fault]);
    const { code, out } = await sign(at);
    expect({ code, out }).toEqual({ code: 3, out: "" });
  });

  test("E2: a key that is confined to other registries does not sign here", async () => {
    await run([
      "key",
      inFolder("confined.key"),
      "--password-env",
      "PASSWORD",
      "--only-for",
      "sandbox.example",
    ]);
    const confined = put("confined.yaml", { key: { file: "confined.key", password: { env: "PASSWORD" } } });
    const at = await desk();
    const { code, err } = await at.run("evidence", "sign", at.image, "--signer", confined);
    expect(code).toBe(2);
    expect(err).toMatch(/a registry that the key is for: sandbox\.example/);
  });
});

describe("waybill attest", () => {
  const attest = (at: Desk, type: string, predicate: object | string, ...args: string[]) =>
    at.run(
      "attest",
      type,
      at.image,
      "--predicate",
      put("predicate.json", predicate),
      "--signer",
      signer,
      "--trust",
      policy,
      ...args,
    );

  test("provenance and an SBOM; the list shows each, in the order in which it happened", async () => {
    const at = await desk();
    expect(await attest(at, "spdx", SPDX)).toMatchObject({ code: 0, err: "" });
    expect(await attest(at, SLSA, PROVENANCE)).toMatchObject({ code: 0, err: "" });
    expect((await verify(at, "--predicate-type", "spdx", "--predicate-type", "provenance")).code).toBe(0);
    expect((await verify(at)).code).toBe(1);
    const { code, out } = await at.run("evidence", "list", at.image, "--trust", policy);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ID +TIME +PREDICATE +SIGNER +COUNTS\nsha256:[0-9a-f]{64} {2}2026-06-01T13:00:00Z\? +(spdx|provenance) +team +yes\n/,
    );
  });

  test.each<[string, string, object | string, RegExp]>([
    [
      "a predicate that is not of its type",
      "provenance",
      {},
      /expected a predicate as https:\/\/slsa\.dev\/provenance\/v1 asks for/,
    ],
    [
      "a type that nobody reads",
      "https://example.com/mine/v1",
      {},
      /expected a predicate type that Waybill reads/,
    ],
    ["a type that is none", "provenence", {}, /expected a URI, or one of/],
    ["a list", "spdx", [], /expected a JSON object, found a list/],
    ["no JSON", "spdx", "{", /expected JSON/],
    ["a signature, which is no attestation", "signature", {}, /use waybill evidence sign/],
    ["a block, which has a command of its own", "block", { reason: "x" }, /use waybill block/],
  ])("%s: exit 2, and nothing is asked of the registry", async (_, type, predicate, message) => {
    const at = await desk();
    const { code, out, err } = await attest(at, type, predicate);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(at.log).toEqual([]);
  });
});

describe("waybill block and waybill evidence revoke", () => {
  const REASON = ["--reason", "CVE-2026-1", "--signer", signer];

  test("E7: a blocked image is refused, signed or not, and the list says so", async () => {
    const at = await desk();
    await sign(at);
    expect(await at.run("block", at.image, ...REASON, "--trust", policy)).toMatchObject({ code: 0, err: "" });
    expect(await verify(at)).toMatchObject({
      code: 1,
      out: expect.stringContaining('"CVE-2026-1" by') as string,
    });
    expect((await at.run("evidence", "list", at.image, "--trust", policy)).out).toMatch(
      /\nblocked: "CVE-2026-1" by .*\n$/,
    );
  });

  test("a block by somebody who may not block is exit 1: it would be believed to hold", async () => {
    const may = [{ say: ["signature"], for: ["dev"] }];
    const mere = put("mere.yaml", {
      version: 1,
      signers: [{ name: "team", key: { file: "team.pub" }, may }],
    });
    const at = await desk();
    const { code, out } = await at.run("block", at.image, ...REASON, "--trust", mere);
    expect(code).toBe(1);
    expect(out).toMatch(/counts {2}no: .*may say block/);
  });

  test("E7: revoked evidence no longer counts", async () => {
    const at = await desk();
    await sign(at);
    const [signature] = await list(at);
    const { code, err } = await at.run(
      "evidence",
      "revoke",
      signature?.id ?? "",
      at.image,
      ...REASON,
      "--trust",
      policy,
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(await verify(at)).toMatchObject({
      code: 1,
      out: expect.stringContaining("no: revoked: ") as string,
    });
    expect((await list(at)).find(({ id }) => id === signature?.id)?.refusal?.code).toBe("revoked");
  });

  test.each<[string, string[], RegExp]>([
    [
      "evidence that is not there",
      [`sha256:${"0".repeat(64)}`],
      /ids of evidence that is attached to this image, found sha256:0{64}\. Look them up: waybill evidence list/,
    ],
    ["no id", [], /expected the id of a piece of evidence/],
    ["half an id", ["sha256:abc"], /expected the id of a piece of evidence/],
  ])("revoking %s: exit 2", async (_, ids, message) => {
    const at = await desk(provenShelf());
    const { code, err } = await at.run("evidence", "revoke", ...ids, at.image, ...REASON, "--trust", policy);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test.each([["block"], ["evidence revoke"]])("%s wants a reason", async (command) => {
    const at = await desk();
    const ids = command === "block" ? [] : [`sha256:${"0".repeat(64)}`];
    const { code, err } = await at.run(...command.split(" "), ...ids, at.image, "--signer", signer);
    expect(code).toBe(2);
    expect(err).toMatch(/expected --reason, found none/);
  });
});
