import { PolicyPack } from "@pulumi/policy";
import { Config, runtime } from "@pulumi/pulumi";
import { requesterOf } from "@waybill/core/source";
import { createPolicies } from "./index";

const config = () => new Config("waybill");

const policies = createPolicies({
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
