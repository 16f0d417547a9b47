import type { ReleasedImage } from "@waybill/core/evidence";
import { anchorOf } from "@waybill/core/history";
import { closeAll } from "../support/registry";
import { type Estate, estate, makePeople, signerOf } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

const REASON = ["--reason", "forged", "--signer", signerOf("alice")];
const anchor = (environment: string) =>
  anchorOf({ service: "hello", environment, target: undefined }, 0).digest;

/** Alice may revoke, too; hello runs in all three. */
async function running(...where: readonly string[]) {
  const at = await estate({
    promotion: { environments: ["dev", "staging", "prod"].map((name) => ({ name })) },
  });
  const document = JSON.parse(at.read("promotion.yaml")) as {
    trust: { signers: { name: string; may: object[] }[] };
  };
  const alice = document.trust.signers.find(({ name }) => name === "alice");
  alice?.may.push({ say: ["revocation"], for: ["dev", "staging", "prod"] });
  at.write("promotion.yaml", JSON.stringify(document));
  const image = await at.build("first");
  for (const environment of where) await at.deploy(environment, image);
  return { at, image };
}

const revoke = (at: Estate, { repository, digest }: ReleasedImage, id: string, ...more: readonly string[]) =>
  at.run(
    ...["evidence", "revoke", id, `${repository}@${digest}`, ...REASON],
    ...["--trust", at.file("promotion.yaml"), ...more],
  );

async function newest(at: Estate, environment: string): Promise<{ id: string; decision: string }> {
  const { out } = await at.run("history", environment, "--json");
  const { places } = JSON.parse(out) as { places: { deployments: { id: string; decision: string }[] }[] };
  const last = places[0]?.deployments.at(-1);
  if (!last) throw new Error(`nothing in ${environment}`);
  return last;
}

const attached = (at: Estate): number => at.log.filter((line) => line.startsWith("PUT ")).length;

test("E7: a deployment is revoked in its history too, so that nothing goes on by it", async () => {
  const { at, image } = await running("dev", "staging");
  expect((await at.run("promote", "prod", "--dry-run")).code).toBe(0);
  const { id } = await newest(at, "staging");
  const { code, out } = await revoke(at, image, id);
  expect(code).toBe(0);
  expect(out).toContain(`${image.digest}\n  also    ${anchor("staging")}\n`);
  const asked = await at.run("promote", "prod", "--digest", image.digest, "--dry-run");
  expect(asked.code).toBe(1);
  expect(asked.out).toContain('whose record was revoked: "forged (alice)"');
  expect((await at.run("history", "staging")).out).toContain("REVOKED: ");
});

test("E7: what runs by a decision that was revoked needs a new one, and says so", async () => {
  const { at, image } = await running("dev", "staging", "prod");
  const { decision } = await newest(at, "prod");
  expect((await revoke(at, image, decision)).code).toBe(0);
  const status = await at.run("status", "prod");
  expect(status).toMatchObject({ code: 1 });
  expect(status.out).toMatch(/^REVOKED: its decision no longer counts: hello in prod/);
  const { notes } = JSON.parse((await at.run("promote", "prod", "--dry-run", "--json")).out) as {
    notes: string[];
  };
  expect(notes).toEqual([
    expect.stringMatching(
      new RegExp(
        `^REVOKED: hello in prod runs ${image.digest} by the decision ${decision}, which counts no more: `,
      ),
    ),
  ]);
});

test("again, it adds nothing", async () => {
  const { at, image } = await running("dev");
  const { id } = await newest(at, "dev");
  await revoke(at, image, id);
  const before = attached(at);
  const { out } = await revoke(at, image, id, "--json");
  expect(JSON.parse(out)).toMatchObject({ added: false, also: [anchor("dev")], counts: true });
  expect(attached(at)).toBe(before);
});

test("what is about the image alone is revoked there alone", async () => {
  const { at, image } = await running("dev");
  const { out } = await at.run(
    ...["evidence", "list", `${image.repository}@${image.digest}`],
    ...["--trust", at.file("promotion.yaml"), "--json"],
  );
  const { evidence } = JSON.parse(out) as { evidence: { id: string; predicateType: string }[] };
  const signature = evidence.find(({ predicateType }) => predicateType.includes("cosign"))?.id ?? "";
  const revoked = await revoke(at, image, signature, "--json");
  expect(JSON.parse(revoked.out)).toMatchObject({ added: true, also: [] });
});
