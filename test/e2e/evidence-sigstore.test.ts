import { execFile, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { checkProvenance, requireEvidence, type Report, verifyEvidence } from "@waybill/core/evidence";
import { formatReference, parsePinned, type PinnedReference } from "@waybill/core/image";
import { attest, collectEvidence, prove } from "@waybill/core/proof";
import {
  anonymous,
  createRegistry,
  digestOf,
  OCI_EMPTY,
  OCI_MANIFEST,
  type Registry,
} from "@waybill/core/registry";
import { openSigning, type Signing } from "@waybill/core/signer";
import { parseTrust, type Trust } from "@waybill/core/trust";
import {
  createTrustedRoot,
  type PrivateSigstore,
  SERVICES,
  startPrivateSigstore,
} from "../core/signer/support/privateSigstore";
import { type RealRegistry, startOlareg } from "../support/registry/olareg";

/** The services and cosign stand on PATH, or in the folder that WAYBILL_SIGSTORE names. */
const PATH = [process.env["WAYBILL_SIGSTORE"] ?? "", process.env["PATH"] ?? ""].join(delimiter);
const missing = ["cosign", ...SERVICES].filter((name) => find(name) === "");
const withSigstore = missing.length === 0 ? describe : describe.skip;
if (missing.length > 0)
  console.warn(
    `not on PATH, nor where WAYBILL_SIGSTORE says: ${missing.join(", ")}; keyless signing is not run`,
  );

const SIGNATURE = "https://sigstore.dev/cosign/sign/v1";
const SLSA = "https://slsa.dev/provenance/v1";
const REPOSITORY = "https://ci.example/acme/shop";
const IDENTITY = `${REPOSITORY}/.ci/build.yml@refs/heads/main`;
const RUN = {
  sub: "run:7",
  repository: "acme/shop",
  ref: "refs/heads/main",
  sha: "1".repeat(40),
  event_name: "push",
};
const provenance = {
  buildDefinition: {
    buildType: "https://ci.example/build/v1",
    externalParameters: {
      source: { repository: REPOSITORY, ref: "refs/heads/main", commit: "1".repeat(40) },
    },
  },
  runDetails: { builder: { id: "https://ci.example/runner" } },
};
const TEN_YEARS = 10 * 365 * 24 * 3_600_000;

jest.setTimeout(120_000);

withSigstore("keyless signing with a private sigstore", () => {
  let sigstore: PrivateSigstore;
  let server: RealRegistry;
  let registry: Registry;
  let image: PinnedReference;
  let images = 0;
  let rootFile: string;

  const cosign = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(find("cosign"), args, { cwd: sigstore.folder, env: { PATH, HOME: sigstore.folder } });
  const signing = (claims: Readonly<Record<string, string>> = RUN): Signing =>
    openSigning(
      {
        keyless: { authority: sigstore.fulcio, token: { env: "TOKEN" } },
        log: { url: sigstore.log },
        timestamp: { url: sigstore.timestamp },
      },
      image.registry,
      { TOKEN: sigstore.token(claims) },
    );
  const trusting = (more: object = {}): Trust => {
    const may = [{ say: ["signature", "provenance"], for: ["dev"] }];
    const signer = { name: "ci", issuer: sigstore.issuer, identity: IDENTITY, root: "private", may, ...more };
    const roots = { private: { document: JSON.parse(readFileSync(rootFile, "utf8")) as object } };
    return parseTrust("trust.yaml", JSON.stringify({ version: 1, roots, signers: [signer] }), () => "");
  };
  const ask = (trust = trusting()): Promise<Report> =>
    prove(registry, image, { environment: "dev", now: new Date() }, trust);
  const verified = (): string[] => [
    ...["--certificate-identity", IDENTITY, "--certificate-oidc-issuer", sigstore.issuer],
    ...["--trusted-root", rootFile, "--insecure-ignore-sct", "--use-signed-timestamps"],
  ];

  beforeAll(async () => {
    sigstore = await startPrivateSigstore(find);
    rootFile = await createTrustedRoot(find("cosign"), sigstore);
    server = await startOlareg();
    registry = createRegistry({ credentials: anonymous });
  });
  afterAll(async () => {
    await registry.close();
    await server.close();
    await sigstore.close();
  });
  beforeEach(async () => {
    image = await pushImage(registry, server.host, `content ${++images}`);
  });

  test("what we sign for a workflow run, we and cosign verify", async () => {
    await attest(registry, image, { predicateType: SIGNATURE, predicate: {} }, signing(), {
      now: new Date(),
    });
    await attest(registry, image, { predicateType: SLSA, predicate: provenance }, signing(), {
      now: new Date(),
    });
    const report = await ask();
    expect(report.refused).toEqual([]);
    expect(requireEvidence(report, { predicate: "signature" }).ok).toBe(true);
    const built = requireEvidence(report, { predicate: "provenance" });
    if (!built.ok) throw built.error;
    const [claim] = built.claims;
    expect(claim).toMatchObject({ logged: true, signer: { issuer: sigstore.issuer, identity: IDENTITY } });
    expect(claim?.certificate).toMatchObject({
      sourceRepositoryUri: REPOSITORY,
      sourceRepositoryRef: "refs/heads/main",
      buildTrigger: "push",
    });
    const expected = {
      builders: ["https://ci.example/runner"],
      repositories: [REPOSITORY],
      branches: ["refs/heads/main"],
    };
    expect(claim && checkProvenance(claim, expected)).toEqual({});

    await cosign("verify", ...verified(), formatReference(image));
    await cosign("verify-attestation", ...verified(), "--type", "slsaprovenance1", formatReference(image));
  });

  test("what cosign signs for a workflow run, we verify", async () => {
    const service = (url: string, version: number): string =>
      `url=${url},api-version=${version},start-time=2020-01-01T00:00:00Z,operator=private`;
    const config = join(sigstore.folder, "signing-config.json");
    await cosign(
      ...["signing-config", "create", "--out", config, "--fulcio", service(sigstore.fulcio, 1)],
      ...[
        "--rekor",
        service(sigstore.log, 2),
        "--rekor-config",
        "ANY",
        "--tsa",
        service(sigstore.timestamp, 1),
        "--tsa-config",
        "ANY",
      ],
    );
    writeFileSync(join(sigstore.folder, "token"), sigstore.token(RUN));
    await cosign(
      ...["sign", "--yes", "--signing-config", config, "--trusted-root", rootFile],
      ...["--identity-token", join(sigstore.folder, "token"), formatReference(image)],
    );
    const report = await ask();
    expect(requireEvidence(report, { predicate: "signature" })).toMatchObject({
      ok: true,
      claims: [{ logged: true }],
    });
  });

  test("a run of another repository or branch is somebody else", async () => {
    for (const claims of [
      { ...RUN, repository: "mallory/shop" },
      { ...RUN, ref: "refs/heads/feature" },
    ]) {
      await attest(registry, image, { predicateType: SIGNATURE, predicate: {} }, signing(claims), {
        now: new Date(),
      });
    }
    const { claims, refused } = await ask();
    expect([claims, refused.map(({ error }) => error.code)]).toEqual([
      [],
      ["identity-mismatch", "identity-mismatch"],
    ]);
  });

  test("the certificate must say the rest that the policy asks for", async () => {
    await attest(registry, image, { predicateType: SIGNATURE, predicate: {} }, signing(), {
      now: new Date(),
    });
    expect(
      (await ask(trusting({ certificate: { buildTrigger: "push", sourceRepositoryUri: REPOSITORY } })))
        .claims,
    ).toHaveLength(1);
    expect((await ask(trusting({ certificate: { buildTrigger: "schedule" } }))).claims).toEqual([]);
  });

  test("ten years later, and with every service gone, it verifies still", async () => {
    await attest(registry, image, { predicateType: SIGNATURE, predicate: {} }, signing(), {
      now: new Date(),
    });
    const pieces = await collectEvidence(registry, image);
    const later = {
      digest: image.digest,
      registry: image.registry,
      environment: "dev",
      now: new Date(Date.now() + TEN_YEARS),
    };
    const report = verifyEvidence(later, pieces, trusting());
    expect(requireEvidence(report, { predicate: "signature" }).ok).toBe(true);
    expect(requireEvidence(report, { predicate: "signature", maxAge: 1000 })).toMatchObject({
      refused: [{ error: { code: "stale" } }],
    });
    // The time is the timestamp authority's, and not the log's or anybody's clock.
    const cutOff = trusting({ compromised: new Date(Date.now() + 60_000).toISOString() });
    expect(verifyEvidence(later, pieces, cutOff).claims).toHaveLength(1);
    expect(
      verifyEvidence(later, pieces, trusting({ compromised: "2020-01-01T00:00:00Z" })).refused[0]?.error.code,
    ).toBe("signer-compromised");
  });

  test("a token that the authority does not take makes no evidence", async () => {
    const [head, body, signature = ""] = sigstore.token(RUN).split(".");
    const forged = `${head ?? ""}.${body ?? ""}.${signature.replace(/^./, (first) => (first === "A" ? "B" : "A"))}`;
    const refused = openSigning(
      { keyless: { authority: sigstore.fulcio, token: { env: "TOKEN" } } },
      image.registry,
      { TOKEN: forged },
    );
    const signed = attest(registry, image, { predicateType: SIGNATURE, predicate: {} }, refused, {
      now: new Date(),
    });
    await expect(signed).rejects.toMatchObject({ code: "authority-failed" });
    expect(await collectEvidence(registry, image)).toEqual([]);
  });
});

function find(program: string): string {
  return spawnSync("sh", ["-c", `command -v ${program}`], { env: { PATH }, encoding: "utf8" }).stdout.trim();
}

/** An image of one layer, as a build pushes it. */
async function pushImage(registry: Registry, host: string, content: string): Promise<PinnedReference> {
  const place = { registry: host, repository: "team/app" };
  const [config, layer] = [Buffer.from("{}"), Buffer.from(content)].map((bytes) => ({
    bytes,
    digest: digestOf(bytes),
    size: bytes.length,
  }));
  for (const blob of [config, layer]) if (blob) await registry.putBlob(place, blob, () => once(blob.bytes));
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_EMPTY, digest: config?.digest, size: config?.size },
    layers: [
      { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: layer?.digest, size: layer?.size },
    ],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await registry.putManifest(place, { mediaType: OCI_MANIFEST, bytes });
  return parsePinned(`${host}/team/app@${digestOf(bytes)}`);
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
