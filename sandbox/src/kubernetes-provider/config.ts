import { reveal, type CheckFailure, type Values } from "@waybill/provider";

export interface Settings {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly patchForce: boolean;
  readonly mutableConfigMaps: boolean;
  readonly mutableSecrets: boolean;
  readonly upsertExisting: boolean;
}

/** The official provider's own variables; its provider config comes first. */
const variables: Readonly<Record<string, string>> = {
  enablePatchForce: "PULUMI_K8S_ENABLE_PATCH_FORCE",
  enableConfigMapMutable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
  enableSecretMutable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
  upsertExistingObjects: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
  enableServerSideApply: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
  deleteUnreachable: "PULUMI_K8S_DELETE_UNREACHABLE",
  skipUpdateUnreachable: "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The SDK writes flags as JSON text; a kubeconfig may also be given as an object. */
function setting(config: Values, key: string, env: Environment): string | undefined {
  const value = reveal(config)[key] ?? env[variables[key] ?? ""];
  if (value === undefined || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function readSettings(config: Values, env: Environment): Settings {
  const flag = (key: string) => setting(config, key, env) === "true";
  return {
    kubeconfig: setting(config, "kubeconfig", env),
    context: setting(config, "context", env),
    cluster: setting(config, "cluster", env),
    namespace: setting(config, "namespace", env),
    patchForce: flag("enablePatchForce"),
    mutableConfigMaps: flag("enableConfigMapMutable"),
    mutableSecrets: flag("enableSecretMutable"),
    upsertExisting: flag("upsertExistingObjects"),
  };
}

/** What the stand-in cannot do is refused, not ignored: its user asked for it. */
export function refusedSettings(config: Values, env: Environment): readonly CheckFailure[] {
  const refusals: [string, (value: string) => boolean][] = [
    ["renderYamlToDirectory", () => true],
    ["deleteUnreachable", (value) => value === "true"],
    ["skipUpdateUnreachable", (value) => value === "true"],
    ["enableServerSideApply", (value) => value === "false"],
  ];
  return refusals.flatMap(([key, isRefused]) => {
    const value = setting(config, key, env);
    if (value === undefined || !isRefused(value)) return [];
    const reason = `${key}: expected the default, found ${value}. The stand-in for the Kubernetes provider does not serve it; leave it out.`;
    return [{ path: [key], reason }];
  });
}
