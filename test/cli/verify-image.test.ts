import { exportSchema, judgementSchema, MOST } from "@waybill/core/offline";
import { findMistakes } from "@waybill/core/schema";
import { addManifest, closeAll, type Fault, indexOf, memoryRegistry, tagOf } from "../support/registry";
import { PROVENANCE, provenShelf, shelf, SIGNATURE, SLSA } from "../core/offline/support";
import { IDENTITY, ISSUER } from "../core/evidence/support/instance";
import { type Desk, desk, put, run, trustFile } from "./evidence";

afterEach(closeAll);

const policy = trustFile();
const verify = (at: Desk, ...args: string[]) => at.run("verify", at.image, "--trust", policy, ...args);

describe("yes", () => {
  test("a signature that counts: exit 0, and what there is, oldest first", async () => {
    const at = await desk(provenShelf());
    const { code, out, err } = await verify(at, "--environment", "dev");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")).toEqual([
      `yes: ${at.image} for dev`,
      "TIME                  PREDICATE   SIGNER  COUNTS",
      "2026-06-01T12:00:00Z  signature   ci      yes",
      "2026-06-01T12:00:00Z  provenance  ci      yes",
      "",
    ]);
  });

  test("signature and attestation cost five requests", async () => {
    const at = await desk(provenShelf());
    expect((await verify(at)).code).toBe(0);
    expect(at.log).toHaveLength(5);
  });

  test("a list under the fallback tag does as well, for one request more", async () => {
    const made = shelf(memoryRegistry({ referrers: false }));
    const attached = [made.attach(SIGNATURE, {}), made.attach(SLSA, PROVENANCE)];
    addManifest(made.memory, "team/app", indexOf(attached), tagOf(made.subject.digest));
    const at = await desk(made);
    expect((await verify(at)).code).toBe(0);
    expect(at.log).toHaveLength(6);
  });

  test("all predicate types that are asked for", async () => {
    const at = await desk(provenShelf());
    expect((await verify(at, "--predicate-type", "signature", "--predicate-type", SLSA)).code).toBe(0);
    const { code, out } = await verify(at, "--predicate-type", "signature", "--predicate-type", "spdx");
    expect(code).toBe(1);
    expect(out).toMatch(/\nno: predicate-missing: sha256:.*: expected evidence of type spdx, found none\./);
  });

  test("--json: the judgement as it is written down, in its order of keys", async () => {
    const at = await desk(provenShelf());
    const { code, out } = await verify(at, "--json", "--environment", "dev");
    expect(code).toBe(0);
    expect(out.endsWith("}\n") && !out.slice(0, -1).includes("\n")).toBe(true);
    const record = JSON.parse(out) as { evidence: object[] };
    expect(findMistakes(record, judgementSchema)).toEqual([]);
    expect(Object.keys(record)).toEqual((judgementSchema["required"] as string[]).slice());
    expect(record).toMatchObject({
      image: at.image,
      environment: "dev",
      required: [SIGNATURE],
      verdict: "yes",
      reasons: [],
      blocks: [],
    });
    expect(record.evidence).toMatchObject([
      {
        predicateType: SIGNATURE,
        signer: { issuer: ISSUER, identity: IDENTITY },
        trustedAs: ["ci"],
        logged: true,
        refusal: null,
      },
      { predicateType: SLSA, time: "2026-06-01T12:00:00.000Z" },
    ]);
  });
});

describe("a well-founded no: exit 1", () => {
  test("nothing is attached", async () => {
    const { code, out, err } = await verify(await desk());
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatch(
      /^no: .*\nTIME .*\nno: predicate-missing: .*expected evidence of type signature, found none\./,
    );
  });

  test("SIG-040: an attestation is no signature", async () => {
    const made = shelf();
    made.attach(SLSA, PROVENANCE);
    const { code, out } = await verify(await desk(made));
    expect(code).toBe(1);
    expect(out).toContain("provenance  ci      yes");
    expect(out).toContain("no: predicate-missing");
  });

  test("SIG-072: a broken piece neither breaks nor satisfies", async () => {
    const made = shelf();
    made.attachBytes(Buffer.from("{}"));
    expect(await verify(await desk(made))).toMatchObject({
      code: 1,
      out: expect.stringContaining("no: bundle-format") as string,
    });
    made.attach(SIGNATURE, {});
    expect(await verify(await desk(made))).toMatchObject({
      code: 0,
      out: expect.stringContaining("no: bundle-format") as string,
    });
  });

  test("another environment", async () => {
    const { code, out } = await verify(await desk(provenShelf()), "--environment", "prod");
    expect(code).toBe(1);
    expect(out).toContain("no: not-granted");
  });

  test("E7: blocked in the trust policy or by signed evidence; either suffices, and everybody sees why", async () => {
    const made = provenShelf();
    const reason = { digest: made.subject.digest, reason: "CVE-1", by: "sec", at: "2026-06-01T00:00:00Z" };
    const blocking = trustFile({ blocked: [reason] }, {}, "blocking.yaml");
    const at = await desk(made);
    const listed = await at.run("verify", at.image, "--trust", blocking);
    expect(listed).toMatchObject({ code: 1, out: expect.stringContaining("no: blocked: ") as string });
    made.attach("https://waybill.dev/evidence/block/v1", { reason: "leaks" });
    expect(await verify(at)).toMatchObject({ code: 1, out: expect.stringContaining('"leaks" by') as string });
    expect((await at.run("verify", at.image, "--trust", blocking)).out).toContain(
      'no: also blocked: "leaks"',
    );
  });
});

describe("could not find out: exit 3, nothing on standard output, and never taken for an empty list", () => {
  const list = /^GET \/v2\/team\/app\/referrers/;
  test.each<[string, Fault, RegExp]>([
    ["a 403", { on: list, times: 99, then: { status: 403 } }, /Ask for access/],
    ["a 401 with no way to sign in", { on: list, times: 99, then: { status: 401 } }, /Log in/],
    ["a 500", { on: list, times: 99, then: { status: 500 } }, /Check the registry's health/],
    ["a 429 that stays", { on: list, times: 99, then: { status: 429 } }, /Try again later/],
    ["a connection that breaks", { on: list, times: 99, then: { status: 200, cutAfter: 0 } }, /try again/],
    [
      "a list that is none",
      {
        on: list,
        times: 99,
        then: {
          status: 200,
          headers: { "content-type": "application/vnd.oci.image.index.v1+json" },
          body: "{",
        },
      },
      /Check that this is an OCI registry/,
    ],
    [
      "a bundle behind a 500",
      { on: "GET /v2/team/app/blobs", times: 99, then: { status: 500 } },
      /Check the registry's health/,
    ],
    [
      "a referrer's manifest behind a 403",
      { on: "GET /v2/team/app/manifests", times: 99, then: { status: 403 } },
      /Ask for access/,
    ],
  ])("%s", async (_, fault, message) => {
    const at = await desk(provenShelf(), [fault]);
    for (const args of [["verify"], ["evidence", "list"], ["evidence", "export", "-o", put("none", "")]]) {
      const { code, out, err } = await at.run(...args, at.image, "--trust", policy);
      expect({ args, code, out }).toEqual({ args, code: 3, out: "" });
      expect(err).toMatch(message);
    }
  });

  test("a port where nobody listens", async () => {
    const { image } = await desk();
    await closeAll();
    const { code, out, err } = await run(["verify", image, "--trust", policy]);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(/^waybill: .*expected .*found .*try again\.\n$/);
  });
});

describe("wrong usage: exit 2", () => {
  test.each([
    ["verify"],
    ["evidence list"],
    ["evidence sign"],
    ["evidence export"],
    ["block"],
    [`evidence revoke sha256:${"0".repeat(64)}`],
    ["attest provenance"],
    ["trust impact"],
  ])("SIG-077: %s with a tag for a digest says how to get the digest", async (command) => {
    const { code, out, err } = await run([...command.split(" "), "registry.example/team/app:v1"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(
      /expected a digest.* found only the tag "v1"\. .*waybill image digest registry\.example\/team\/app:v1\n$/,
    );
  });

  test.each<[string, string[], RegExp]>([
    ["nothing asked", [], /one of: IMAGE@sha256:…, --offline FILE, --bundle FILE, found none/],
    ["two things asked", ["IMAGE", "--bundle", "b"], /found more than one of them/],
    ["two images", ["IMAGE", "IMAGE"], /expected one image by its digest/],
    ["a digest alone", [`sha256:${"0".repeat(64)}`], /a repository before the digest/],
    ["a flag that would not count", ["IMAGE", "--key", "k"], /found --key\. Run: waybill verify --help/],
    [
      "a predicate type that is none",
      ["IMAGE", "--predicate-type", "signatur"],
      /expected a URI, or one of: signature,/,
    ],
    ["a trust policy that is not there", ["IMAGE", "--trust", "/nowhere/trust.yaml"], /found ENOENT/],
    [
      "a trust policy with mistakes",
      ["IMAGE", "--trust", put("bad.yaml", "version: 1\nsigner: []\n")],
      /unknown key "signer"/,
    ],
  ])("%s", async (_, args, message) => {
    const image = `registry.example/team/app@sha256:${"0".repeat(64)}`;
    const words = args.map((word) => (word === "IMAGE" ? image : word));
    const { code, out, err } = await run([
      "verify",
      ...words,
      ...(args.includes("--trust") ? [] : ["--trust", policy].slice(0, args.includes("IMAGE") ? 2 : 0)),
    ]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });

  test("no trust policy at all: nobody is trusted by default", async () => {
    const { code, err } = await run(["verify", `registry.example/team/app@sha256:${"0".repeat(64)}`]);
    expect(code).toBe(2);
    expect(err).toMatch(/expected --trust FILE, or promotion\.yaml in this folder, found neither/);
  });
});

describe("--offline", () => {
  test("the same verdict with the registry gone, as text and as JSON", async () => {
    const at = await desk(provenShelf());
    const file = put("app.evidence.json", "");
    const written = await at.run(
      "evidence",
      "export",
      at.image,
      "-o",
      file,
      "--trust",
      policy,
      "--environment",
      "dev",
      "--json",
    );
    expect(written).toMatchObject({ code: 0, err: "" });
    const { digest } = JSON.parse(written.out) as { digest: string };
    expect(JSON.parse(written.out)).toMatchObject({ image: at.image, file, verdict: "yes" });
    const online = JSON.parse((await verify(at, "--environment", "dev", "--json")).out) as object;
    await closeAll();
    const { code, out, err } = await run(["verify", "--offline", file]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(
      `file      ${digest}\nrecorded  yes at 2026-06-01T13:00:00.000Z\ntrust     sha256:`,
    );
    expect(out).toContain("from the file itself: compare it");
    const json = await run(["verify", "--offline", file, "--json", "--digest", digest]);
    expect(JSON.parse(json.out)).toMatchObject({
      ...online,
      offline: { digest, trustFrom: "file" },
      refusal: null,
    });
  });

  test("a changed file, another file than the expected one, no file of ours: exit 1 and the reason", async () => {
    const at = await desk(provenShelf());
    const file = put("app.json", "");
    await at.run("evidence", "export", at.image, "-o", file, "--trust", policy);
    const other = await run(["verify", "--offline", file, "--digest", `sha256:${"0".repeat(64)}`]);
    expect(other).toMatchObject({
      code: 1,
      err: "",
      out: expect.stringMatching(/^refused: tampered: /) as string,
    });
    const none = await run(["verify", "--offline", policy, "--json"]);
    expect(none.code).toBe(1);
    expect(JSON.parse(none.out)).toMatchObject({ verdict: "no", refusal: { code: "not-an-export" } });
  });

  test("one's own trust policy instead of the one in the file", async () => {
    const at = await desk(provenShelf());
    const file = put("app.json", "");
    await at.run("evidence", "export", at.image, "-o", file, "--trust", policy);
    const nobody = put("nobody.yaml", { version: 1, signers: [] });
    expect(await run(["verify", "--offline", file, "--trust", policy])).toMatchObject({
      code: 0,
      out: expect.stringContaining("given by --trust, the same as in the file") as string,
    });
    expect(await run(["verify", "--offline", file, "--trust", nobody])).toMatchObject({
      code: 1,
      out: expect.stringContaining("given by --trust; the file has sha256:") as string,
    });
  });

  test("a file that is not there, or a digest that is none, is wrong usage", async () => {
    expect((await run(["verify", "--offline", "/nowhere"])).code).toBe(2);
    const at = await desk(provenShelf());
    const file = put("app.json", "");
    await at.run("evidence", "export", at.image, "-o", file, "--trust", policy);
    expect((await run(["verify", "--offline", file, "--digest", "abc"])).code).toBe(2);
  });

  test("sizes are bounded by what Node can hold", () => {
    expect(MOST.fileBytes).toBeLessThan(512 * 1024 * 1024);
    expect(exportSchema["title"]).toBe("evidence export");
  });
});
