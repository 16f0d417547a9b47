import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, resolve } from "node:path";
import { parseStatement, parseBundle, type Spdx } from "@waybill/core/evidence";
import { type PinnedReference, parsePinned } from "@waybill/core/image";
import { loadPromotion } from "@waybill/core/promotion";
import { type AttachedPiece, collectEvidence, proofRefusal, prove } from "@waybill/core/proof";
import { createRegistry, type Registry } from "@waybill/core/registry";
import { predicateName } from "@waybill/core/trust";
import { ensureTools } from "@waybill/tools";
import { proxyTo, type RunningServer, serve, type TestRequest } from "../support/registry";
import { type RealRegistry, startOlareg } from "../support/registry/olareg";
import { TestProject } from "./support/project";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(240_000);

const { trust } = loadPromotion(resolve(__dirname, "../../promotion.yaml"));
const registry: Registry = createRegistry();
const DEMAND = { environment: "staging", now: new Date(), predicates: ["signature", "provenance", "spdx"] };

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await useSandbox();
});
afterAll(() => registry.close());

/** A program that builds one small image with a package in it, and signs it. */
class EvidenceProject extends TestProject {
  constructor(
    sandbox: TestSandbox,
    name: string,
    readonly repository: string,
  ) {
    super(sandbox, name);
    this.write("image/Dockerfile", "FROM scratch\nCOPY app /app\n");
    this.write("image/app/node_modules/left/package.json", '{"name":"left","version":"1.2.3"}');
    this.build("a");
  }

  /** Changes the source, by one letter of its commit. */
  build(letter: string): void {
    const commit = letter.repeat(40);
    const plan = {
      ...{ repository: this.repository, tag: commit, run: "local", inputs: {}, platforms: [] },
      ...{ context: "./image", dockerfile: "./image/Dockerfile", labels: { "git.commit": commit } },
      args: { SOURCE_DATE_EPOCH: "1767323045" },
      source: { commit, epoch: 1767323045, dirty: false, ref: "refs/heads/main", run: "local" },
    };
    this.write(
      "dist/index.js",
      `const { ImageBuild } = require("@waybill/components");
      const plan = ${JSON.stringify(plan)};
      exports.digest = new ImageBuild("shop", { plan, signer: ${JSON.stringify(this.sandbox.signer)} }).digest;`,
    );
  }

  async image(): Promise<PinnedReference> {
    const { digest = "" } = await this.outputs("dev");
    return parsePinned(`${this.repository}@${digest}`);
  }

  refusal(image: PinnedReference): Promise<string | undefined> {
    return proofRefusal(registry, image, DEMAND, trust);
  }
}

async function start(name: string, repository: string): Promise<EvidenceProject> {
  const project = new EvidenceProject(sandbox, name, repository);
  const syft = (await ensureTools(["syft"], () => undefined)).get("syft") ?? "";
  project.environment["PATH"] = `${project.environment["PATH"] ?? ""}:${dirname(syft)}`;
  await project.stack("dev", { service: name, environment: "dev" });
  return project;
}

/** Takes a manifest away, as anybody may who may delete there. */
async function remove({ registry: host, repository }: PinnedReference, digest: string): Promise<void> {
  const { status } = await fetch(`http://${host}/v2/${repository}/manifests/${digest}`, { method: "DELETE" });
  expect(status).toBe(202);
}

function statementOf({ source, bytes }: AttachedPiece) {
  const { content } = parseBundle(source, bytes);
  return parseStatement(source, "payload" in content ? content.payload : Buffer.alloc(0));
}

describe.each([
  ["with the referrers API", "evidence-api", []],
  ["without the referrers API", "evidence-tag", ["--api-referrer=false"]],
])("in a registry %s", (_, name, args) => {
  let olareg: RealRegistry;
  let project: EvidenceProject;

  beforeAll(async () => {
    olareg = await startOlareg(["--api-delete", "--gc-frequency", "-1s", ...args]);
    project = await start(name, `${olareg.host}/team/${name}`);
  });
  afterAll(async () => {
    await olareg.close();
    await project.remove();
  });

  test("a preview shows the evidence that an update will make", async () => {
    const { code, output } = await project.preview("dev");
    expect(code).toBe(0);
    expect(output).toMatch(/waybill:index:Attestation +shop-signature +create/);
    expect(output).toMatch(/waybill:index:Sbom +shop +create/);
  });

  test("B4: an update leaves the image signed, with provenance and an SBOM, each by our signer", async () => {
    await project.mustUp("dev");
    const image = await project.image();
    const { claims, refused } = await prove(registry, image, DEMAND, trust);
    expect(refused).toEqual([]);
    expect(claims.map(({ predicateType }) => predicateName(predicateType)).sort()).toEqual([
      "provenance",
      "signature",
      "spdx",
    ]);
    expect(claims.flatMap(({ trustedAs }) => trustedAs)).toEqual(["sandbox", "sandbox", "sandbox"]);
    expect(await project.refusal(image)).toBeUndefined();
  });

  test("B4: provenance names commit, builder and run; the SBOM names what is in the image", async () => {
    const pieces = await collectEvidence(registry, await project.image());
    const said = new Map(
      pieces
        .map(statementOf)
        .map(({ predicateType, predicate }) => [predicateName(predicateType), predicate]),
    );
    expect(said.get("provenance")).toMatchObject({
      buildDefinition: { externalParameters: { image: `${project.repository}:${"a".repeat(40)}` } },
      runDetails: {
        builder: { id: "https://waybill.dev/builders/local" },
        metadata: { invocationId: "local" },
      },
    });
    const { packages = [] } = said.get("spdx") as Spdx;
    expect(packages).toContainEqual(expect.objectContaining({ name: "left", versionInfo: "1.2.3" }));
  });

  test("a second update changes nothing", async () => {
    expect(await project.up("dev", "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("no key and no password is in the state", async () => {
    const state = await project.must("stack", "export", "--stack", "dev");
    expect(state).toContain(sandbox.signer);
    expect(state).not.toMatch(/PRIVATE KEY|waybill-sandbox/);
  });

  test("evidence that disappeared from the registry is missed in preview and made again", async () => {
    const image = await project.image();
    const pieces = await collectEvidence(registry, image);
    const lost = pieces.filter((piece) => /provenance|spdx/.test(statementOf(piece).predicateType));
    for (const { referrer } of lost) await remove(image, referrer);
    expect(await project.refusal(image)).toMatch(/- provenance: [^]*- spdx: /);

    const { output } = await project.preview("dev");
    expect(output).toMatch(/Attestation +shop-provenance +replace[^]*is gone from the registry/);
    expect(output).toMatch(/Sbom +shop +replace/);
    expect(output).not.toMatch(/shop-signature +replace/);
    await project.mustUp("dev");
    expect(await project.refusal(image)).toBeUndefined();
    expect(await project.up("dev", "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  test("E6: an unreachable registry is an error that says so, and replaces nothing", async () => {
    const before = await project.must("stack", "export", "--stack", "dev");
    await olareg.close();
    for (const { code, output } of [await project.preview("dev"), await project.up("dev")]) {
      expect(code).not.toBe(0);
      expect(output).toMatch(/referrers of [^]*try again/);
      expect(output).not.toMatch(/shop-(signature|provenance) +(replace|creat)/);
    }
    const urns = (text: string) => [...text.matchAll(/"urn": "([^"]*)"/g)].map(([, urn]) => urn).sort();
    expect(urns(await project.must("stack", "export", "--stack", "dev"))).toEqual(urns(before));
  });
});

describe("kill -9 between push and signature", () => {
  let olareg: RealRegistry;
  let proxy: RunningServer;
  let project: EvidenceProject;
  /** Called when the first piece of evidence is about to be attached; from then on attaching hangs until `open`. */
  let attaching: () => void;
  let open = false;

  const attaches = ({ method, url }: TestRequest, body: Buffer): boolean =>
    method === "PUT" && url.pathname.includes("/manifests/") && body.includes('"subject"');

  beforeAll(async () => {
    olareg = await startOlareg(["--gc-frequency", "-1s"]);
    const { handler } = proxyTo(olareg.url);
    proxy = await serve(async (request) => {
      const body = await request.read();
      if (open || !attaches(request, body)) return handler({ ...request, read: () => Promise.resolve(body) });
      attaching();
      return { status: 503, stallAfter: 0 };
    });
    project = await start("evidence-kill", `${proxy.host}/team/kill`);
  });
  afterAll(async () => {
    await proxy.close();
    await olareg.close();
    await project.remove();
  });

  test("nothing can be deployed from that digest, and the next update repairs it", async () => {
    const reached = new Promise<void>((resolve) => (attaching = resolve));
    const child = spawn(
      "pulumi",
      ["up", "--yes", "--skip-preview", "--non-interactive", ...project.at("dev")],
      {
        cwd: project.folder,
        env: project.environment,
        stdio: "ignore",
      },
    );
    await Promise.race([
      reached,
      once(child, "close").then(() => Promise.reject(new Error("pulumi ended before it attached anything"))),
    ]);
    child.kill("SIGKILL");
    await once(child, "close");

    const pushed = await registry.resolve({
      ...{ registry: proxy.host, repository: "team/kill", tag: "a".repeat(40), digest: undefined },
    });
    const image = parsePinned(`${project.repository}@${pushed.digest}`);
    expect((await project.outputs("dev")).digest).toBeUndefined();
    expect(await project.refusal(image)).toMatch(/not proven:[^]*- signature: [^]*Nothing is attached to it/);

    open = true;
    await project.must("cancel", "--yes", "--stack", "dev");
    expect((await project.mustUp("dev")).digest).toBe(pushed.digest);
    expect(await project.refusal(image)).toBeUndefined();
    expect(await collectEvidence(registry, image)).toHaveLength(3);
    // Pulumi keeps what a dead engine had begun in its state until a refresh.
    await project.must("refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...project.at("dev"));
    expect(await project.pendingOperations("dev")).toBe(0);
    expect(await project.up("dev", "--expect-no-changes")).toMatchObject({ code: 0 });
  });
});
