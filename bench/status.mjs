// What runs where, over 300 stacks: one `waybill status --all`, as a whole process. npm run bench -- status
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
const { createRegistry, digestOf, OCI_MANIFEST } = room("registry");
const { generateKeyFile, openSigning } = room("signer");
const { decide, deploy, readHistory } = room("history");
const { loadPromotion, rulesFor } = room("promotion");
const { parsePinned } = room("image");
const { attest } = room("proof");
const execute = promisify(execFile);

const SERVICES = 100;
const ENVIRONMENTS = ["dev", "staging", "prod"];
const RUNS = 3;
const LIMIT_SECONDS = 10;
const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
const at = (name) => join(folder, name);
const environment = { ...process.env, HOME: folder, BENCH_PASSWORD: "bench" };
const HASH = `sha256:${"c".repeat(64)}`;

const tools = await ensureTools(["olareg"], console.log);
const olareg = await startRegistry();
const proxy = await startProxy(olareg.port);
try {
  await makeEstate();
  console.log(
    `${SERVICES * ENVIRONMENTS.length} stacks, ${SERVICES} of them with a newer digest before them\n`,
  );
  for (const delay of [0, 20]) await measure(delay);
} finally {
  olareg.child.kill();
  proxy.server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(delay) {
  proxy.delay = delay;
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    proxy.count = 0;
    const begun = performance.now();
    const { stdout } = await execute(
      process.execPath,
      [join(clone, "cli/bin/waybill.js"), "status", "--all", "--promotion", at("promotion.yaml")],
      { env: environment, maxBuffer: 16 * 1024 * 1024 },
    );
    times.push((performance.now() - begun) / 1000);
    const lines = stdout.trim().split("\n").length - 1;
    if (lines !== SERVICES * ENVIRONMENTS.length) throw new Error(`${lines} lines:\n${stdout}`);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(RUNS / 2)];
  const verdict = median < LIMIT_SECONDS ? "within" : "OVER";
  console.log(
    `status --all, ${delay} ms added to each request   ${median.toFixed(2)} s, ${verdict} the limit of ${LIMIT_SECONDS} s   requests ${proxy.count}`,
  );
  if (median >= LIMIT_SECONDS) process.exitCode = 1;
}

/** Each service went through all environments once, and its next image waits before prod. */
async function makeEstate() {
  const { privatePem, publicPem } = generateKeyFile("bench", ["127.0.0.1"]);
  writeFileSync(at("bench.key"), privatePem);
  const pem = publicPem.slice(publicPem.indexOf("-----BEGIN"));
  writeFileSync(at("promotion.yaml"), JSON.stringify(promotionFor(pem)));
  const config = { key: { file: at("bench.key"), password: { env: "BENCH_PASSWORD" } } };
  const signing = openSigning(config, `127.0.0.1:${proxy.port}`, environment);
  const desk = { registry: createRegistry(), promotion: loadPromotion(at("promotion.yaml")), signing };
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`);
  const work = names.values();
  const makeSome = async () => {
    for (const name of work) await makeService(desk, name);
  };
  await Promise.all(Array.from({ length: 8 }, makeSome));
  await desk.registry.close();
}

async function makeService(desk, service) {
  const [first, second] = [await build(desk, service, "first"), await build(desk, service, "second")];
  for (const place of ENVIRONMENTS) await deployTo(desk, service, place, first);
  for (const place of ["dev", "staging"]) await deployTo(desk, service, place, second);
}

async function deployTo({ registry, promotion, signing }, service, name, image) {
  const place = { service, environment: name, target: undefined };
  const { head } = await readHistory(registry, image.repository, place, promotion.trust, new Date());
  const writing = { trust: promotion.trust, now: () => new Date(), wait: () => Promise.resolve() };
  const words = { config: HASH, after: head?.id ?? null, by: "bench", change: null };
  const verdicts = [
    { gate: "order", pass: true, reason: "so it is", evidence: [], next: "", override: null },
  ];
  const policy = { policy: rulesFor(promotion, place).hash, policyFile: "promotion.yaml", verdicts };
  const basis = { digest: image.digest, ...policy, overrides: [], lapsesAfter: 3_600_000 };
  const decided =
    name === "dev"
      ? undefined
      : await decide(registry, image.repository, place, { ...words, ...basis }, signing, writing);
  const record = { kind: decided ? "promoted" : "built", image, manifests: HASH, settings: {}, secrets: {} };
  const decision = decided?.entry.id ?? null;
  await deploy(registry, image.repository, place, { ...words, ...record, decision }, signing, writing);
}

async function build({ registry, signing }, service, content) {
  const place = { registry: `127.0.0.1:${proxy.port}`, repository: `bench/${service}` };
  const config = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", config: { Labels: { content } } }),
  );
  const blob = { digest: digestOf(config), size: config.length };
  await registry.putBlob(place, blob, async function* () {
    yield config;
  });
  const mediaType = "application/vnd.oci.image.config.v1+json";
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: { mediaType, ...blob }, layers: [] };
  const { digest } = await registry.putManifest(place, { bytes: Buffer.from(JSON.stringify(manifest)) });
  const repository = `${place.registry}/${place.repository}`;
  const provenance = {
    buildDefinition: { buildType: "https://bench.example/v1", externalParameters: {} },
    runDetails: { builder: { id: "https://bench.example" } },
  };
  for (const [predicateType, predicate] of [
    ["https://sigstore.dev/cosign/sign/v1", {}],
    ["https://slsa.dev/provenance/v1", provenance],
  ]) {
    const image = parsePinned(`${repository}@${digest}`);
    await attest(registry, image, { predicateType, predicate }, signing, { now: new Date() });
  }
  const source = { source: null, run: "bench", base: null, inputs: {}, author: null, dirty: false };
  return {
    repository,
    digest,
    tag: content,
    commit: "d".repeat(40),
    created: "2026-01-01T00:00:00Z",
    ...source,
  };
}

function promotionFor(pem) {
  const say = ["signature", "provenance", "vsa", "deployment", "revocation"];
  const services = Array.from({ length: SERVICES }, (_, index) => [
    `s${index}`,
    { path: "service", repository: `127.0.0.1:${proxy.port}/bench/s${index}` },
  ]);
  return {
    version: 1,
    owner: "bench@example.com",
    nextReview: "2099-01-01",
    people: { alice: { signers: ["alice"], emails: ["alice@example.com"] } },
    groups: { approvers: ["alice"] },
    environments: [
      { name: "dev" },
      { name: "staging" },
      { name: "prod", gates: { approvals: { count: 1 } } },
    ],
    services: Object.fromEntries(services),
    trust: {
      signers: [
        { name: "bench", key: { pem }, may: [{ say, for: ENVIRONMENTS }] },
        { name: "alice", key: { pem }, may: [{ say: ["approval"], for: ["prod"] }] },
      ],
    },
  };
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

/** A line that may be slow, and counts. */
async function startProxy(target) {
  const made = { count: 0, delay: 0 };
  made.server = createServer((incoming, outgoing) => {
    made.count += 1;
    const forward = () => {
      const { method, url, headers } = incoming;
      const onward = request({ host: "127.0.0.1", port: target, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    };
    if (made.delay === 0) forward();
    else setTimeout(forward, made.delay);
  }).listen(0, "127.0.0.1");
  await once(made.server, "listening");
  made.port = made.server.address().port;
  return made;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
