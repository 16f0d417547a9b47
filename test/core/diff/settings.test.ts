import { compareSettings } from "@waybill/core/diff";
import { configurationOf, parseService } from "@waybill/core/service";

const service = (memory: string) =>
  parseService(
    "/repo/hello/service.yaml",
    `
version: 1
build: {}
port: 8080
probes: { ready: /ready, live: /live }
resources: { cpu: 50m, memory: ${memory} }
config: { properties: { A: {}, B: {}, C: {} } }
secrets: [TOKEN, OTHER]
`,
  );
const held = (
  settings: Record<string, unknown>,
  secrets: Record<string, string> = {},
  memory = "64Mi",
  key = "key",
) => configurationOf(service(memory), settings, secrets, key);

test("plain settings are shown with both values", () => {
  expect(compareSettings(held({ A: "x", B: 1 }), held({ B: 2, C: { d: [true] } }))).toEqual({
    settings: [
      { name: "A", kind: "removed", from: '"x"', secret: false },
      { name: "B", kind: "changed", from: "1", to: "2", secret: false },
      { name: "C", kind: "added", to: '{"d":[true]}', secret: false },
    ],
    manifests: false,
  });
});

test("P5: a changed secret is seen, and neither its value nor its hash is shown", () => {
  const changes = compareSettings(held({}, { TOKEN: "hunter2" }), held({}, { TOKEN: "hunter3", OTHER: "x" }));
  expect(changes.settings).toEqual([
    { name: "OTHER", kind: "added", secret: true },
    { name: "TOKEN", kind: "changed", secret: true },
  ]);
});

test("port, probes and resources count too", () => {
  expect(compareSettings(held({}), held({}, {}, "128Mi"))).toEqual({ settings: [], manifests: true });
});

test("P5: the hash binds settings, secrets and manifests, in whatever order they are written", () => {
  const one = held({ A: 1, B: { x: 1, y: 2 } }, { TOKEN: "t" });
  expect(held({ B: { y: 2, x: 1 }, A: 1 }, { TOKEN: "t" }).config).toBe(one.config);
  const others = [
    held({ A: 2, B: { x: 1, y: 2 } }, { TOKEN: "t" }),
    held({ A: 1, B: { x: 1, y: 2 } }, { TOKEN: "u" }),
    held({ A: 1, B: { x: 1, y: 2 } }),
    held({ A: 1, B: { x: 1, y: 2 } }, { TOKEN: "t" }, "65Mi"),
    held({ A: 1, B: { x: 1, y: 2 } }, { TOKEN: "t" }, "64Mi", "other key"),
  ];
  expect(new Set([one, ...others].map(({ config }) => config)).size).toBe(6);
  expect(JSON.stringify(one)).not.toContain('"t"');
});

test("P5: two secrets of one value have different hashes", () => {
  const { secrets } = held({}, { TOKEN: "same", OTHER: "same" });
  expect(secrets["TOKEN"]).not.toBe(secrets["OTHER"]);
});
