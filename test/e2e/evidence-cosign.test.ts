import { execFile, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { requireEvidence, type Report, verifyBundle, writeStatement } from "@waybill/core/evidence";
import { formatReference, parsePinned, type PinnedReference } from "@waybill/core/image";
import { attest, prove } from "@waybill/core/proof";
import {
  anonymous,
  createRegistry,
  digestOf,
  OCI_EMPTY,
  OCI_MANIFEST,
  type Registry,
} from "@waybill/core/registry";
import { generateKeyFile, openSigning, type Signing, signStatement } from "@waybill/core/signer";
import { parsePublicKey, parseTrust, parseTrustRoot, type Trust } from "@waybill/core/trust";
import { type RealRegistry, startOlareg } from "../support/registry/olareg";

/** cosign 3 stands on PATH, or where WAYBILL_COSIGN says. */
const COSIGN = process.env["WAYBILL_COSIGN"] ?? "cosign";
const isThere = String(spawnSync(COSIGN, ["version"]).stdout).includes("v3.");
const withCosign = isThere ? describe : describe.skip;

const PASSWORD = "correct horse";
const folder = mkdtempSync(join(tmpdir(), "cosign-"));
const at = (name: string): string => join(folder, name);
const provenance = {
  buildDefinition: { buildType: "https://ci.example/build/v1", externalParameters: {} },
  runDetails: { builder: { id: "https://ci.example/runner" } },
};
const SIGNATURE = "https://sigstore.dev/cosign/sign/v1";
const SLSA = "https://slsa.dev/provenance/v1";
/** cosign looks for its caches and settings in the home folder. */
const environment = { PATH: process.env["PATH"], HOME: folder, COSIGN_PASSWORD: PASSWORD };

/** As small as a plug-in for sigstore's protocol can be. */
const KEY_SERVICE = `#!${process.execPath}
const { createPrivateKey, createPublicKey, sign } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { methodName, initOptions } = JSON.parse(process.argv[3]);
const key = createPrivateKey(readFileSync(${JSON.stringify(folder)} + "/" + initOptions.keyResourceID));
const answers = {
  publicKey: () => ({ publicKeyPEM: Buffer.from(createPublicKey(key).export({ type: "spki", format: "pem" })).toString("base64") }),
  signMessage: () => ({ signature: sign("sha256", readFileSync(0), key).toString("base64") }),
};
process.stdout.write(JSON.stringify({ [methodName]: answers[methodName]() }));
`;

function cosign(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(COSIGN, args, { cwd: folder, env: environment });
}

function trusting(pem: string): Trust {
  const may = [{ say: ["signature", "provenance"], for: ["dev"] }];
  return parseTrust(
    "trust.yaml",
    JSON.stringify({ version: 1, signers: [{ name: "key", key: { pem }, may }] }),
    () => "",
  );
}

function signingWith(file: string): Signing {
  const password = { env: "COSIGN_PASSWORD" };
  return openSigning({ key: { file: at(file), password } }, "127.0.0.1:5000", { COSIGN_PASSWORD: PASSWORD });
}

if (!isThere)
  console.warn("cosign 3 is neither on PATH nor where WAYBILL_COSIGN says: what it accepts is not run");

withCosign("cosign and we accept each other", () => {
  const key = generateKeyFile(PASSWORD, ["127.0.0.1"]);

  beforeAll(async () => {
    writeFileSync(at("ours.key"), key.privatePem);
    writeFileSync(at("ours.pub"), key.publicPem);
    // Without a transparency log; cosign would ask the public one.
    await cosign("signing-config", "create", "--out", at("no-services.json"));
    await cosign("generate-key-pair", "--output-key-prefix", "theirs");
  });

  describe.each([
    ["with the referrers API", []],
    ["without it, by the fallback tag", ["--api-referrer=false"]],
  ])("in a registry %s", (_, options) => {
    let server: RealRegistry;
    let registry: Registry;
    let image: PinnedReference;
    let images = 0;
    const ask = async (trust: Trust): Promise<Report> =>
      prove(registry, image, { environment: "dev", now: new Date() }, trust);
    const name = (): string => formatReference(image);

    beforeAll(async () => {
      server = await startOlareg(options);
      registry = createRegistry({ credentials: anonymous });
    });
    afterAll(async () => {
      await registry.close();
      await server.close();
    });
    beforeEach(async () => {
      image = await pushImage(registry, server.host, `content ${++images}`);
    });

    test("cosign verifies our signature and our provenance", async () => {
      const now = { now: new Date() };
      await attest(
        registry,
        image,
        { predicateType: SIGNATURE, predicate: {} },
        signingWith("ours.key"),
        now,
      );
      await attest(
        registry,
        image,
        { predicateType: SLSA, predicate: provenance },
        signingWith("ours.key"),
        now,
      );
      const key = ["--key", at("ours.pub"), "--insecure-ignore-tlog"];
      await cosign("verify", ...key, name());
      const { stdout } = await cosign("verify-attestation", ...key, "--type", "slsaprovenance1", name());
      expect(stdout).toContain("payload");
    });

    test("cosign finds nothing of ours where nothing is", async () => {
      await expect(
        cosign("verify", "--key", at("ours.pub"), "--insecure-ignore-tlog", name()),
      ).rejects.toThrow("no");
    });

    test("we verify cosign's signature and attestation, and never take one for the other", async () => {
      writeFileSync(at("provenance.json"), JSON.stringify(provenance));
      const common = ["--key", at("theirs.key"), "--signing-config", at("no-services.json"), "--yes"];
      const trust = trusting(readFileSync(at("theirs.pub"), "utf8"));

      await cosign(
        "attest",
        ...common,
        "--type",
        "slsaprovenance1",
        "--predicate",
        at("provenance.json"),
        name(),
      );
      const attested = await ask(trust);
      expect(requireEvidence(attested, { predicate: "provenance" }).ok).toBe(true);
      expect(requireEvidence(attested, { predicate: "signature" })).toMatchObject({
        error: { code: "predicate-missing" },
      });
      // cosign does take the attestation for a signature.
      await cosign("verify", "--key", at("theirs.pub"), "--insecure-ignore-tlog", name());

      await cosign("sign", ...common, name());
      expect(requireEvidence(await ask(trust), { predicate: "signature" }).ok).toBe(true);
      expect(requireEvidence(await ask(trusting(key.publicPem)), { predicate: "signature" }).ok).toBe(false);
    });

    test("a predicate that cosign lets through is refused here", async () => {
      writeFileSync(at("empty.json"), "{}");
      const common = ["--key", at("theirs.key"), "--signing-config", at("no-services.json"), "--yes"];
      await cosign("attest", ...common, "--type", "slsaprovenance1", "--predicate", at("empty.json"), name());
      await cosign(
        "verify-attestation",
        "--key",
        at("theirs.pub"),
        "--insecure-ignore-tlog",
        "--type",
        "slsaprovenance1",
        name(),
      );
      const { refused } = await ask(trusting(readFileSync(at("theirs.pub"), "utf8")));
      expect(refused.map(({ error }) => error.code)).toEqual(["predicate-invalid"]);
    });
  });

  test("cosign signs with our key file, and we with cosign's", async () => {
    writeFileSync(at("file"), "a file");
    const bundle = at("file.sigstore.json");
    await cosign(
      "sign-blob",
      "--key",
      at("ours.key"),
      "--signing-config",
      at("no-services.json"),
      "--yes",
      "--bundle",
      bundle,
      at("file"),
    );
    const question = {
      artifact: { digest: digestOf(Buffer.from("a file")) },
      signer: { key: parsePublicKey("ours", key.publicPem) },
      root: parseTrustRoot("none", {
        mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      }),
      predicate: undefined,
      now: new Date(),
    };
    expect(verifyBundle(bundle, readFileSync(bundle), question).signer.identity).toBe(
      question.signer.key.fingerprint,
    );

    const statement = writeStatement(question.artifact.digest, SLSA, provenance);
    writeFileSync(at("statement.sigstore.json"), await signStatement(statement, signingWith("theirs.key")));
    const ours = [
      "--bundle",
      at("statement.sigstore.json"),
      "--key",
      at("theirs.pub"),
      "--insecure-ignore-tlog",
    ];
    await cosign("verify-blob-attestation", ...ours, "--type", "slsaprovenance1", at("file"));
    writeFileSync(at("other"), "another file");
    await expect(
      cosign("verify-blob-attestation", ...ours, "--type", "slsaprovenance1", at("other")),
    ).rejects.toThrow();
  });

  test("one program of a key service signs for cosign and for us", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(at("service.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(at("service.pub"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(at("sigstore-kms-bench"), KEY_SERVICE, { mode: 0o755 });
    const PATH = `${folder}${delimiter}${process.env["PATH"] ?? ""}`;
    writeFileSync(at("served"), "served");
    const bundle = at("served.sigstore.json");
    const options = ["--signing-config", at("no-services.json"), "--yes", "--bundle", bundle];
    await promisify(execFile)(
      COSIGN,
      ["sign-blob", "--key", "bench://service.pem", ...options, at("served")],
      {
        cwd: folder,
        env: { ...environment, PATH },
      },
    );
    await cosign(
      "verify-blob",
      "--key",
      at("service.pub"),
      "--insecure-ignore-tlog",
      "--bundle",
      bundle,
      at("served"),
    );

    const statement = writeStatement(digestOf(Buffer.from("served")), SLSA, provenance);
    const signing = openSigning({ kms: "bench://service.pem" }, undefined, { PATH });
    writeFileSync(bundle, await signStatement(statement, signing));
    const ours = ["--bundle", bundle, "--key", at("service.pub"), "--insecure-ignore-tlog"];
    await cosign("verify-blob-attestation", ...ours, "--type", "slsaprovenance1", at("served"));
  });
});

/** An image of one layer, as a build pushes it. */
async function pushImage(registry: Registry, host: string, content: string): Promise<PinnedReference> {
  const place = { registry: host, repository: "team/app" };
  const blobs = [Buffer.from("{}"), Buffer.from(content)].map((bytes) => ({
    bytes,
    digest: digestOf(bytes),
    size: bytes.length,
  }));
  for (const { bytes, digest, size } of blobs)
    await registry.putBlob(place, { digest, size }, () => once(bytes));
  const [config, layer] = blobs.map(({ digest, size }) => ({ digest, size }));
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { ...config, mediaType: OCI_EMPTY },
    layers: [{ ...layer, mediaType: "application/vnd.oci.image.layer.v1.tar" }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await registry.putManifest(place, { mediaType: OCI_MANIFEST, bytes });
  return parsePinned(`${host}/team/app@${digestOf(bytes)}`);
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
