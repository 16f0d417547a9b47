import * as pulumi from "@pulumi/pulumi";
import { tell } from "@waybill/components";
import type { Registry } from "@waybill/core/registry";
import { plan } from "@waybill/core/release";
import { CONFIG, GATES, historyOf, at, RULES } from "../support/gates";
import { surveyOf } from "../core/release/support";

const nobody = {} as Registry;
const closed = { ...RULES, pin: false, gates: [{ ...GATES.tests, suites: ["never ran"] }] };

async function told(survey: ReturnType<typeof surveyOf>): Promise<readonly string[]> {
  const info = jest.spyOn(pulumi.log, "info").mockResolvedValue();
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
  try {
    await tell(survey, plan(survey), nobody, ".");
    expect(warn).toHaveBeenCalledTimes(plan(survey).action === "build" ? 0 : 1);
    return info.mock.calls.map(([text]) => text);
  } finally {
    info.mockRestore();
    warn.mockRestore();
  }
}

test.each([
  ["what runs goes on while a candidate waits", surveyOf({ rules: closed })],
  ["nothing runs yet", surveyOf({ rules: closed, own: historyOf(at("prod")) })],
])("%s: preview prints the hash that an approval is bound to", async (_, survey) => {
  expect(await told(survey)).toEqual([`settings  ${CONFIG} (--config-hash)`]);
});

test("where images are built nothing is approved, and nothing printed", async () => {
  const place = at("dev");
  expect(await told(surveyOf({ place, upstream: [], own: historyOf(place) }))).toEqual([]);
});
