import { PolicyPack } from "@pulumi/policy";
import { Config, runtime } from "@pulumi/pulumi";
import { createPolicies } from "./index";

const policies = createPolicies({
  environment: () => new Config("waybill").get("environment"),
  promotion: () => process.env.WAYBILL_PROMOTION,
  isPreview: () => runtime.isDryRun(),
});

new PolicyPack("waybill", { enforcementLevel: "mandatory", policies });
