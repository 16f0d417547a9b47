import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerCredentials } from "@waybill/core/registry";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "waybill-docker-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function withConfig(config: unknown) {
  writeFileSync(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  return dockerCredentials({ env: { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` } });
}

const ann = { kind: "password", username: "ann", password: "a:b" };

describe("docker's configuration file", () => {
  it.each([
    ["user and password in base64", { auth: base64("ann:a:b") }, ann],
    ["user and password", { username: "ann", password: "a:b" }, ann],
    [
      "an identity token",
      { auth: base64("ann:"), identitytoken: "t" },
      { kind: "identity-token", token: "t" },
    ],
    ["a registry token", { registrytoken: "t" }, { kind: "registry-token", token: "t" }],
    ["an empty entry", {}, undefined],
  ])("gives %s", async (_, entry, expected) => {
    const find = withConfig({ auths: { "registry.example:5000": entry } });
    expect(await find("registry.example:5000")).toEqual(expected);
    expect(await find("registry.example")).toBeUndefined();
  });

  it.each(["https://registry.example/v1/", "http://registry.example", "registry.example"])(
    "knows the key %s",
    async (key) => {
      expect(await withConfig({ auths: { [key]: { auth: base64("ann:a:b") } } })("registry.example")).toEqual(
        ann,
      );
    },
  );

  it.each(["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"])(
    "knows the hub as %s",
    async (key) => {
      expect(await withConfig({ auths: { [key]: { auth: base64("ann:a:b") } } })("docker.io")).toEqual(ann);
    },
  );

  it("gives nothing where there is no file", async () => {
    expect(await dockerCredentials({ env: {}, home: folder })("registry.example")).toBeUndefined();
  });

  it("is looked for in the home folder", async () => {
    mkdirSync(join(folder, ".docker"));
    writeFileSync(
      join(folder, ".docker", "config.json"),
      JSON.stringify({ auths: { "a.example": { auth: base64("ann:a:b") } } }),
    );
    expect(await dockerCredentials({ env: {}, home: folder })("a.example")).toEqual(ann);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", []],
    ["auths that are a list", { auths: [] }],
    ["an entry that is a text", { auths: { "a.example": "secret-text" } }],
    ["an auth that is no pair", { auths: { "a.example": { auth: base64("secret-text") } } }],
  ])("is refused with %s, without showing it", async (_, config) => {
    const failure = withConfig(config)("a.example");
    await expect(failure).rejects.toMatchObject({ code: "credentials" });
    await expect(failure).rejects.toThrow(/^(?!.*secret)/);
  });
});

describe("credential helpers", () => {
  function helper(name: string, script: string): void {
    const file = join(folder, `docker-credential-${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  it("are asked with `get` and the registry's name", async () => {
    helper("test", `read -r server; echo "{\\"Username\\":\\"ann\\",\\"Secret\\":\\"$1 $server\\"}"`);
    const find = withConfig({ credHelpers: { "a.example": "test" } });
    expect(await find("a.example")).toEqual({ ...ann, password: "get a.example" });
    expect(await find("b.example")).toBeUndefined();
  });

  it("are asked for the hub by its old name", async () => {
    helper("test", `read -r server; echo "{\\"Username\\":\\"ann\\",\\"Secret\\":\\"$server\\"}"`);
    expect(await withConfig({ credsStore: "test" })("docker.io")).toEqual({
      ...ann,
      password: "https://index.docker.io/v1/",
    });
  });

  it("may give identity tokens", async () => {
    helper("test", `echo '{"Username":"<token>","Secret":"t"}'`);
    expect(await withConfig({ credsStore: "test" })("a.example")).toEqual({
      kind: "identity-token",
      token: "t",
    });
  });

  it("of one registry goes before the common store, and the store before the file", async () => {
    helper("own", `echo '{"Username":"own","Secret":"x"}'`);
    helper("store", `echo "credentials not found in native keychain"; exit 1`);
    const find = withConfig({
      credHelpers: { "a.example": "own" },
      credsStore: "store",
      auths: { "a.example": { auth: base64("file:x") }, "b.example": { auth: base64("ann:a:b") } },
    });
    expect(await find("a.example")).toMatchObject({ username: "own" });
    expect(await find("b.example")).toEqual(ann);
  });

  it.each([
    ["fails", "echo secret-text; exit 2"],
    ["says something else", "echo secret-text"],
    ["says nothing", "exit 0"],
    ["floods", "head -c 1000000 /dev/zero"],
  ])("that %s is an error that shows nothing", async (_, script) => {
    helper("test", script);
    const failure = withConfig({ credsStore: "test" })("a.example");
    await expect(failure).rejects.toMatchObject({ code: "credentials" });
    await expect(failure).rejects.toThrow(/^(?!.*secret)/);
  });

  it.each(["missing", "../test", "a/b", "-x", ""])("called %j cannot run anything else", async (name) => {
    const find = withConfig({ credHelpers: { "a.example": name } });
    await expect(find("a.example")).rejects.toMatchObject({ code: "credentials" });
  });
});
