import { UNKNOWN } from "@waybill/core/images";
import { isMissing } from "../pick";
import { notKnownYet, type Rule } from "../rule";

/** K6: without a readiness probe traffic comes too early, without a liveness probe what hangs stays. Jobs need none. */
export const workloadProbes: Rule = {
  name: "workload-probes",
  description: "Every container that is to run for ever has a readiness and a liveness probe.",
  outsideDev: true,
  check: ({ pods, isPatch }, run) =>
    isPatch
      ? []
      : pods
          .filter(({ longRunning }) => longRunning)
          .flatMap(({ containers }) => containers.filter(({ kind }) => kind === "containers"))
          .flatMap(({ path, name, value }) => {
            const probes = ["readinessProbe", "livenessProbe"];
            const expected = "a readiness and a liveness probe";
            const missing = probes.filter((probe) => isMissing(value[probe]));
            if (missing.length > 0) {
              const subject = typeof name === "string" ? ` of ${JSON.stringify(name)}` : "";
              const next =
                "Let the cluster ask the container whether it is ready, and whether it still works.";
              return [{ path, subject, expected, found: `no ${missing.join(", no ")}`, next }];
            }
            return probes.some((probe) => value[probe] === UNKNOWN) ? [notKnownYet(path, expected, run)] : [];
          }),
};
