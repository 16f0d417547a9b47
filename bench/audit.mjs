// Auditing generated manifests, against conftest in the same run: medians, ratios and peak memory. npm run bench -- audit
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const clone = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { cacheRoot } = createRequire(join(clone, "tools/package.json"))(join(clone, "tools/dist/index.js"));
const CONFTEST = "0.71.0";
const RUNS = 5;
const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));

const POLICY = `package main

import rego.v1

images contains container.image if some container in input.spec.template.spec.containers

images contains container.image if some container in input.spec.template.spec.initContainers

deny contains message if {
	some image in images
	not contains(image, "@sha256:")
	message := sprintf("%s is not pinned", [image])
}
`;

if (process.argv[2] === "parse") parseAll(process.argv[3]);
else await bench();

async function bench() {
  try {
    const peer = findPeer();
    console.log(
      `3 images in each manifest, one in ten by its tag; medians of ${RUNS}, peak memory; against ${peer.name}\n`,
    );
    for (const count of [1_000, 10_000]) await measure(count, peer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A, B, A, B…: whatever else the machine does hits both. */
async function measure(count, peer) {
  const place = generate(count);
  const ours = [process.execPath, join(clone, "cli/bin/waybill.js"), "audit", place, "--json"];
  const sides = [ours, peer.command(place)].map((argv) => ({ argv, times: [], memory: 0 }));
  for (let round = 0; round <= RUNS; round++) {
    for (const side of sides) {
      const { seconds, memory } = await run(side.argv);
      // The first round warms both up.
      if (round > 0) side.times.push(seconds);
      side.memory = Math.max(side.memory, memory);
    }
  }
  const [mine, other] = sides.map(({ times }) => times.sort((one, two) => one - two)[Math.floor(RUNS / 2)]);
  const [own, its] = sides.map(({ memory }) => `${Math.round(memory / 1024)} MiB`);
  console.log(
    `${`${count} manifests`.padEnd(20)} waybill ${mine.toFixed(2)} s ${own}   ${peer.name} ${other.toFixed(2)} s ${its}   ratio ${(mine / other).toFixed(2)}`,
  );
}

async function run([program, ...args]) {
  const begun = performance.now();
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  let memory = 0;
  const watch = setInterval(() => (memory = Math.max(memory, peakOf(child.pid))), 20);
  const [code] = await once(child, "close");
  clearInterval(watch);
  // Both answer 1 where there are findings.
  if (code !== 1) throw new Error(`${program} ended with ${code}`);
  return { seconds: (performance.now() - begun) / 1000, memory };
}

/** In KiB; 0 where the system does not tell. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** conftest, from PATH or built once; where it cannot be had, parsing alone. */
function findPeer() {
  const conftest = which("conftest") ?? build();
  if (conftest === undefined) {
    const command = (place) => [process.execPath, fileURLToPath(import.meta.url), "parse", place];
    return { name: "a plain YAML parser (no conftest, and no Go to build one)", command };
  }
  writeFileSync(join(folder, "pinned.rego"), POLICY);
  const command = (place) => [
    conftest,
    "test",
    "--policy",
    join(folder, "pinned.rego"),
    "--output",
    "json",
    place,
  ];
  return { name: "conftest", command };
}

function build() {
  const home = join(cacheRoot(process.env), "bench", `conftest-${CONFTEST}`);
  const built = join(home, "conftest");
  if (existsSync(built)) return built;
  const go = which("go", "/usr/local/go/bin", "/usr/lib/go-1.26/bin");
  if (go === undefined) return undefined;
  console.log(`building conftest ${CONFTEST}, once`);
  mkdirSync(home, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: home, GOFLAGS: "-trimpath" };
    execFileSync(go, ["install", `github.com/open-policy-agent/conftest@v${CONFTEST}`], {
      env,
      stdio: "inherit",
    });
    return built;
  } catch (error) {
    console.log(`it cannot be built here: ${error.message}`);
    return undefined;
  }
}

function which(program, ...more) {
  const places = [...(process.env.PATH ?? "").split(delimiter), ...more];
  return places.map((place) => join(place, program)).find((file) => existsSync(file));
}

function parseAll(place) {
  const { parseAllDocuments } = createRequire(join(clone, "core/package.json"))("yaml");
  let tags = 0;
  for (let number = 0; existsSync(join(place, `app-${number}.yaml`)); number++)
    for (const document of parseAllDocuments(readFileSync(join(place, `app-${number}.yaml`), "utf8"))) {
      const { containers, initContainers } = document.toJS().spec.template.spec;
      tags += [...containers, ...initContainers].filter(({ image }) => !image.includes("@sha256:")).length;
    }
  process.exitCode = tags > 0 ? 1 : 0;
}

function generate(count) {
  const place = join(folder, String(count));
  mkdirSync(place);
  for (let number = 0; number < count; number++)
    writeFileSync(join(place, `app-${number}.yaml`), manifest(number));
  return place;
}

function manifest(number) {
  const image = (name, index) => {
    const which = number * 3 + index;
    const by = which % 10 === 0 ? `:1.${which % 50}` : `@sha256:${which.toString(16).padStart(64, "0")}`;
    return `registry.example/team/${name}${by}`;
  };
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${number}
  namespace: team-${number % 40}
  labels:
    app.kubernetes.io/name: app-${number}
spec:
  replicas: ${1 + (number % 5)}
  selector:
    matchLabels:
      app.kubernetes.io/name: app-${number}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-${number}
    spec:
      initContainers:
        - name: migrate
          image: ${image("migrate", 0)}
      containers:
        - name: app
          image: ${image("app", 1)}
          ports:
            - containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests: { cpu: 100m, memory: 64Mi }
            limits: { memory: 128Mi }
          readinessProbe:
            httpGet: { path: /ready, port: 8080 }
        - name: proxy
          image: ${image("proxy", 2)}
          args: ["--listen=:9090", "--upstream=http://127.0.0.1:8080"]
`;
}
