import { mkdirSync, writeFileSync } from "node:fs";
import { CLONE, COMPILED } from "./clone";
import { removeAll } from "./down";
import { linkPrograms } from "./env";
import { SandboxError } from "./error";
import { assertAbleToHost, assertNetworkFree, assertPortFree } from "./host/preflight";
import { ensureBaseImages, nodeImage, pauseImage } from "./images/base-images";
import { withLock } from "./lock";
import { buildkitPart } from "./parts/buildkit";
import { clusterPart, hostKubeconfig } from "./parts/cluster";
import { ensurePart, mainProcess, type Part } from "./parts/part";
import { registryPart } from "./parts/registry";
import { timestampPart } from "./parts/timestamp";
import { type Place, placeOf, type SandboxOptions } from "./place";
import { findPrograms, type Programs, type Report } from "./programs";
import { BUILDER, writeDockerConfig } from "./pulumi/docker-config";
import { ensurePlugins, type Plugins } from "./pulumi/plugins";
import { writeStandInCluster } from "./pulumi/stand-in";
import { assertOwner, readRecord, type SandboxRecord, writeRecord } from "./record";
import { writeSigningFiles } from "./signing";

export interface UpOptions extends SandboxOptions {
  /** Use the stand-in for the Kubernetes plugin even where the official one can be had. */
  readonly standIn?: boolean;
}

/** Starts what is missing and waits until all of it answers. Leaves alone what runs. */
export async function up(options: UpOptions, report: Report = () => undefined): Promise<SandboxRecord> {
  await assertAbleToHost();
  const place = placeOf(options);
  assertOwner(place, CLONE);
  await assertAddressesFree(place);
  return withLock(place.lock, "up", async () => {
    assertOwner(place, CLONE);
    const before = readRecord(place);
    // Processes without a record have lost their folder, and their data with it.
    if (before === undefined) await removeAll(place);
    try {
      return await bringUp(place, before, options, report);
    } catch (error) {
      // What cannot be set up at all leaves nothing behind; a part that failed leaves its logs.
      if (before === undefined && !isPartFailure(error)) await removeAll(place);
      throw error;
    }
  });
}

const isPartFailure = (error: unknown) => error instanceof SandboxError && error.code === "part-failed";

async function assertAddressesFree(place: Place): Promise<void> {
  const { port, timestampPort } = place;
  if (mainProcess(place, "cluster") === undefined) await assertNetworkFree(place);
  if (mainProcess(place, "registry") === undefined) await assertPortFree("registry", port, port);
  if (mainProcess(place, "timestamp") === undefined) {
    await assertPortFree("timestamp authority", timestampPort, port);
  }
}

async function bringUp(
  place: Place,
  before: SandboxRecord | undefined,
  options: UpOptions,
  report: Report,
): Promise<SandboxRecord> {
  const begun = Date.now();
  const programs = await findPrograms(report);
  const record: SandboxRecord = { ...before, version: 1, port: place.port, owner: CLONE };
  writeRecord(place, record);
  linkPrograms(place, programs);
  writeDockerConfig(place);
  writeSigningFiles(place);
  for (const folder of [place.pulumiHome, place.pulumiBackend])
    mkdirSync(folder, { recursive: true, mode: 0o700 });

  const wishes = { standIn: options.standIn ?? false, before: before?.plugins };
  const [changed, plugins] = await allOf(
    startParts(place, programs, report),
    timed(report, "pulumi", () => ensurePlugins(place, programs, wishes, report), describePlugins),
  );
  writeFileSync(place.kubeconfig, hostKubeconfig(place), { mode: 0o600 });
  if (plugins.kubernetes.source === "stand-in") writeStandInCluster(place);
  const done: SandboxRecord = { ...record, builder: BUILDER, nodeImage: nodeImage(place), plugins };
  writeRecord(place, done);
  report(`Sandbox on port ${place.port} ${changed ? "is up" : "was up"} (${seconds(begun)})`);
  return done;
}

async function startParts(place: Place, programs: Programs, report: Report): Promise<boolean> {
  const ensure = (part: Part) =>
    timed(
      report,
      part.name,
      () => ensurePart(place, part),
      (result) => `${result}, ${part.address}`,
    );
  const registry = ensure(registryPart(place, programs.olareg));
  const timestamp = ensure(
    timestampPart(place, {
      node: programs.node,
      program: programs["timestamp-server"],
      compiled: COMPILED,
    }),
  );
  const buildkit = ensure(
    buildkitPart(place, { buildkitd: programs.buildkitd, runc: programs.cluster.runc }),
  );
  const cluster = ensure(
    clusterPart(place, {
      node: programs.node,
      programs: programs.cluster,
      pauseImage: pauseImage(place),
      compiled: COMPILED,
    }),
  );
  const images = (async () => {
    await allOf(registry, buildkit);
    return timed(
      report,
      "images",
      () => ensureBaseImages(place, programs),
      (built) => built.join(", ") || "kept",
    );
  })();
  const [built, ...results] = await allOf(images, registry, timestamp, buildkit, cluster);
  return built.length > 0 || results.includes("started");
}

/** Waits for all of them, so that nothing is still being started when one has failed. */
async function allOf<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const results = await Promise.allSettled(work);
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason as Error;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}

async function timed<T>(
  report: Report,
  name: string,
  work: () => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  const begun = Date.now();
  const result = await work();
  report(`  ${name.padEnd(9)} ${seconds(begun).padStart(7)}  ${describe(result)}`);
  return result;
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

const describePlugins = (plugins: Plugins): string =>
  Object.entries(plugins)
    .map(([name, { version, source }]) => `${name} ${version} (${source})`)
    .join(", ");
