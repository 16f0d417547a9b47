import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { anonymous, createRegistry, digestOf, OCI_INDEX, OCI_MANIFEST } from "@waybill/core/registry";
import { parseDigest } from "@waybill/core/image";
import { from } from "../support/registry";
import { type RealRegistry, startOlareg } from "../support/registry/olareg";
import { PROVENANCE } from "../core/evidence/support/asked";
import { SPDX } from "../core/offline/support";
import { run, type Ran } from "./support/run";

jest.setTimeout(120_000);

const command = resolve(__dirname, "../../cli/bin/waybill.js");
const folder = mkdtempSync(join(tmpdir(), "waybill-evidence-"));
const environment = {
  PATH: process.env["PATH"],
  HOME: folder,
  DOCKER_CONFIG: folder,
  PASSWORD: "correct horse",
};
afterAll(() => rmSync(folder, { recursive: true }));

/** The real command in a process of its own, in a folder with promotion.yaml, as its user has it. */
function waybill(...args: string[]): Promise<Ran> {
  return run(process.execPath, [command, ...args], folder, environment);
}

async function must(...args: string[]): Promise<string> {
  const { code, output } = await waybill(...args);
  if (code !== 0) throw new Error(`waybill ${args.join(" ")} ended with ${code}: ${output}`);
  return output;
}

function put(name: string, content: object): string {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return name;
}

beforeAll(async () => {
  await must("key", "team.key", "--password-env", "PASSWORD");
  put("signing.yaml", { key: { file: "team.key", password: { env: "PASSWORD" } } });
  const say = ["signature", "provenance", "spdx", "block", "revocation"];
  put("promotion.yaml", {
    version: 1,
    owner: "platform@example.com",
    nextReview: "2099-01-01",
    environments: [{ name: "dev" }],
    services: { app: { path: "app" } },
    trust: { signers: [{ name: "team", key: { file: "team.pub" }, may: [{ say, for: ["dev"] }] }] },
  });
  put("provenance.json", PROVENANCE);
  put("spdx.json", SPDX);
});

/** Pushes an index of two images and gives its pinned name. */
async function pushImage(host: string, name: string): Promise<string> {
  const registry = createRegistry({ credentials: anonymous });
  const at = { registry: host, repository: `team/${name}` };
  const pushImageOf = async (architecture: string) => {
    const [config, layer] = [
      Buffer.from(JSON.stringify({ architecture, os: "linux" })),
      Buffer.from(`${name} ${architecture}`),
    ];
    const describe = (bytes: Buffer, mediaType: string) => ({
      mediaType,
      digest: digestOf(bytes),
      size: bytes.length,
    });
    await Promise.all([config, layer].map((bytes) => registry.putBlob(at, describe(bytes, ""), from(bytes))));
    const { digest, size, mediaType } = await registry.putManifest(at, {
      mediaType: OCI_MANIFEST,
      bytes: Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: OCI_MANIFEST,
          config: describe(config, "application/vnd.oci.image.config.v1+json"),
          layers: [describe(layer, "application/vnd.oci.image.layer.v1.tar")],
        }),
      ),
    });
    return { mediaType, digest, size, platform: { os: "linux", architecture } };
  };
  try {
    const manifests = [await pushImageOf("amd64"), await pushImageOf("arm64")];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
    const { digest } = await registry.putManifest(at, { bytes: index, mediaType: OCI_INDEX }, { tag: "v1" });
    return `${host}/team/${name}@${parseDigest(digest)}`;
  } finally {
    await registry.close();
  }
}

const registries: [string, string[]][] = [
  ["with the referrers API", []],
  ["without the referrers API", ["--api-referrer=false"]],
];

describe.each(registries)("a real registry %s", (_, args) => {
  let registry: RealRegistry;
  beforeAll(async () => {
    registry = await startOlareg(args);
  });
  afterAll(() => registry.close());

  test("sign, attest, list, verify, block: what a user does with one image", async () => {
    const image = await pushImage(registry.host, "app");
    expect(await must("image", "digest", image.replace(/@.*/, ":v1"))).toContain(image.replace(/.*@/, "@"));
    expect((await waybill("verify", image)).code).toBe(1);
    await must("evidence", "sign", image, "--signer", "signing.yaml");
    await must("attest", "provenance", image, "--predicate", "provenance.json", "--signer", "signing.yaml");
    await must("attest", "spdx", image, "--predicate", "spdx.json", "--signer", "signing.yaml");
    const list = await must("evidence", "list", image);
    expect(list.match(/^sha256:\S+ +\S+\? +(signature|provenance|spdx) +team +yes$/gm)).toHaveLength(3);
    await must(
      "verify",
      image,
      "--environment",
      "dev",
      "--predicate-type",
      "signature",
      "--predicate-type",
      "provenance",
    );
    expect((await waybill("verify", image, "--environment", "prod")).code).toBe(1);
    expect((await waybill("trust", "impact", "--signer", "team", image)).code).toBe(1);

    await must("block", image, "--reason", "CVE-2026-1", "--signer", "signing.yaml");
    const blocked = await waybill("verify", image);
    expect(blocked.code).toBe(1);
    expect(blocked.output).toMatch(/no: blocked: .*"CVE-2026-1" by /);
  });

  test("revoke: what counted does not count any more, and can be said again", async () => {
    const image = await pushImage(registry.host, "revoked");
    const { id } = JSON.parse(
      await must("evidence", "sign", image, "--signer", "signing.yaml", "--json"),
    ) as { id: string };
    await must("verify", image);
    await must("evidence", "revoke", id, image, "--reason", "signed too early", "--signer", "signing.yaml");
    const { code, output } = await waybill("verify", image);
    expect(code).toBe(1);
    expect(output).toContain("signed too early");
  });

  test("E8: export, and verify with no network at all; a changed file is refused", async () => {
    const image = await pushImage(registry.host, "exported");
    await must("evidence", "sign", image, "--signer", "signing.yaml");
    const exported = await must(
      "evidence",
      "export",
      image,
      "-o",
      "app.json",
      "--environment",
      "dev",
      "--json",
    );
    const { digest } = JSON.parse(exported) as { digest: string };
    const online = JSON.parse(await must("verify", image, "--environment", "dev", "--json")) as {
      verdict: string;
      evidence: object[];
    };

    // A network namespace of its own has not even a loopback that is up.
    const alone = [
      "--map-root-user",
      "--net",
      process.execPath,
      command,
      "verify",
      "--offline",
      "app.json",
      "--json",
    ];
    const offline = await run("unshare", [...alone, "--digest", digest], folder, environment);
    expect(offline.code).toBe(0);
    const { verdict, evidence } = JSON.parse(offline.output) as typeof online;
    expect({ verdict, evidence }).toEqual({ verdict: online.verdict, evidence: online.evidence });

    const file = readFileSync(join(folder, "app.json"));
    file[file.length >> 1] = (file[file.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(folder, "changed.json"), file);
    expect((await waybill("verify", "--offline", "changed.json")).code).toBe(1);
  });
});

test("a registry that is gone is exit 3, and says nothing about evidence", async () => {
  const registry = await startOlareg();
  const image = await pushImage(registry.host, "gone");
  await must("evidence", "sign", image, "--signer", "signing.yaml");
  await registry.close();
  for (const args of [["verify"], ["evidence", "list"], ["evidence", "sign", "--signer", "signing.yaml"]]) {
    const { code, output } = await waybill(...args, image);
    expect({ args, code }).toEqual({ args, code: 3 });
    expect(output).not.toMatch(/no evidence|predicate-missing/);
  }
});
