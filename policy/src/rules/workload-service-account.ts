import { UNKNOWN } from "@waybill/core/images";
import { isMissing } from "../pick";
import { notKnownYet, type Rule } from "../rule";

/** K6: what is given to the default account is given to everything in the namespace. */
export const workloadServiceAccount: Rule = {
  name: "workload-service-account",
  description: "Every workload runs as a service account of its own.",
  outsideDev: true,
  check: ({ pods, isPatch }, run) =>
    isPatch
      ? []
      : pods.flatMap(({ path, spec }) => {
          const at = `${path}.serviceAccountName`;
          const expected = "a service account of its own";
          const account = spec["serviceAccountName"] ?? spec["serviceAccount"];
          if (account === UNKNOWN) return [notKnownYet(at, expected, run)];
          if (!isMissing(account) && account !== "default") return [];
          const next = "Declare a ServiceAccount for it and name it here.";
          return [{ path: at, expected, found: "the default one of the namespace", next }];
        }),
};
