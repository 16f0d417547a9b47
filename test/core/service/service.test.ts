import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkSettings, loadService, parseService, serviceSchema } from "@waybill/core/service";

const root = join(__dirname, "../../..");
const text = `
version: 1
build: { platforms: [linux/amd64, linux/arm64] }
port: 8080
probes: { ready: /r, live: /l }
resources: { cpu: 20m, memory: 64Mi }
config:
  required: [URL]
  properties:
    URL: { type: string, minLength: 1 }
    LIMIT: { type: integer }
secrets: [TOKEN]
`;
const service = parseService("/repo/hello/service.yaml", text);

test("paths are relative to the file and have their usual defaults", () => {
  expect(service.build).toEqual({
    context: "/repo/hello",
    dockerfile: "/repo/hello/Dockerfile",
    platforms: ["linux/amd64", "linux/arm64"],
  });
});

test("settings that fit become environment variables", () => {
  expect(checkSettings(service, "Stack dev", { config: { URL: "x", LIMIT: 5 }, secrets: ["TOKEN"] })).toEqual(
    { URL: "x", LIMIT: "5" },
  );
});

test("P7: every missing, unknown and wrong setting and secret is refused together, with the command that sets it", () => {
  const settings = { config: { LIMIT: "many", OTHER: 1 }, secrets: ["KEY"] };
  expect(() => checkSettings(service, "Stack prod", settings)).toThrow(
    expect.objectContaining({
      code: "bad-config",
      problem: {
        about: "Stack prod",
        expected: "the settings and secrets that service.yaml asks for",
        found: expect.stringContaining("5 mistakes") as string,
        next: expect.stringContaining("pulumi config set --path waybill:config.NAME") as string,
      },
    }),
  );
  for (const part of [
    'missing key "URL"',
    'unknown key "OTHER"',
    "/LIMIT: expected integer",
    'missing key "TOKEN"',
    'unknown key "KEY"',
  ]) {
    expect(() => checkSettings(service, "Stack prod", settings)).toThrow(part);
  }
});

test("a name may not be both a setting and a secret", () => {
  const both = parseService("/s/service.yaml", text.replace("LIMIT:", "TOKEN:"));
  expect(() =>
    checkSettings(both, "Stack dev", { config: { URL: "x", TOKEN: 1 }, secrets: ["TOKEN"] }),
  ).toThrow('"TOKEN" is both');
});

test("a service that asks for nothing gets nothing", () => {
  const plain = parseService("/s/service.yaml", text.replace(/config:[^]*/, ""));
  expect(checkSettings(plain, "Stack dev", { config: {}, secrets: [] })).toEqual({});
  expect(() => checkSettings(plain, "Stack dev", { config: { A: 1 }, secrets: [] })).toThrow(
    'unknown key "A"',
  );
});

test("a config block that is no JSON Schema is refused when it is read", () => {
  expect(() => parseService("/s/service.yaml", text.replace("type: integer", "type: whole"))).toThrow(
    /not a JSON Schema/,
  );
});

test("the example is valid, and editors complete it with the published schema", () => {
  expect(loadService(join(root, "examples/hello")).port).toBe(8080);
  expect(JSON.parse(readFileSync(join(root, "docs/service.schema.json"), "utf8"))).toEqual(serviceSchema);
});
