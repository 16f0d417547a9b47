export { declaredSafe } from "./compatibility";
export { evaluate, evaluateConfig, freezeName } from "./evaluate";
export { mayEnter } from "./overrides";
export { personOf } from "./people";
export { describeVerdicts, summary, usedEvidence } from "./show";
export type { Facts, Verdict } from "./types";
