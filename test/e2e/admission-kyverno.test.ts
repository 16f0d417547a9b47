import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type Guard, kyvernoPolicies, namespaceLabels } from "@waybill/core/admission";
import { anonymous, createRegistry, digestOf, OCI_MANIFEST } from "@waybill/core/registry";
import { loadTrust } from "@waybill/core/trust";
import { KINDS, podSpec } from "../fixtures/guard/objects";
import { EXTERNAL, guardCases, type GuardCase, type KubeObject, mustRefuse } from "../support/guard";
import { from } from "../support/registry";
import { type RealRegistry, startOlareg } from "../support/registry/olareg";
import { PROVENANCE } from "../core/evidence/support/asked";
import { run } from "./support/run";

jest.setTimeout(180_000);

/** Building Kyverno takes minutes, so whoever wants to see it brings it: docs/admission.md says how. */
const found = (process.env["PATH"] ?? "").split(delimiter).some((one) => existsSync(join(one, "kyverno")));
if (!found) process.stdout.write("\nNOT RUN: the generated Kyverno policy, as no `kyverno` is on PATH\n\n");

const folder = mkdtempSync(join(tmpdir(), "waybill-kyverno-"));
const environment = { PATH: process.env["PATH"], HOME: folder, DOCKER_CONFIG: folder, PASSWORD: "p" };
let registry: RealRegistry | undefined;
afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true });
});

function put(name: string, content: object): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return file;
}

async function waybill(...args: string[]): Promise<void> {
  const command = resolve(__dirname, "../../cli/bin/waybill.js");
  const { code, output } = await run(process.execPath, [command, ...args], folder, environment);
  if (code !== 0 && !/counts +no/.test(output)) throw new Error(output);
}

async function pushImage(host: string, name: string): Promise<string> {
  const client = createRegistry({ credentials: anonymous });
  const at = { registry: host, repository: `acme/${name}` };
  const describe = (bytes: Buffer, mediaType: string) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", name }));
  const layer = Buffer.from(name);
  try {
    for (const bytes of [config, layer]) await client.putBlob(at, describe(bytes, ""), from(bytes));
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describe(config, "application/vnd.oci.image.config.v1+json"),
      layers: [describe(layer, "application/vnd.oci.image.layer.v1.tar")],
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const { digest } = await client.putManifest(at, { mediaType: OCI_MANIFEST, bytes }, { tag: "1.0" });
    return `${host}/acme/${name}@${digest}`;
  } finally {
    await client.close();
  }
}

/** Signed by the team, and by somebody else, with provenance or without it. */
async function prepare(host: string): Promise<Record<string, string>> {
  const may = [{ say: ["signature", "provenance"], for: ["prod"] }];
  put("trust.yaml", { version: 1, signers: [{ name: "team-ci", key: { file: "team.pub" }, may }] });
  put("provenance.json", PROVENANCE);
  for (const name of ["team", "other"]) {
    await waybill("key", `${name}.key`, "--password-env", "PASSWORD");
    put(`${name}.yaml`, { key: { file: `${name}.key`, password: { env: "PASSWORD" } } });
  }
  const images: Record<string, string> = {};
  for (const name of ["good", "before", "unsigned", "stranger", "signed-only", "provenance-only"])
    images[name] = await pushImage(host, name);
  const trust = ["--trust", "trust.yaml"];
  const sign = (name: string, by: string) =>
    waybill("evidence", "sign", images[name] ?? "", "--signer", `${by}.yaml`, ...trust);
  const attest = (name: string, by: string) =>
    waybill(
      "attest",
      "provenance",
      images[name] ?? "",
      "--predicate",
      "provenance.json",
      "--signer",
      `${by}.yaml`,
      ...trust,
    );
  for (const name of ["good", "before", "signed-only"]) await sign(name, "team");
  for (const name of ["good", "before", "provenance-only"]) await attest(name, "team");
  await sign("stranger", "other");
  await attest("stranger", "other");
  return images;
}

interface Report {
  readonly results: readonly {
    readonly result: string;
    readonly resources: readonly { readonly name: string }[];
  }[];
}

/** The names of the objects that Kyverno lets through, and of those that it refuses. */
async function judge(policy: string): Promise<Map<string, boolean>> {
  const values = put("values.yaml", {
    apiVersion: "cli.kyverno.io/v1alpha1",
    kind: "Values",
    namespaceSelector: [{ name: "shop", labels: namespaceLabels("prod") }],
  });
  const options = ["--registry", "--continue-on-fail", "--policy-report", "--output-format", "json"];
  const args = ["apply", policy, "--resource", join(folder, "cases"), "--values-file", values, ...options];
  const { output } = await run("kyverno", args, folder, environment);
  const report = output.split("\n").find((line) => line.startsWith("{")) ?? "";
  const { results } = JSON.parse(report) as Report;
  return new Map(
    results.flatMap(({ result, resources }) =>
      resources.map(({ name }) => [name, result !== "pass"] as const),
    ),
  );
}

const own = (name: string, spec: object, passes: boolean): GuardCase => ({
  name,
  object: KINDS["Deployment"]?.(spec) as KubeObject,
  refusedBy: passes ? [] : ["decided"],
});

(found ? test : test.skip)("Kyverno's command says what the fixtures say", async () => {
  registry = await startOlareg();
  const { host } = registry;
  const { good = "", before = "", unsigned = "", ...odd } = await prepare(host);
  const cases = [
    ...guardCases({
      decided: good,
      decidedWithTag: good.replace("@", ":1.0@"),
      before,
      undecided: unsigned,
      tag: `${host}/acme/good:1.0`,
      latest: `${host}/acme/good`,
    }),
    ...Object.entries(odd).map(([name, image]) => own(name, podSpec(image), false)),
    own(
      "the same image twice and another behind it",
      { containers: [good, good, before].map((image, index) => ({ name: `c${index}`, image })) },
      true,
    ),
  ];
  cases.forEach(({ object }, index) =>
    put(`cases/${index}.yaml`, {
      ...object,
      metadata: { ...object.metadata, name: `case-${index}`, namespace: "shop" },
    }),
  );
  const guard: Guard = {
    registries: [`${host}/acme`],
    external: EXTERNAL,
    imagePaths: [],
    environments: [
      {
        name: "prod",
        admission: "refuse",
        deployers: [{ kind: "user", name: "ci" }],
        rollback: [],
        viewers: [],
      },
    ],
    exempt: undefined,
  };
  const [policy] = kyvernoPolicies(guard, loadTrust(join(folder, "trust.yaml")).signers, new Date());
  const judged = await judge(put("policy.yaml", policy ?? {}));
  const said = cases.map(({ name }, index) => [name, judged.get(`case-${index}`) ?? false]);
  const expected = cases.map((one) => [
    one.name,
    mustRefuse(one, "kyverno", ["digest", "registry", "decided"]),
  ]);
  expect(said).toEqual(expected);
  expect(judged.size).toBeGreaterThan(50);
});
