import type { DecisionArgs } from "@waybill/components";
import { CONFIG, hashOf } from "../support/gates";
import { trust } from "../core/history/support";
import { digest } from "../core/release/support";
import { mockPulumi, valueOf } from "./mocks";

const args: DecisionArgs = {
  image: `ghcr.io/acme/hello@${digest("a")}`,
  service: "hello",
  environment: "staging",
  target: null,
  config: CONFIG,
  after: null,
  basis: {
    policy: hashOf("rules"),
    trust: trust.hash,
    verdicts: [],
    overrides: [],
    lapsesAfter: 1000,
    by: null,
    change: null,
    carriedOut: false,
  },
  trust,
  signer: "signer.json",
};

test("E9: what runs is what the decision let in", async () => {
  const registered = mockPulumi();
  const { Decision } = await import("@waybill/components");
  expect(await valueOf(new Decision("hello", args).digest)).toBe(digest("a"));
  expect(registered).toMatchObject([{ type: "waybill:index:Decision", inputs: { image: args.image } }]);
});

test("what the program asks for is what is decided in preview too", async () => {
  mockPulumi({ "waybill:index:Decision": (inputs) => inputs }, true);
  const { Decision } = await import("@waybill/components");
  expect(await valueOf(new Decision("hello", args).digest)).toBe(digest("a"));
});
