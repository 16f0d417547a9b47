import { homedir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { networkPlan } from "../../sandbox/src/network";
import { optionsFrom, placeOf, portFrom } from "../../sandbox/src/place";
import { refusalOf } from "./refusal";

test("the default port, and one that is asked for", () => {
  expect([portFrom({}), portFrom({ WAYBILL_SANDBOX_PORT: "6001" })]).toEqual([5800, 6001]);
});

test.each(["", "80", "65536", "0x1700", "5800 ", "-1", "many"])("refuses the port %j", (text) => {
  expect(refusalOf(() => portFrom({ WAYBILL_SANDBOX_PORT: text }))).toMatchObject({
    code: "bad-port",
    message: `WAYBILL_SANDBOX_PORT: expected a port from 1024 to 65535, found ${JSON.stringify(text)}. Unset it to use 5800, or choose another.`,
  });
});

test.each([
  ["6000", 6000],
  ["6054", 6566],
  ["5488", 6000],
  ["10080", 10080],
])("refuses the port %s, because HTTP clients refuse to speak to %i", (text, port) => {
  expect(refusalOf(() => portFrom({ WAYBILL_SANDBOX_PORT: text }))).toMatchObject({
    code: "bad-port",
    message: `WAYBILL_SANDBOX_PORT: expected ports that HTTP clients speak to, found "${text}", with which the sandbox needs port ${port}. Unset it to use 5800, or choose another.`,
  });
});

test("the timestamp authority's port is one that no sandbox beside this one can have", () => {
  expect(placeOf({ port: 5800, stateDir: "/s" }).timestampPort).toBe(6312);
  fc.assert(
    fc.property(fc.integer({ min: 1024, max: 65535 }), (port) => {
      const { timestampPort } = placeOf({ port, stateDir: "/s" });
      expect(timestampPort).not.toBe(port);
      expect(timestampPort).toBeGreaterThanOrEqual(1024);
      expect(timestampPort).toBeLessThanOrEqual(65535);
      expect(networkPlan(timestampPort).whole).toBe(networkPlan(port).whole);
    }),
  );
});

test("a sandbox is in the state folder; a relative XDG_STATE_HOME counts for nothing (XDG base directories)", () => {
  const inHome = path.join(homedir(), ".local/state/waybill");
  expect(optionsFrom({ XDG_STATE_HOME: "/s" })).toEqual({ port: 5800, stateDir: "/s/waybill" });
  expect(optionsFrom({ XDG_STATE_HOME: "s" }).stateDir).toBe(inHome);
  expect(placeOf({ port: 5801, stateDir: "/s/waybill" })).toMatchObject({
    folder: "/s/waybill/sandbox-5801",
    lock: "/s/waybill/sandbox-5801.lock",
    registry: "127.0.0.1:5801",
    kubeconfig: "/s/waybill/sandbox-5801/kubeconfig",
  });
});

test("refuses a folder in which a unix socket's path would be too long", () => {
  const fits = `/${"d".repeat(107 - "//sandbox-5800/buildkit/otel.sock".length)}`;
  expect(placeOf({ port: 5800, stateDir: fits }).folder).toBe(`${fits}/sandbox-5800`);
  expect(refusalOf(() => placeOf({ port: 5800, stateDir: `${fits}d` }))).toMatchObject({
    code: "long-path",
    message: expect.stringContaining("found 108 bytes") as string,
  });
});
