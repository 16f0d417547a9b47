import type { Workload } from "./occurrence";

type Fields = Readonly<Record<string, unknown>>;

export const NO_WORKLOAD: Workload = { replicas: 0, privileges: [], labels: {}, onHost: false };

/** As many as a usual cluster has nodes: it is only compared with numbers of replicas. */
const ON_EACH_NODE = 10;

const NO_POD: Workload = { ...NO_WORKLOAD, replicas: 1 };

/** What an object says about the pods it makes, seen from the path of one of its images; `known` are those of the object. */
export function workloadOf(
  object: unknown,
  kind: string,
  imagePath: string,
  known: Map<string, Workload>,
): Workload {
  const way = /^(.*?)\.?(?:containers|initContainers|ephemeralContainers|volumes)\[\d+\]/.exec(
    imagePath,
  )?.[1];
  if (way === undefined) return NO_POD;
  const workload = known.get(way) ?? readWorkload(object, kind, way === "" ? [] : way.split("."));
  known.set(way, workload);
  return workload;
}

function readWorkload(object: unknown, kind: string, keys: readonly string[]): Workload {
  const pod = fieldsAt(object, keys);
  const containers = [...listOf(pod["containers"]), ...listOf(pod["initContainers"])];
  const labels = fieldsAt(object, [...keys.slice(0, -1), "metadata", "labels"]);
  const replicas = fieldsAt(object, ["spec"])["replicas"];
  return {
    replicas: kind === "DaemonSet" ? ON_EACH_NODE : typeof replicas === "number" ? replicas : 1,
    privileges: privilegesOf(pod, containers),
    labels,
    onHost:
      isTrue(pod["hostNetwork"]) ||
      containers.some((one) => listOf(one["ports"]).some((port) => Number(port["hostPort"] ?? 0) > 0)),
  };
}

function privilegesOf(pod: Fields, containers: readonly Fields[]): string[] {
  const contexts = [pod, ...containers].map((one) => fieldsAt(one, ["securityContext"]));
  const added = contexts.flatMap((context) => texts(fieldsAt(context, ["capabilities"])["add"]));
  return [
    ...["hostNetwork", "hostPID", "hostIPC"].filter((field) => isTrue(pod[field])),
    ...(contexts.some(({ privileged }) => isTrue(privileged)) ? ["privileged"] : []),
    ...(contexts.some((context) => isTrue(fieldsAt(context, ["windowsOptions"])["hostProcess"]))
      ? ["hostProcess"]
      : []),
    ...added.filter((capability) =>
      /^(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN|DAC_READ_SEARCH|BPF)$/.test(capability),
    ),
    ...(listOf(pod["volumes"]).some(({ hostPath }) => hostPath !== undefined) ? ["hostPath"] : []),
  ];
}

export function fieldsAt(value: unknown, keys: readonly string[]): Fields {
  let found = value;
  for (const key of keys) found = isFields(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return isFields(found) ? found : {};
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** kubectl reads YAML 1.1, in which these are true. */
function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && /^(?:y|yes|on)$/i.test(value));
}
