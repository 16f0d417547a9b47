import { PolicyPack } from "@pulumi/policy";
import { Config, runtime } from "@pulumi/pulumi";
import { requesterOf } from "@waybill/core/source";
import { createPack } from "./index";

const config = () => new Config("waybill");

const { policies, warmUp } = createPack({
  stack: {
    text: (key) => config().get(key) || undefined,
    object: (key) => config().getObject(key),
  },
  promotion: () => process.env["WAYBILL_PROMOTION"],
  isPreview: () => runtime.isDryRun(),
  now: () => new Date(),
  requester: () => requesterOf(process.env),
  openRegistry: async () => (await import("@waybill/core/registry")).createRegistry(),
});

new PolicyPack("waybill", { enforcementLevel: "mandatory", policies });

/** The engine has been answered by then, and nobody asks anything while the program starts. */
const IDLE_AFTER_MS = 100;
setTimeout(warmUp, IDLE_AFTER_MS).unref();
