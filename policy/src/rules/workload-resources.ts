import { UNKNOWN } from "@waybill/core/images";
import { isMissing, pick } from "../pick";
import type { Container, Pod } from "../pods";
import { type Finding, notKnownYet, type Rule, type Run } from "../rule";

/** A limit of CPU only slows down what has one, so none is asked for. */
const WANTED = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

/** K6: without requests the scheduler guesses, and without a limit one leak takes its neighbours along. */
export const workloadResources: Rule = {
  name: "workload-resources",
  description: "Every container says what it requests, and how much memory it may use at most.",
  outsideDev: true,
  check: ({ pods, isPatch }, run) =>
    isPatch
      ? []
      : pods.flatMap((pod) =>
          pod.containers
            .filter(({ kind }) => kind !== "ephemeralContainers")
            .flatMap((container) => inContainer(pod, container, run)),
        ),
};

/** Resources of the whole pod do for all of its containers. */
function inContainer(pod: Pod, { path, name, value }: Container, run: Run): readonly Finding[] {
  const found = WANTED.map((keys) => {
    const [own, shared] = [pick(value, "resources", ...keys), pick(pod.spec, "resources", ...keys)];
    return { keys, set: isMissing(own) ? shared : own };
  });
  const missing = found.filter(({ set }) => isMissing(set)).map(({ keys }) => keys.join("."));
  const at = `${path}.resources`;
  const expected = "requests for cpu and memory, and a limit for memory";
  if (missing.length > 0) {
    const subject = typeof name === "string" ? ` of ${JSON.stringify(name)}` : "";
    return [
      {
        path: at,
        subject,
        expected,
        found: `no ${missing.join(", no ")}`,
        next: "Set them, from what the container used so far.",
      },
    ];
  }
  return found.some(({ set }) => set === UNKNOWN) ? [notKnownYet(at, expected, run)] : [];
}
