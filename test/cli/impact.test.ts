import { readFileSync } from "node:fs";
import { closeAll } from "../support/registry";
import { provenShelf } from "../core/offline/support";
import { desk, makeTeam, put, run, team, trustFile } from "./evidence";

afterEach(closeAll);

const { signer } = team;
beforeAll(makeTeam);

describe("waybill trust impact", () => {
  const both = (): string => {
    const may = [{ say: ["signature", "provenance"], for: ["dev", "staging"] }];
    const document = JSON.parse(readFileSync(trustFile(), "utf8")) as { signers: object[] };
    const team = { name: "team", key: { file: "team.pub" }, may: [{ say: ["signature"], for: ["dev"] }] };
    return put("both.yaml", { ...document, signers: [{ ...document.signers[0], may }, team] });
  };

  test("what would be lost, and whether anything is left", async () => {
    const at = await desk(provenShelf());
    const args = ["trust", "impact", "--signer", "ci", at.image, "--trust", both()];
    const { code, out } = await at.run(...args);
    expect(code).toBe(1);
    expect(out.split("\n").slice(0, 3)).toEqual([
      "ENVIRONMENT  PREDICATE   LOST  LEFT  IMAGE",
      `dev          signature   1     none  ${at.image}`,
      `dev          provenance  1     none  ${at.image}`,
    ]);
    const json = await at.run(...args, "--environment", "staging", "--json");
    expect(JSON.parse(json.out)).toMatchObject({
      signer: "ci",
      compromised: null,
      losses: [
        { image: at.image, environment: "staging", predicate: "signature", remaining: 0 },
        { predicate: "provenance" },
      ],
    });
  });

  test("exit 0 where others have said the same, or it was said before the time of compromise", async () => {
    const at = await desk(provenShelf());
    await at.run("evidence", "sign", at.image, "--signer", signer);
    const args = ["trust", "impact", "--signer", "team", at.image, "--trust", both()];
    expect(await at.run(...args)).toMatchObject({
      code: 0,
      out: expect.stringContaining("1     1     ") as string,
    });
    const before = await at.run(
      "trust",
      "impact",
      "--signer",
      "ci",
      at.image,
      "--trust",
      both(),
      "--compromised",
      "2026-06-01T12:30:00Z",
    );
    expect(before).toMatchObject({ code: 0, out: "no image loses proof without ci\n" });
  });

  test.each<[string, string[], RegExp]>([
    ["a signer that is not listed", ["--signer", "cli"], /expected a signer out of: ci, team, found "cli"/],
    ["no signer", [], /expected --signer, found none/],
    ["a time that is none", ["--signer", "ci", "--compromised", "yesterday"], /expected a time as/],
  ])("%s: exit 2", async (_, args, message) => {
    const at = await desk();
    const { code, err } = await at.run("trust", "impact", at.image, "--trust", both(), ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test('a registry that does not answer is exit 3, never "no loss"', async () => {
    const at = await desk(provenShelf(), [{ times: 99, then: { status: 503 } }]);
    expect(await at.run("trust", "impact", "--signer", "ci", at.image, "--trust", both())).toMatchObject({
      code: 3,
      out: "",
    });
  });
});

describe("waybill image digest", () => {
  test("one request, and the name that stays", async () => {
    const at = await desk();
    const tag = at.image.replace(/@.*/, ":v1");
    expect(await at.run("image", "digest", tag)).toEqual({
      code: 0,
      out: `${tag}@${at.shelf.subject.digest}\n`,
      err: "",
    });
    expect(at.log).toHaveLength(1);
  });

  test("no tag is exit 2, a tag that is not there exit 1, a registry that does not answer exit 3", async () => {
    const at = await desk();
    const name = at.image.replace(/@.*/, "");
    expect((await at.run("image", "digest", name)).code).toBe(2);
    expect((await at.run("image", "digest", `${name}:v2`)).code).toBe(1);
    await closeAll();
    expect((await run(["image", "digest", `${name}:v1`])).code).toBe(3);
  });
});
