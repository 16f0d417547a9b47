import * as pulumi from "@pulumi/pulumi";
import {
  Decision,
  Deployment,
  ImageBuild,
  plainly,
  readReleases,
  readSettings,
  repositoryOf,
  tell,
  Workload,
} from "@waybill/components";
import { planBuild, type BuildPlan } from "@waybill/core/build";
import { findPlace, loadPromotion } from "@waybill/core/promotion";
import { createRegistry } from "@waybill/core/registry";
import {
  besideOf,
  builtDeploymentOf,
  decisionOf,
  deploymentOf,
  imageOf,
  plan,
  type Plan,
  releaseOf,
  surveyWith,
  tagOf,
} from "@waybill/core/release";
import { checkSettings, loadService } from "@waybill/core/service";
import { readSource, requesterOf } from "@waybill/core/source";

/** Reads everything, plans everything, and only then declares what the stack must look like. */
async function program() {
  const read = await readEverything();
  // A refusal ends the program before anything is declared.
  const decided = plan(read.found);
  await tell(read.found, decided, read.registry, process.cwd());
  if (decided.action === "wait") return { release: releaseOf(read.found.place, null, decided.waiting) };
  // Asked for before a build is planned, which takes a registry to answer.
  const signer = read.settings.signer();
  return declare(read, signer, decided.action === "build" ? { build: await build(read) } : { run: decided });
}

/** The stack's settings, what is promoted where by which rules, what the service needs, who released what, and all that is signed. */
async function readEverything() {
  const settings = readSettings(process.cwd());
  const { place } = settings;
  const promotion = loadPromotion(settings.promotionFile);
  const { service, environment } = findPlace(promotion, place);
  const definition = loadService(service.path);
  const variables = checkSettings(definition, `Stack ${pulumi.getStack()}`, {
    config: settings.config,
    secrets: Object.keys(settings.secrets),
  });
  const registry = createRegistry();
  const releases = await readReleases(promotion, place);
  const found = await surveyWith(
    settings.offline,
    { registry, promotion, now: new Date() },
    {
      ...settings,
      repository: environment.builds ? `${settings.registry()}/${place.service}` : repositoryOf(releases),
      configuration: settings.configuration(definition),
      requester: requesterOf(process.env),
      releases,
    },
  );
  return { settings, service, definition, variables, registry, releases, found };
}

type Read = Awaited<ReturnType<typeof readEverything>>;

/** Images are built in the first environment only. */
async function build({ settings, service, definition, registry, releases }: Read) {
  return planBuild({
    service: service.name,
    definition,
    repository: `${settings.registry()}/${service.name}`,
    source: await readSource(service.path, process.env),
    args: settings.buildArgs,
    previous: releases.own?.image ?? undefined,
    resolve: async (reference) => (await registry.resolve(reference)).digest,
  });
}

type Run = Plan & { readonly action: "run" };
type Declared =
  { readonly run: Run; readonly build?: never } | { readonly run?: never; readonly build: BuildPlan };

/** Built in the first environment, decided in every other one; run; and recorded once it runs. */
function declare({ settings, definition, variables, found }: Read, signer: string, { run, build }: Declared) {
  const name = found.place.service;
  const records = { trust: found.promotion.trust, signer, offline: settings.offline };
  const decision = run && new Decision(name, { ...decisionOf(found, run), ...records });
  const image = build
    ? { ...imageOf(build), digest: new ImageBuild(name, { plan: build, signer }).digest }
    : { ...run.image, digest: decision?.digest ?? run.image.digest };
  const workload = new Workload(name, {
    ...settings,
    definition,
    environment: variables,
    image,
    needs: decision ? [decision] : [],
    beside: pulumi.output(image).apply((one) => besideOf(found, `${one.repository}@${one.digest}`)),
  });
  const deployment = new Deployment(name, {
    ...records,
    words: run ? deploymentOf(found, run) : workload.image.apply((built) => builtDeploymentOf(found, built)),
    running: workload.image,
    decision: decision?.decision,
    tag: tagOf(found.rules, image),
  });
  // Read back from the finished workload and its record, so that nobody downstream takes what does not run.
  const release = pulumi
    .all([workload.image, deployment.history])
    .apply(([image, history]) => releaseOf(found.place, { image, ...history }, run?.waiting ?? null));
  return { digest: workload.image.digest, release, address: workload.address };
}

export = () => plainly(program);
