import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { WaybillError } from "@waybill/core/problem";
import type { Place } from "@waybill/core/promotion";

export type SettingsErrorCode = "missing";

export class SettingsError extends WaybillError<SettingsErrorCode> {}

/** The stack's configuration; Pulumi.yaml describes each key. */
export interface StackSettings {
  readonly place: Place;
  readonly promotionFile: string;
  readonly trustFile: string;
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
  /** Who signs what is built; asked for only where images are built. */
  readonly signer: () => string;
}

/** Reads the configuration of this stack, relative paths from `folder`; an empty text is the same as none. */
export function readSettings(folder: string): StackSettings {
  const config = new pulumi.Config();
  const text = (key: string) => config.get(key) || undefined;
  const place = {
    service: config.require("service"),
    environment: config.require("environment"),
    target: text("target"),
  };
  return {
    place,
    promotionFile: resolve(folder, text("promotion") ?? "promotion.yaml"),
    trustFile: resolve(folder, text("trust") ?? "trust.yaml"),
    pin: text("pin"),
    namespace:
      text("namespace") ?? [place.service, place.environment, place.target].filter(Boolean).join("-"),
    createNamespace: config.getBoolean("createNamespace") ?? true,
    replicas: config.getNumber("replicas", { min: 1 }) ?? 1,
    rolloutSeconds: config.getNumber("rolloutSeconds", { min: 1 }) ?? 120,
    config: config.getObject("config") ?? {},
    secrets: readSecrets(config),
    registry: () =>
      text("registry") ?? missing("registry", "the place where its images are pushed", "HOST/PATH"),
    signer: () => text("signer") ?? missing("signer", "who signs its images", "FILE"),
    buildArgs: config.getObject("buildArgs") ?? {},
  };
}

function missing(key: string, meaning: string, value: string): never {
  throw new SettingsError("missing", {
    about: `Stack ${pulumi.getStack()}`,
    expected: `waybill:${key}, ${meaning}`,
    found: "none",
    next: `Set it: pulumi config set waybill:${key} ${value}`,
  });
}

/** Only the names are read here; the values stay secret. */
function readSecrets(config: pulumi.Config): Record<string, pulumi.Output<string>> {
  const names = Object.keys(config.getObject<Record<string, string>>("secrets") ?? {});
  const values = config.getSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(
    names.map((name) => [name, pulumi.secret(pulumi.output(values).apply((all) => all?.[name] ?? ""))]),
  );
}
