import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { placeOf } from "../../../sandbox/src/place";
import type { Programs } from "../../../sandbox/src/programs";
import { ensurePlugins, type Plugins, type PluginWishes } from "../../../sandbox/src/pulumi/plugins";

const home = mkdtempSync(path.join(tmpdir(), "waybill-plugins-"));
afterAll(() => rmSync(home, { recursive: true }));

let places = 0;

/** A Pulumi CLI whose `plugin install` succeeds for the plugins named, and writes down that it was asked. */
function setUp(...installable: string[]) {
  const place = placeOf({ port: 5801, stateDir: path.join(home, String(++places)) });
  const pulumi = path.join(home, `pulumi-${places}`);
  const asked = `${pulumi}.asked`;
  const script = `#!/bin/sh
echo "$4" >> ${asked}
case " ${installable.join(" ")} " in *" $4 "*) ;; *) exit 1 ;; esac
mkdir -p "$PULUMI_HOME/plugins/resource-$4-$5"
echo official > "$PULUMI_HOME/plugins/resource-$4-$5/pulumi-resource-$4"
`;
  writeFileSync(pulumi, script);
  chmodSync(pulumi, 0o755);
  const programs = { pulumi, node: "/opt/node/bin/node" } as Programs;
  const ensure = (before?: Plugins, wishes: Partial<PluginWishes> = {}) =>
    ensurePlugins(
      place,
      programs,
      { standIn: false, before, reachable: () => Promise.resolve(true), ...wishes },
      () => undefined,
    );
  const folder = path.join(place.pulumiHome, "plugins");
  const text = (name: string) => {
    const version = readdirSync(folder).find((entry) => entry.startsWith(`resource-${name}-v`)) ?? "";
    return readFileSync(path.join(folder, version, `pulumi-resource-${name}`), "utf8");
  };
  return {
    ensure,
    text,
    folder,
    asked: () => (existsSync(asked) ? readFileSync(asked, "utf8").trim().split("\n") : []),
  };
}

test("the official plugins, in the versions of the npm packages, and only once", async () => {
  const { ensure, text, asked } = setUp("kubernetes", "docker-build");
  const plugins = await ensure();
  expect(plugins).toEqual({
    kubernetes: { version: versionOf("kubernetes"), source: "official" },
    "docker-build": { version: versionOf("docker-build"), source: "official" },
  });
  expect(text("kubernetes")).toBe("official\n");
  expect(await ensure(plugins)).toEqual(plugins);
  expect(asked()).toEqual(["kubernetes", "docker-build"]);
});

test("where the official one cannot be had, the stand-in, which is not asked about again", async () => {
  const { ensure, text, asked } = setUp("docker-build");
  const plugins = await ensure();
  expect(plugins.kubernetes.source).toBe("stand-in");
  expect(text("kubernetes")).toMatch(
    /^#!\/opt\/node\/bin\/node\nrequire\(".*\/sandbox\/dist\/kubernetes-provider\/main\.js"\);\n$/,
  );
  await ensure(plugins);
  expect(asked()).toEqual(["kubernetes", "docker-build"]);
});

test("a test may ask for the stand-in where the official one is there; the sandbox then keeps it", async () => {
  const { ensure, text, asked } = setUp("kubernetes", "docker-build");
  const official = await ensure();
  const standIn = await ensure(official, { standIn: true });
  expect(standIn.kubernetes.source).toBe("stand-in");
  expect(text("kubernetes")).toMatch(/kubernetes-provider/);
  expect(await ensure(standIn)).toEqual(standIn);
  expect(asked()).toEqual(["kubernetes", "docker-build"]);
});

test("a site that cannot be reached is not tried", async () => {
  const { ensure, asked, folder } = setUp("kubernetes", "docker-build");
  const before = await ensure();
  rmSync(path.join(folder, `resource-kubernetes-v${versionOf("kubernetes")}`), { recursive: true });
  const after = await ensure(before, { reachable: () => Promise.resolve(false) });
  expect(after.kubernetes.source).toBe("stand-in");
  expect(asked()).toEqual(["kubernetes", "docker-build"]);
});

function versionOf(name: string): string {
  return jest.requireActual<{ version: string }>(`@pulumi/${name}/package.json`).version;
}
