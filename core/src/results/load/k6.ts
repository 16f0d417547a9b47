import { refusal } from "../error";
import type { Part } from "../read/part";
import type { LoadRun } from "./run";

/** `k6 run --summary-export`, and the `data` that handleSummary is given: there each metric has its values in `values`. */
export function readK6(report: Part): LoadRun {
  const metrics = report.key("metrics");
  const requests = values(metrics.key("http_reqs")).key("count").count();
  const lasted = report.reach("state", "testRunDurationMs");
  return {
    tool: "k6",
    requests,
    failed: failedOf(values(metrics.key("http_req_failed")), requests),
    latency: latencyOf(values(metrics.key("http_req_duration"))),
    lasted: lasted.isThere ? lasted.number() : undefined,
  };
}

function values(metric: Part): Part {
  return metric.key("values").isThere ? metric.key("values") : metric;
}

/** A rate of what is true: "failed" is true of `passes`, and the failed requests are those. */
function failedOf(rate: Part, requests: number): number {
  const failed = rate.key("passes").count();
  const succeeded = rate.key("fails").count();
  if (failed + succeeded !== requests)
    throw refusal(
      "contradiction",
      rate.file,
      `${requests} requests that failed or did not`,
      `${failed} and ${succeeded}`,
    );
  const said = rate.key("rate").isThere ? rate.key("rate").number() : rate.key("value").number();
  const share = requests === 0 ? 0 : failed / requests;
  if (Math.abs(said - share) > 0.001)
    throw refusal("contradiction", rate.file, `a share of failed requests of ${said}`, `${share}`);
  return failed;
}

function latencyOf(trend: Part): Record<string, number> {
  const latency: Record<string, number> = { p50: trend.key("med").number() };
  for (const key of trend.keys()) {
    const percentile = /^p\((\d{1,2}(?:\.\d{1,2})?)\)$/.exec(key)?.[1];
    if (percentile !== undefined) latency[`p${percentile}`] = trend.key(key).number();
  }
  return latency;
}
