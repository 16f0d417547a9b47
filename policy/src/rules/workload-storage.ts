import { UNKNOWN } from "@waybill/core/images";
import type { KubeObject } from "../objects";
import { each, isMissing, pick } from "../pick";
import type { Pod } from "../pods";
import { type Finding, notKnownYet, type Rule, type Run } from "../rule";

/** K6: what a workload silently takes for granted about the node or the cluster that it happens to run on. */
export const workloadStorage: Rule = {
  name: "workload-storage",
  description:
    "No workload relies on a node's own files, on a disk without end or on a default storage class.",
  outsideDev: true,
  check: ({ pods, objects, isPatch }, run) => [
    ...pods.flatMap((pod) => inPod(pod, isPatch, run)),
    ...objects.flatMap((object) => inObject(object, isPatch)),
  ],
};

function inPod({ path, spec }: Pod, isPatch: boolean, run: Run): readonly Finding[] {
  return each(spec["volumes"]).flatMap(([index, volume]) => {
    const at = `${path}.volumes[${index}]`;
    if (volume === UNKNOWN) return [notKnownYet(at, "volumes that can be looked at", run)];
    const { hostPath, emptyDir, ephemeral } = (volume ?? {}) as Readonly<Record<string, unknown>>;
    if (!isMissing(hostPath)) return [onNode(`${at}.hostPath`)];
    if (!isMissing(emptyDir) && isMissing(pick(emptyDir, "sizeLimit"))) {
      const next = "Say how much it may hold at most.";
      return [
        { path: `${at}.emptyDir`, expected: "a sizeLimit", found: "none: it may fill the node's disk", next },
      ];
    }
    const claim = pick(ephemeral, "volumeClaimTemplate");
    return isPatch || isMissing(claim) ? [] : ofDefaultClass(claim, `${at}.ephemeral.volumeClaimTemplate`);
  });
}

function inObject({ kind, path, value }: KubeObject, isPatch: boolean): readonly Finding[] {
  const at = (below: string) => (path === "" ? below : `${path}.${below}`);
  if (kind === "PersistentVolume" && !isMissing(pick(value, "spec", "hostPath")))
    return [onNode(at("spec.hostPath"))];
  if (isPatch) return [];
  if (kind === "PersistentVolumeClaim") return ofDefaultClass(value, path);
  return each(pick(value, "spec", "volumeClaimTemplates")).flatMap(([index, claim]) =>
    ofDefaultClass(claim, at(`spec.volumeClaimTemplates[${index}]`)),
  );
}

function onNode(path: string): Finding {
  const found = "a folder of whatever node it runs on";
  return {
    path,
    expected: "storage that goes with the workload",
    found,
    next: "Use a PersistentVolumeClaim.",
  };
}

/** An empty class asks for a volume by hand, which is no assumption; a bound volume needs none. */
function ofDefaultClass(claim: unknown, path: string): readonly Finding[] {
  const { storageClassName, volumeName } = (pick(claim, "spec") ?? {}) as Readonly<Record<string, unknown>>;
  if (storageClassName !== undefined || !isMissing(volumeName)) return [];
  return [
    {
      path: path === "" ? "spec.storageClassName" : `${path}.spec.storageClassName`,
      expected: "the name of a storage class",
      found: "none: each cluster has another default, or none",
      next: "Name the class.",
    },
  ];
}
