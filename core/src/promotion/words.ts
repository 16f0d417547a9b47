import { formatDuration } from "./duration";
import type { Gate } from "./rules";

/** What a gate asks, in words. */
export function describeGate(gate: Gate): string {
  return [...asks(gate), ...("by" in gate && gate.by ? [`said by ${gate.by.join(" or ")}`] : [])].join(", ");
}

function asks(gate: Gate): readonly string[] {
  switch (gate.kind) {
    case "tests":
      return [`the mark ${gate.mark} with ${gate.suites.join(", ")}`, ...age(gate.maxAge)];
    case "scan":
      return [
        `at most ${Object.entries(gate.most)
          .flatMap(([severity, most]) => (most === null ? [] : [`${most} ${severity}`]))
          .join(", ")}`,
        ...age(gate.maxAge),
        ...(gate.databaseAge === null ? [] : [`with a database ${age(gate.databaseAge).join("")}`]),
        ...(gate.assumed === "allowed" ? ["of a report that need not name the image"] : []),
      ];
    case "review":
      return [`${gate.what} reviewed by one of ${gate.of.join(", ")}`, ...age(gate.maxAge)];
    case "load":
      return [
        `${gate.minRequests} requests or more`,
        `at most ${Number((gate.errorRate * 100).toPrecision(6))} % failed`,
        ...Object.entries(gate.latency).map(([percentile, most]) => `${percentile} at most ${most} ms`),
        ...age(gate.maxAge),
      ];
    case "compatibility":
      return [
        "declared changes",
        ...(gate.rollbackSafe ? ["going back is safe"] : []),
        ...(gate.sideBySide ? ["old and new run side by side"] : []),
      ];
    case "soak":
      return [
        `${formatDuration(gate.time)} in the environment before`,
        gate.incidents === null ? "time only" : `without an incident known to ${gate.incidents}`,
      ];
    case "approvals":
      return [
        `${gate.count} of ${gate.of.join(", ")}`,
        `the author ${gate.author === "allowed" ? "may be one" : "does not count"}`,
      ];
  }
}

function age(most: number | null): readonly string[] {
  return most === null ? [] : [`at most ${formatDuration(most)} old`];
}
