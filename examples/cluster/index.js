// The stack of whoever runs the cluster: nothing runs in staging and prod but what was decided for it, whoever asks.
const { join } = require("node:path");
const { AdmissionPolicies } = require("@waybill/components");
const { loadPromotion } = require("@waybill/core/promotion");

new AdmissionPolicies("guard", {
  promotion: loadPromotion(join(__dirname, "../../promotion.yaml")),
  environments: ["staging", "prod"],
  now: new Date(),
});
