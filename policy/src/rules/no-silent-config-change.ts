import type { Rule } from "../rule";
import { refusals } from "./image-signed-and-decided";

/** K5: settings that change without their own gates are a release that nobody decided. */
export const noSilentConfigChange: Rule = {
  name: "no-silent-config-change",
  description: "What runs changes its settings only by the gates for settings.",
  check: (resource, run) => refusals(resource, run, "settings"),
};
