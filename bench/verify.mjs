// Verifying, against cosign and against @sigstore/verify, in one run: medians and ratios. npm run bench
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const clone = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const load = createRequire(join(clone, "core/package.json"));
const room = (name) => load(join(clone, "core/dist", name, "index.js"));
const { ensureTools } = load(join(clone, "tools/dist/index.js"));
const [{ createRegistry, digestOf, OCI_MANIFEST }, { parsePinned }, { attest, prove, unproven }] = [
  "registry",
  "image",
  "proof",
].map(room);
const [{ generateKeyFile, openSigning, signStatement }, { parsePublicKey }] = ["signer", "trust"].map(room);
const { verifyBundle, writeStatement } = room("evidence");
const execute = promisify(execFile);

const IMAGES = 100;
const RUNS = 5;
const DELAY_MS = 20;
const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
const at = (name) => join(folder, name);
const tools = await ensureTools(["olareg", "cosign"], console.log);
const environment = { ...process.env, HOME: folder, BENCH_PASSWORD: "bench", COSIGN_PASSWORD: "bench" };

if (process.argv[2] === "prove") await proveAll(process.argv.slice(3));
else await bench();

async function bench() {
  const registry = await startRegistry();
  const proxy = await startProxy(registry.port);
  try {
    const { privatePem, publicPem } = generateKeyFile("bench", ["127.0.0.1"]);
    writeFileSync(at("bench.key"), privatePem);
    writeFileSync(at("bench.pub"), publicPem.slice(publicPem.indexOf("-----BEGIN")));
    writeFileSync(at("trust.yaml"), trustFor(publicPem));
    const digests = await fill(registry.port);
    const images = digests.map((digest) => `127.0.0.1:${proxy.port}/bench@${digest}`);
    console.log(
      `signature and provenance of each image, ${DELAY_MS} ms added to each request; medians of ${RUNS}\n`,
    );
    await oneImage(images[0], proxy);
    await manyImages(images);
    await inProcess(privatePem, publicPem);
  } finally {
    registry.child.kill();
    proxy.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function cosign(image) {
  const trusting = ["--key", at("bench.pub"), "--insecure-ignore-tlog", image];
  return [["verify"], ["verify-attestation", "--type", "slsaprovenance1"]].map((command) => [
    ...command,
    ...trusting,
  ]);
}

async function oneImage(image, proxy) {
  const waybill = [
    join(clone, "cli/bin/waybill.js"),
    "verify",
    image,
    "--trust",
    at("trust.yaml"),
    "--environment",
    "prod",
  ];
  const asks = ["--predicate-type", "signature", "--predicate-type", "provenance"];
  const ours = () => execute(process.execPath, [...waybill, ...asks], { env: environment });
  const theirs = async () => {
    for (const args of cosign(image)) await execute(tools.get("cosign"), args, { env: environment });
  };
  const [mine, other] = await pairs(ours, theirs);
  proxy.count = 0;
  await ours();
  const requests = proxy.count;
  proxy.count = 0;
  await theirs();
  report("1 image, whole process", mine, other, "s", `requests ${requests} / ${proxy.count}`);
}

async function manyImages(images) {
  const ours = () =>
    execute(process.execPath, [fileURLToPath(import.meta.url), "prove", at("trust.yaml"), ...images], {
      env: environment,
    });
  const theirs = async () => {
    const work = images.flatMap(cosign);
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let args = work.shift(); args; args = work.shift())
          await execute(tools.get("cosign"), args, { env: environment });
      }),
    );
  };
  const [mine, other] = await pairs(ours, theirs, 3);
  report(`${images.length} images, one process / 8 processes`, mine, other, "s");
}

async function proveAll([trustFile, ...images]) {
  const trust = room("trust").loadTrust(trustFile);
  const registry = createRegistry();
  const now = new Date();
  const refusals = await Promise.all(
    images.map(async (text) => {
      const image = parsePinned(text);
      const demand = { environment: "prod", now };
      return unproven(await prove(registry, image, demand, trust), image, demand);
    }),
  );
  await registry.close();
  const refused = refusals.filter((refusal) => refusal !== undefined);
  if (refused.length > 0) throw new Error(refused[0]);
}

/** One bundle, again and again, from its bytes on; the library keeps its keys as its own key finder does. */
async function inProcess(privatePem, publicPem) {
  const signing = openSigning(
    { key: { file: at("bench.key"), password: { env: "BENCH_PASSWORD" } } },
    "127.0.0.1:1",
    environment,
  );
  const digest = `sha256:${"a".repeat(64)}`;
  const bytes = await signStatement(
    writeStatement(digest, "https://sigstore.dev/cosign/sign/v1", {}),
    signing,
  );
  const key = parsePublicKey("bench.pub", publicPem);
  const { Verifier, toSignedEntity, toTrustMaterial } = load("@sigstore/verify");
  const { bundleFromJSON } = load("@sigstore/bundle");
  const material = toTrustMaterial(emptyRoot(load), () => ({ publicKey: key.key, validFor: () => true }));
  const verifier = new Verifier(material, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 });
  const question = {
    artifact: { digest },
    signer: { key },
    root: undefined,
    predicate: undefined,
    now: new Date(),
  };
  const ours = () => repeat(() => verifyBundle("bundle", bytes, question));
  const theirs = () =>
    repeat(() => verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bytes.toString())))));
  const [mine, other] = await pairs(ours, theirs);
  report("1,000 bundles with a key, in one process", mine, other, "s", "against @sigstore/verify");
}

function emptyRoot(load) {
  const { TrustedRoot } = load("@sigstore/protobuf-specs");
  return TrustedRoot.fromJSON({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [],
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
  });
}

function repeat(work) {
  for (let count = 0; count < 1000; count++) work();
  return Promise.resolve();
}

/** A, B, A, B…: whatever else the machine does hits both. */
async function pairs(ours, theirs, runs = RUNS) {
  const times = [[], []];
  for (let run = 0; run <= runs; run++) {
    for (const [index, work] of [ours, theirs].entries()) {
      const begun = performance.now();
      await work();
      // The first pair warms both up.
      if (run > 0) times[index].push((performance.now() - begun) / 1000);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]);
}

function report(what, mine, other, unit, more = "") {
  const name = more.startsWith("against") ? more.slice(8) : "cosign";
  const extra = more.startsWith("against") ? "" : more;
  console.log(
    `${what.padEnd(45)} waybill ${mine.toFixed(3)} ${unit}   ${name} ${other.toFixed(3)} ${unit}   ratio ${(mine / other).toFixed(2)}   ${extra}`,
  );
}

function trustFor(pem) {
  return JSON.stringify({
    version: 1,
    signers: [{ name: "bench", key: { pem }, may: [{ say: ["signature", "provenance"], for: ["prod"] }] }],
  });
}

async function fill(port) {
  const registry = createRegistry();
  const place = { registry: `127.0.0.1:${port}`, repository: "bench" };
  const provenance = {
    buildDefinition: { buildType: "https://bench.example/v1", externalParameters: {} },
    runDetails: { builder: { id: "https://bench.example" } },
  };
  const digests = [];
  for (let number = 0; number < IMAGES; number++) {
    const config = Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { Labels: { number: String(number) } },
        rootfs: { type: "layers", diff_ids: [] },
      }),
    );
    const blob = { digest: digestOf(config), size: config.length };
    await registry.putBlob(place, blob, async function* () {
      yield config;
    });
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: { mediaType: "application/vnd.oci.image.config.v1+json", ...blob },
        layers: [],
      }),
    );
    const { digest } = await registry.putManifest(place, { bytes });
    const image = parsePinned(`${place.registry}/bench@${digest}`);
    const signing = openSigning(
      { key: { file: at("bench.key"), password: { env: "BENCH_PASSWORD" } } },
      place.registry,
      environment,
    );
    for (const [predicateType, predicate] of [
      ["https://sigstore.dev/cosign/sign/v1", {}],
      ["https://slsa.dev/provenance/v1", provenance],
    ]) {
      await attest(registry, image, { predicateType, predicate }, signing, { now: new Date() });
    }
    digests.push(digest);
  }
  await registry.close();
  return digests;
}

async function startRegistry() {
  const port = await freePort();
  const child = spawn(
    tools.get("olareg"),
    ["serve", "--addr", "127.0.0.1", "--port", String(port), "--store-type", "mem"],
    { stdio: "ignore" },
  );
  for (let tries = 0; ; tries++) {
    const up = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return { port, child };
    if (tries === 100) throw new Error("the registry does not answer");
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** A slow line: each request waits before it goes on, and is counted. */
async function startProxy(target) {
  const proxy = { count: 0 };
  proxy.server = createServer((incoming, outgoing) => {
    proxy.count += 1;
    setTimeout(() => {
      const { method, url, headers } = incoming;
      const onward = request({ host: "127.0.0.1", port: target, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    }, DELAY_MS);
  }).listen(0, "127.0.0.1");
  await once(proxy.server, "listening");
  proxy.port = proxy.server.address().port;
  return proxy;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
