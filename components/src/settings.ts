import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "@waybill/core/promotion";

/** The stack's configuration; Pulumi.yaml describes each key. */
export interface StackSettings {
  readonly place: Place;
  readonly promotionFile: string;
  readonly pin: string | undefined;
  readonly namespace: string;
  readonly createNamespace: boolean;
  readonly replicas: number;
  readonly rolloutSeconds: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Where images are pushed; asked for only where they are built. */
  readonly registry: () => string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** Reads the configuration of this stack, relative paths from `folder`. */
export function readSettings(folder: string): StackSettings {
  const config = new pulumi.Config();
  const place = {
    service: config.require("service"),
    environment: config.require("environment"),
    target: config.get("target"),
  };
  return {
    place,
    promotionFile: resolve(folder, config.get("promotion") ?? "promotion.yaml"),
    pin: config.get("pin"),
    namespace:
      config.get("namespace") ?? [place.service, place.environment, place.target].filter(Boolean).join("-"),
    createNamespace: config.getBoolean("createNamespace") ?? true,
    replicas: config.getNumber("replicas", { min: 1 }) ?? 1,
    rolloutSeconds: config.getNumber("rolloutSeconds", { min: 1 }) ?? 120,
    config: config.getObject("config") ?? {},
    secrets: readSecrets(config),
    registry: () => config.require("registry"),
    buildArgs: config.getObject("buildArgs") ?? {},
  };
}

/** Only the names are read here; the values stay secret. */
function readSecrets(config: pulumi.Config): Record<string, pulumi.Output<string>> {
  const names = Object.keys(config.getObject<Record<string, string>>("secrets") ?? {});
  const values = config.getSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(
    names.map((name) => [name, pulumi.secret(pulumi.output(values).apply((all) => all?.[name] ?? ""))]),
  );
}
