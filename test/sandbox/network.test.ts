import fc from "fast-check";
import { networkPlan, overlaps } from "../../sandbox/src/network";

const port = fc.integer({ min: 1024, max: 65535 });

test("port 5800 has these addresses", () => {
  expect(networkPlan(5800)).toEqual({
    whole: "198.18.168.0/24",
    interfaceName: "waybill-5800",
    hostAddress: "198.18.168.1",
    nodeAddress: "198.18.168.2",
    linkPrefix: 30,
    services: "198.18.168.64/26",
    apiService: "198.18.168.65",
    pods: "198.18.168.128/25",
    podGateway: "198.18.168.129",
  });
});

test("all of a sandbox is inside its /24, which is inside the range set aside for tests", () => {
  fc.assert(
    fc.property(port, (value) => {
      const plan = networkPlan(value);
      const link = `${plan.hostAddress}/${plan.linkPrefix}`;
      for (const range of [link, plan.nodeAddress, plan.services, plan.pods]) {
        expect(overlaps(range, plan.whole)).toBe(true);
      }
      expect(overlaps(plan.whole, "198.18.0.0/15")).toBe(true);
      expect([
        overlaps(link, plan.services),
        overlaps(link, plan.pods),
        overlaps(plan.services, plan.pods),
      ]).toEqual([false, false, false]);
      expect(overlaps(plan.apiService, plan.services) && overlaps(plan.podGateway, plan.pods)).toBe(true);
    }),
  );
});

test("ports fewer than 512 apart share no address", () => {
  fc.assert(
    fc.property(port, fc.integer({ min: 1, max: 511 }), (one, distance) => {
      fc.pre(one + distance <= 65535);
      expect(overlaps(networkPlan(one).whole, networkPlan(one + distance).whole)).toBe(false);
    }),
  );
});

test("an interface name fits into the kernel's 15 bytes", () => {
  expect(networkPlan(65535).interfaceName.length).toBeLessThanOrEqual(15);
});

test.each([
  ["10.0.0.0/8", "10.200.0.0/16", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["198.18.0.0/15", "198.19.255.255", true],
  ["198.18.0.0/15", "198.20.0.0", false],
  ["0.0.0.0/0", "1.2.3.4", true],
  ["1.2.3.4", "1.2.3.4", true],
  ["1.2.3.4", "1.2.3.5", false],
])("%s and %s: overlap %s", (one, other, expected) => {
  expect([overlaps(one, other), overlaps(other, one)]).toEqual([expected, expected]);
});
