import * as pulumi from "@pulumi/pulumi";
import { ImageBuild, plainly, readReleases, readSettings, Workload } from "@waybill/components";
import { planBuild } from "@waybill/core/build";
import { findPlace, loadPromotion } from "@waybill/core/promotion";
import { createRegistry } from "@waybill/core/registry";
import { findRefusals, imageOf, plan, releaseOf } from "@waybill/core/release";
import { checkSettings, loadService } from "@waybill/core/service";
import { readSource } from "@waybill/core/source";
import { loadTrust } from "@waybill/core/trust";

/** Reads everything, plans everything, and only then declares what the stack must look like. */
async function program() {
  // Read: the stack's settings, what is promoted where, what the service needs, and who released what.
  const settings = readSettings(process.cwd());
  const { place, pin } = settings;
  const promotion = loadPromotion(settings.promotionFile);
  const { service } = findPlace(promotion, place);
  const definition = loadService(service.path);
  const environment = checkSettings(definition, `Stack ${pulumi.getStack()}`, {
    config: settings.config,
    secrets: Object.keys(settings.secrets),
  });
  const { own, upstream } = await readReleases(promotion, place);

  // Plan: what may run here, by what is released and proven. A refusal ends the program before anything is declared.
  const registry = createRegistry();
  const trust = loadTrust(settings.trustFile);
  const refusals = await findRefusals({ registry, trust, service, place, upstream, now: new Date() });
  const decided = plan({ promotion, place, pin, own, upstream, refusals });
  const signer = decided.action === "build" ? settings.signer() : undefined;
  const build =
    decided.action === "build"
      ? await planBuild({
          service: place.service,
          definition,
          repository: `${settings.registry()}/${place.service}`,
          source: await readSource(service.path, process.env),
          args: settings.buildArgs,
          previous: own?.image ?? undefined,
          resolve: async (reference) => (await registry.resolve(reference)).digest,
        })
      : undefined;
  const waiting = decided.action === "build" ? null : decided.waiting;
  if (waiting !== null) await pulumi.log.warn(waiting);

  // Declare: the image is built in the first environment only; everywhere else its digest comes from upstream.
  const image = build
    ? { ...imageOf(build), digest: new ImageBuild(place.service, { plan: build, signer }).digest }
    : decided.action === "run"
      ? decided.image
      : undefined;
  if (!image) return { release: releaseOf(place, null, waiting) };
  const workload = new Workload(place.service, { ...settings, definition, environment, image });

  // Export: read back from the finished workload, so that nobody downstream takes what does not run.
  return {
    digest: workload.image.digest,
    release: workload.image.apply((running) => releaseOf(place, running, waiting)),
    address: workload.address,
  };
}

export = () => plainly(program);
