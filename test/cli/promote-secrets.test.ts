import { readFileSync } from "node:fs";
import { closeAll } from "../support/registry";
import { estate, fakePulumi, makePeople, signerOf } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

/** Prod runs the first of two images and has a secret since; staging runs the second. */
async function ready() {
  const at = await estate({ service: { secrets: ["TOKEN"] } });
  const [first, second] = [await at.build("first"), await at.build("second")];
  for (const environment of ["dev", "staging", "prod"]) await at.deploy(environment, first);
  for (const environment of ["dev", "staging"]) await at.deploy(environment, second);
  return { at };
}

describe("secrets are hashed with a key, and never shown", () => {
  const sealed = "  waybill:secrets:\n    TOKEN:\n      secure: v1:abc\n";
  const shown = (key: object) =>
    JSON.stringify({
      "waybill:secrets": { value: '{"TOKEN":"hunter2"}', secret: true },
      "waybill:service": { value: "hello", secret: false },
      ...key,
    });

  test("pulumi decrypts them; the same values give the same hash", async () => {
    const { at } = await ready();
    at.write("Pulumi.prod.yaml", at.read("Pulumi.prod.yaml") + sealed);
    const PATH = fakePulumi(at, shown({ "waybill:hashKey": { value: "k", secret: true } }), 0);
    const run = (...argv: string[]) => at.runWith({ environment: { PATH } }, ...argv);
    const approved = await run("approve", "prod", "--signer", signerOf("alice"), "--yes");
    expect(approved.code).toBe(0);
    expect(approved.out).toContain("secret TOKEN: added");
    const promoted = await run("promote", "prod");
    expect(promoted.code).toBe(0);
    expect(JSON.stringify([approved, promoted])).not.toContain("hunter2");
    expect(readFileSync(at.file("bin/calls"), "utf8")).toContain(
      " config --show-secrets --json --stack prod\n",
    );
  });

  test("without a key to hash them with, it is said how to set one", async () => {
    const { at } = await ready();
    at.write("Pulumi.prod.yaml", at.read("Pulumi.prod.yaml") + sealed);
    const PATH = fakePulumi(at, shown({}), 0);
    const { code, err } = await at.runWith({ environment: { PATH } }, "promote", "prod");
    expect(code).toBe(2);
    expect(err).toMatch(/expected waybill:hashKey.*pulumi config set waybill:hashKey --secret/);
  });

  test("who cannot decrypt gives the hash that pulumi preview printed", async () => {
    const { at } = await ready();
    at.write("Pulumi.prod.yaml", at.read("Pulumi.prod.yaml") + sealed);
    const PATH = fakePulumi(at, "", 255);
    const { code, err } = await at.runWith({ environment: { PATH } }, "promote", "prod");
    expect(code).toBe(3);
    expect(err).toMatch(/--config-hash HASH/);
    const hash = `sha256:${"f".repeat(64)}`;
    const approved = await at.run(
      "approve",
      "prod",
      "--signer",
      signerOf("alice"),
      "--yes",
      "--config-hash",
      hash,
    );
    expect(approved.code).toBe(0);
    expect(approved.out).toContain("CHANGED by their hash, in something that cannot be shown here");
    expect((await at.run("promote", "prod", "--config-hash", hash)).code).toBe(0);
    expect((await at.run("promote", "prod", "--config-hash", "abc")).code).toBe(2);
  });
});
