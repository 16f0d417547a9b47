import { UNKNOWN } from "@waybill/core/images";
import { isEcrRepository } from "../ecr";
import { pick } from "../pick";
import { notKnownYet, type Rule } from "../rule";

/** K7. */
export const ecrScanOnPush: Rule = {
  name: "ecr-scan-on-push",
  description: "ECR scans every image that is pushed.",
  check: (resource, run) => {
    if (!isEcrRepository(resource)) return [];
    const path = "imageScanningConfiguration.scanOnPush";
    const found = pick(resource.props, "imageScanningConfiguration", "scanOnPush");
    if (found === UNKNOWN) return [notKnownYet(path, "true", run)];
    if (found === true) return [];
    return [
      {
        path,
        expected: "true",
        found: found === undefined ? "nothing" : "false",
        next: "Let ECR scan what is pushed.",
      },
    ];
  },
};
