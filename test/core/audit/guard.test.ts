import { Audit, NOT_ASKED } from "@waybill/core/audit";
import { stringify } from "yaml";
import { EXTERNAL, guardCases, mustRefuse, REGISTRIES } from "../../support/guard";

describe("the same verdict everywhere: audit, by digest and registry", () => {
  test.each(guardCases().map((one) => [one.name, one] as const))("%s", (_name, guarded) => {
    const audit = new Audit();
    audit.add({ file: "case.yaml", text: stringify(guarded.object), isLive: false });
    const { findings, unread } = audit.finish({
      allowed: { registries: [...REGISTRIES], repositories: [...EXTERNAL] },
      ask: () => NOT_ASKED,
    });
    const refused = unread.length > 0 || findings.some(({ verdict }) => verdict === "no");
    expect(refused).toBe(mustRefuse(guarded, "audit", ["digest", "registry"]));
  });
});
