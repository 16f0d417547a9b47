export type { Decision, DecisionEntry, DeploymentEntry, History, Signed, Verdict } from "./types";
