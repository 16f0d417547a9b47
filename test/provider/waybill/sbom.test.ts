import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectEvidence } from "@waybill/core/proof";
import { parseBundle, parseStatement } from "@waybill/core/evidence";
import { decodeValues, type Values } from "@waybill/provider";
import { closeAll } from "../../support/registry";
import { type Scan, type Syft, syftOnPath } from "../../../provider/src/waybill/syft";
import { rejection } from "../served";
import { folder, served, signer } from "./support";

afterEach(closeAll);

const never = new AbortController().signal;

/** Documents as syft writes them, each another one. */
function fakeSyft(): { syft: Syft; scans: Scan[] } {
  const scans: Scan[] = [];
  const syft: Syft = (scan) => {
    scans.push(scan);
    const spdx = {
      spdxVersion: "SPDX-2.3",
      SPDXID: "SPDXRef-DOCUMENT",
      name: scan.name,
      documentNamespace: `https://example.com/${scans.length}`,
      creationInfo: { created: "2026-06-01T12:00:00Z", creators: ["Tool: syft"] },
    };
    const cyclonedx = {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { name: scan.name } },
    };
    return Promise.resolve(scan.format === "spdx-json" ? spdx : cyclonedx);
  };
  return { syft, scans };
}

const inputs = (image: string, more: Values = {}): Values => ({ image, signer, ...more });

test.each([
  [{}, "https://spdx.dev/Document"],
  [{ format: "cyclonedx-json" }, "https://cyclonedx.org/bom"],
])("the image is scanned by its digest, and the document is signed and attached: %j", async (more, type) => {
  const { syft, scans } = fakeSyft();
  const all = await served("Sbom", { syft });
  await all.create(inputs(all.name, more));
  expect(scans).toMatchObject([{ image: all.name, name: `${all.image.registry}/team/app` }]);
  const [piece] = await collectEvidence(all.registry, all.image);
  const { content } = parseBundle("test", piece?.bytes ?? Buffer.alloc(0));
  const payload = "payload" in content ? content.payload : Buffer.alloc(0);
  expect(parseStatement("test", payload).predicateType).toBe(type);
});

test("a create that is repeated does not scan again; another platform does", async () => {
  const { syft, scans } = fakeSyft();
  const all = await served("Sbom", { syft });
  const first = decodeValues((await all.create(inputs(all.name))).getProperties());
  const again = decodeValues((await all.create(inputs(all.name))).getProperties());
  expect(again).toEqual(first);
  expect(scans).toHaveLength(1);
  await all.create(inputs(all.name, { platform: "linux/arm64" }));
  expect(scans[1]).toMatchObject({
    platform: "linux/arm64",
    name: `${all.image.registry}/team/app (linux/arm64)`,
  });
  expect(await collectEvidence(all.registry, all.image)).toHaveLength(2);
});

test("a document that is none is never signed", async () => {
  const all = await served("Sbom", { syft: () => Promise.resolve({ spdxVersion: "SPDX-2.3" }) });
  expect((await rejection(all.create(inputs(all.name)))).message).toMatch(/predicate as https:\/\/spdx.dev/);
  expect(all.manifests.size).toBe(1);
});

test("an unknown format is refused in preview", async () => {
  const all = await served("Sbom");
  const [failure] = (await all.check(inputs(all.name, { format: "xml" }))).getFailuresList();
  expect(failure?.getReason()).toBe("expected spdx-json or cyclonedx-json, found xml");
});

describe("syft on PATH", () => {
  const scan: Scan = {
    image: "127.0.0.1:5000/a@sha256:b",
    name: "a",
    format: "spdx-json",
    platform: undefined,
  };
  const bin = join(folder, "bin");

  /** A program called syft that writes down how it was called. */
  function install(ending: string): Syft {
    mkdirSync(bin, { recursive: true });
    const file = join(bin, "syft");
    writeFileSync(
      file,
      `#!/bin/sh\necho "$*|$SYFT_REGISTRY_INSECURE_USE_HTTP" >> ${folder}/calls\n${ending}\n`,
    );
    chmodSync(file, 0o755);
    return syftOnPath({ PATH: bin });
  }

  test("is called with the digest, over plain HTTP on this machine only", async () => {
    const syft = install("echo '{\"ok\":true}'");
    expect(await syft(scan, never)).toEqual({ ok: true });
    await syft({ ...scan, image: "registry.example/a@sha256:b", platform: "linux/arm64" }, never);
    expect(readFileSync(join(folder, "calls"), "utf8").trim().split("\n")).toEqual([
      "scan registry:127.0.0.1:5000/a@sha256:b --output spdx-json --source-name a --quiet|true",
      "scan registry:registry.example/a@sha256:b --output spdx-json --source-name a --quiet --platform linux/arm64|",
    ]);
  });

  test("that fails is quoted", async () => {
    await expect(install("echo no such image >&2; exit 1")(scan, never)).rejects.toThrow(/no such image/);
    await expect(install("echo nonsense")(scan, never)).rejects.toThrow(/no JSON/);
  });

  test("that is missing is named, with the way to get it", async () => {
    await expect(syftOnPath({ PATH: join(folder, "empty") })(scan, never)).rejects.toThrow(
      /expected syft on PATH, found none\. Install it: https:/,
    );
  });
});
