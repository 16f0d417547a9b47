import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { encodeValues, type Values } from "@waybill/provider";
import { ask, rejection } from "../../provider/served";
import { caSha256, kubeconfig, standIn } from "./stand-in";

const type = "kubernetes:core/v1:ConfigMap";
const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web", namespace: "shop" } };

describe("the one cluster that the stand-in serves", () => {
  const refusal =
    /expected the sandbox's own cluster, the only one that the stand-in for the Kubernetes provider serves, found (.*)\. For another/;

  test("it says what it is, once", async () => {
    const { configure, engine, server } = await standIn(type);
    await configure({ kubeconfig: JSON.stringify(kubeconfig(server)) });
    expect(engine.lines).toMatchObject([
      { severity: "info", ephemeral: false, text: expect.stringContaining("stand-in") as string },
    ]);
  });

  test.each([
    [
      "another server",
      (home: string) =>
        writeFileSync(
          join(home, "waybill-stand-in.json"),
          JSON.stringify({ server: "https://prod:6443", caSha256 }),
        ),
      /the sandbox at https:\/\/prod:6443/,
    ],
    [
      "another authority",
      (home: string, server: string) =>
        writeFileSync(
          join(home, "waybill-stand-in.json"),
          JSON.stringify({ server, caSha256: "0".repeat(64) }),
        ),
      /another certificate authority, [0-9a-f]{64}/,
    ],
    [
      "no pass",
      (home: string) => rmSync(join(home, "waybill-stand-in.json")),
      /no readable .*waybill-stand-in\.json/,
    ],
    [
      "a pass that is no JSON",
      (home: string) => writeFileSync(join(home, "waybill-stand-in.json"), "{"),
      /no readable .*waybill-stand-in\.json/,
    ],
  ])("%s is refused", async (_, spoil, found) => {
    const { configure, home, server } = await standIn(type);
    spoil(home, server);
    const error = await rejection(configure({ kubeconfig: JSON.stringify(kubeconfig(server)) }));
    expect(refusal.exec(error.details)?.[1]).toMatch(found);
  });
});

describe("the kubeconfig", () => {
  test("may be a file, KUBECONFIG may name several, and then there is the one at home", async () => {
    const nowhere = { kubeconfig: "" };
    const parts = (server: string, home: string) => {
      const { users, ...rest } = kubeconfig(server);
      writeFileSync(join(home, "users"), JSON.stringify({ users: users ?? null }));
      writeFileSync(join(home, "clusters"), JSON.stringify(rest));
      return { KUBECONFIG: `${join(home, "users")}:${join(home, "clusters")}` };
    };
    const { configure, home, server } = await standIn(type, { config: nowhere, env: parts });
    writeFileSync(join(home, "whole"), JSON.stringify(kubeconfig(server)));
    await configure({ kubeconfig: join(home, "whole") });
    await configure({ kubeconfig: "~/whole" });
    const atHome = (address: string, folder: string) => {
      mkdirSync(join(folder, ".kube"));
      writeFileSync(join(folder, ".kube/config"), JSON.stringify(kubeconfig(address)));
      return {};
    };
    await expect(standIn(type, { config: nowhere, env: atHome })).resolves.toBeDefined();
  });

  test("sends the user's token", async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(404).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { home, configure, read } = await standIn(type);
    writeFileSync(join(home, "waybill-stand-in.json"), JSON.stringify({ server: address, caSha256 }));
    await configure({ kubeconfig: JSON.stringify(kubeconfig(address)) });
    await read("shop/web");
    server.close();
    expect(seen).toEqual(["Bearer t0ken"]);
  });

  const without = (change: (config: Record<string, unknown>) => void) => {
    const config = structuredClone(kubeconfig("https://x")) as Record<string, unknown>;
    change(config);
    return JSON.stringify(config);
  };
  test.each([
    ["no such file", "/nowhere/kubeconfig", /kubeconfig \/nowhere\/kubeconfig: expected a readable file/],
    ["no object", "- 1\n- 2\n", /expected a YAML or JSON object/],
    [
      "no context",
      without((config) => delete config["current-context"]),
      /expected context \(none is chosen\), found these: sandbox/,
    ],
    [
      "a context that is not there",
      without((config) => (config["current-context"] = "x")),
      /expected context x, found these: sandbox/,
    ],
    [
      "a login program",
      without((config) => (config["users"] = [{ name: "me", user: { exec: {} } }])),
      /expected a token or a client certificate, found exec/,
    ],
  ])("%s is refused", async (_, config, message) => {
    const { configure } = await standIn(type);
    expect((await rejection(configure({ kubeconfig: config }))).details).toMatch(message);
  });
});

describe("the provider's config", () => {
  async function checkConfig(config: Values) {
    const { client } = await standIn(type);
    const request = new pb.CheckRequest();
    request.setNews(encodeValues(config));
    const response = await ask<pb.CheckResponse>((done) => client.checkConfig(request, done));
    return response.getFailuresList().map((failure) => failure.getProperty());
  }

  test("what the stand-in does not serve is refused, not ignored; what is not its business passes", async () => {
    const refused = {
      renderYamlToDirectory: "out",
      deleteUnreachable: "true",
      skipUpdateUnreachable: "true",
      enableServerSideApply: "false",
    };
    expect(await checkConfig(refused)).toEqual(Object.keys(refused));
    const fine = {
      enableServerSideApply: "true",
      deleteUnreachable: "false",
      suppressHelmHookWarnings: "true",
      other: "x",
    };
    expect(await checkConfig(fine)).toEqual([]);
  });

  test("so is what the environment asks for", async () => {
    const env = { PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: "false" };
    await expect(standIn(type, { env })).rejects.toThrow(
      /enableServerSideApply: expected the default, found false/,
    );
  });

  async function diffConfig(olds: Values, news: Values) {
    const { client } = await standIn(type);
    const request = new pb.DiffRequest();
    request.setOldInputs(encodeValues(olds));
    request.setNews(encodeValues(news));
    return (await ask<pb.DiffResponse>((done) => client.diffConfig(request, done))).getReplacesList();
  }
  const at = (server: string, token: string): Values => {
    const config = kubeconfig(server);
    return { kubeconfig: JSON.stringify({ ...config, users: [{ name: "me", user: { token } }] }) };
  };

  test("another cluster replaces everything, another token nothing", async () => {
    expect(await diffConfig(at("https://a", "1"), at("https://b", "1"))).toEqual(["kubeconfig"]);
    expect(await diffConfig(at("https://a", "1"), at("https://a", "2"))).toEqual([]);
    expect(await diffConfig({ namespace: "a" }, { namespace: "b" })).toEqual([]);
    expect(await diffConfig({ kubeconfig: "/gone" }, at("https://a", "1"))).toEqual([]);
  });
});

describe("an API server that does not answer", () => {
  const path = "/api/v1/namespaces/shop/configmaps/web";

  test("one that is busy or just restarting is asked again", async () => {
    const { create, api } = await standIn(type);
    api.refuse(`PATCH ${path}`, 429, "TooManyRequests", "slow down", {}, 2);
    api.refuse(`PATCH ${path}`, 503, "ServiceUnavailable", "not yet");
    expect((await create(inputs)).getId()).toBe("shop/web");
    expect(api.requests.filter((one) => one === `PATCH ${path}`)).toHaveLength(4);
  });

  test("one that stays busy ends the operation", async () => {
    const { create, api } = await standIn(type);
    api.refuse(`PATCH ${path}`, 429, "TooManyRequests", "slow down", {}, 99);
    expect((await rejection(create(inputs))).details).toContain("found 429 TooManyRequests: slow down.");
  });

  test("one that is not there ends the operation, after some tries", async () => {
    const address = "http://127.0.0.1:9";
    const { home, configure, create } = await standIn(type);
    writeFileSync(join(home, "waybill-stand-in.json"), JSON.stringify({ server: address, caSha256 }));
    await configure({ kubeconfig: JSON.stringify(kubeconfig(address)) });
    const error = await rejection(create(inputs));
    expect(error.details).toMatch(
      /^API server http:\/\/127\.0\.0\.1:9: expected an answer, found .*ECONNREFUSED.* Is the sandbox up\?/,
    );
  });

  test("an answer that is no JSON is told as it is", async () => {
    const { create, api } = await standIn(type);
    api.prepare(`PATCH ${path}`, { status: 502, body: { message: "<html>bad gateway</html>" } });
    expect((await rejection(create(inputs))).details).toContain("found 502: <html>bad gateway</html>.");
  });
});
