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
import { planBuild } from "@waybill/core/build";
import { findPlace, loadPromotion } from "@waybill/core/promotion";
import { createRegistry } from "@waybill/core/registry";
import {
  besideOf,
  builtDeploymentOf,
  decisionOf,
  deploymentOf,
  imageOf,
  plan,
  releaseOf,
  surveyWith,
  tagOf,
} from "@waybill/core/release";
import { checkSettings, loadService } from "@waybill/core/service";
import { readSource, requesterOf } from "@waybill/core/source";

/** Reads everything, plans everything, and only then declares what the stack must look like. */
async function program() {
  // Read: the stack's settings, what is promoted where by which rules, what the service needs, and who released what.
  const settings = readSettings(process.cwd());
  const { place } = settings;
  const name = place.service;
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
      repository: environment.builds ? `${settings.registry()}/${name}` : repositoryOf(releases),
      configuration: settings.configuration(definition),
      requester: requesterOf(process.env),
      releases,
    },
  );

  // Plan: what must run here, by what is signed. A refusal ends the program before anything is declared.
  const decided = plan(found);
  await tell(found, decided, registry, process.cwd());
  if (decided.action === "wait") return { release: releaseOf(place, null, decided.waiting) };
  const records = { trust: promotion.trust, signer: settings.signer(), offline: settings.offline };
  const build =
    decided.action === "build"
      ? await planBuild({
          service: name,
          definition,
          repository: `${settings.registry()}/${name}`,
          source: await readSource(service.path, process.env),
          args: settings.buildArgs,
          previous: releases.own?.image ?? undefined,
          resolve: async (reference) => (await registry.resolve(reference)).digest,
        })
      : undefined;

  // Declare: built in the first environment only, decided in every other one, and recorded once it runs.
  const run = decided.action === "run" ? decided : undefined;
  const decision = run && new Decision(name, { ...decisionOf(found, run), ...records });
  const image = build
    ? { ...imageOf(build), digest: new ImageBuild(name, { plan: build, signer: records.signer }).digest }
    : run && decision && { ...run.image, digest: decision.digest };
  if (!image) throw new Error("neither built nor run");
  const workload = new Workload(name, {
    ...settings,
    definition,
    environment: variables,
    image,
    needs: decision ? [decision] : [],
    beside: pulumi
      .output(image)
      .apply(({ repository, digest }) => besideOf(found, `${repository}@${digest}`)),
  });
  const deployment = new Deployment(name, {
    ...records,
    words: run ? deploymentOf(found, run) : workload.image.apply((built) => builtDeploymentOf(found, built)),
    running: workload.image,
    decision: decision?.decision,
    tag: tagOf(found.rules, image),
  });

  // Export: read back from the finished workload and its record, so that nobody downstream takes what does not run.
  return {
    digest: workload.image.digest,
    release: pulumi
      .all([workload.image, deployment.history])
      .apply(([running, history]) => releaseOf(place, { image: running, ...history }, run?.waiting ?? null)),
    address: workload.address,
  };
}

export = () => plainly(program);
