import { type Credentials, type RegistryOptions } from "@waybill/core/registry";
import {
  addImage,
  bench,
  client,
  closeAll,
  closing,
  memoryRegistry,
  serve,
  signIn,
  type TestHandler,
} from "../../support/registry";

afterEach(closeAll);

const ann: Credentials = { kind: "password", username: "ann", password: "top-secret" };
const as = (credentials: Credentials | undefined): RegistryOptions => ({
  credentials: () => Promise.resolve(credentials),
});

describe("credentials stay where they belong", () => {
  it.each([301, 302, 303, 307, 308])(
    "REG-024: a %i to another host is followed without them",
    async (status) => {
      const seen: (string | undefined)[] = [];
      const memory = memoryRegistry();
      const image = addImage(memory, "team/app", "one");
      const storage = closing(
        await serve((request) => {
          seen.push(request.headers["authorization"]);
          return memory.handler(request);
        }),
      );
      const gate = signIn();
      const tokens = closing(await serve(gate.service));
      const redirect: TestHandler = ({ url }) => ({
        status,
        headers: { location: `${storage.url}${url.pathname}` },
      });
      const { registry, app } = await bench(
        gate.guard(redirect, () => `${tokens.url}/`),
        as(ann),
      );
      expect((await registry.getManifest(app, image.digest)).digest).toBe(image.digest);
      expect(seen).toEqual([undefined]);
    },
  );

  it("REG-024: a 401 from a host that we were redirected to is not answered (CVE-2020-15157)", async () => {
    const thief = closing(await serve(() => ({ status: 200, body: '{"token":"x"}' })));
    const storage = closing(
      await serve(() => ({ status: 401, headers: { "www-authenticate": `Bearer realm="${thief.url}/"` } })),
    );
    const { registry, app } = await bench(
      () => ({ status: 307, headers: { location: `${storage.url}/x` } }),
      as(ann),
    );
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "unauthorized" });
    expect(thief.log).toEqual([]);
  });

  it("a token service that redirects is not followed", async () => {
    const thief = closing(await serve(() => ({ status: 200, body: '{"token":"x"}' })));
    const tokens = closing(await serve(() => ({ status: 307, headers: { location: `${thief.url}/` } })));
    const challenge = { "www-authenticate": `Bearer realm="${tokens.url}/"` };
    for (const credentials of [ann, { kind: "identity-token", token: "refresh" } as const]) {
      const { registry, app } = await bench(() => ({ status: 401, headers: challenge }), as(credentials));
      await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "malformed" });
    }
    expect(thief.log).toEqual([]);
  });

  it.each([
    ["plain HTTP elsewhere", "http://tokens.example/token", "insecure"],
    ["another site", "https://tokens.example/token", "unauthorized"],
    ["a file", "file:///etc/passwd", "insecure"],
    ["no URL", "tokens", "insecure"],
    ["credentials in the URL", "https://a:b@127.0.0.1/", "insecure"],
  ])("they go to no realm with %s", async (_, realm, code) => {
    const { registry, app, server } = await bench(
      () => ({ status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } }),
      as(ann),
    );
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code });
    expect(server.log).toHaveLength(1);
  });

  it.each([
    ["Basic", 'Basic realm="x"'],
    ["Bearer", 'Bearer realm="https://tokens.example/"'],
  ])("they never cross the network in the clear (%s)", async (_, challenge) => {
    const sent: string[] = [];
    const registry = client({
      ...as(ann),
      insecure: ["registry.example:5000"],
      wire: {
        send: ({ url, headers }) => {
          sent.push(`${url.href} ${headers["authorization"] ?? ""}`);
          return Promise.resolve(answer(401, { "www-authenticate": challenge }));
        },
        close: () => Promise.resolve(),
      },
    });
    const app = { registry: "registry.example:5000", repository: "team/app" };
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "insecure" });
    expect(sent).toEqual(["http://registry.example:5000/v2/team/app/manifests/v1 "]);
  });
});

describe("realms", () => {
  /** Where credentials were sent to, for a registry that names a realm. */
  async function visited(registry: string, realm: string, options: RegistryOptions = {}) {
    const sent: string[] = [];
    const one = client({
      ...as(ann),
      ...options,
      wire: {
        send: ({ url, headers }) => {
          if (headers["authorization"]?.startsWith("Basic") === true) sent.push(url.host);
          if (headers["authorization"] === "Bearer good") return Promise.resolve(answer(404));
          if (url.pathname.startsWith("/v2/")) {
            return Promise.resolve(answer(401, { "www-authenticate": `Bearer realm="${realm}"` }));
          }
          return Promise.resolve(answer(200, {}, '{"token":"good"}'));
        },
        close: () => Promise.resolve(),
      },
    });
    const code = await one
      .getManifest({ registry, repository: "team/app" }, "v1")
      .then(String, (error: unknown) => (error as { code: string }).code);
    return { sent, code };
  }

  it.each([
    ["docker.io", "https://auth.docker.io/token", "auth.docker.io"],
    ["registry.gitlab.com", "https://gitlab.com/jwt/auth", "gitlab.com"],
    ["ghcr.io", "https://ghcr.io/token", "ghcr.io"],
    ["quay.io", "https://auth.quay.io/v2", "auth.quay.io"],
    ["10.0.0.1:5000", "https://10.0.0.1/token", "10.0.0.1"],
  ])("%s may name %s", async (registry, realm, host) => {
    expect(await visited(registry, realm)).toEqual({ sent: [host], code: "not-found" });
  });

  it.each([
    ["ghcr.io", "https://evil.io/token"],
    ["registry.gitlab.com", "https://gitlab.com.evil.example/"],
    ["registry.gitlab.com", "https://notgitlab.com/"],
    ["registry.example.com", "https://127.0.0.1/token"],
    ["10.0.0.1:5000", "https://10.0.0.2/token"],
    ["10.0.0.1:5000", "https://0.0.1/token"],
  ])("%s may not name %s", async (registry, realm) => {
    const { sent, code } = await visited(registry, realm);
    expect(sent).toEqual([]);
    expect(["unauthorized", "insecure"]).toContain(code);
  });

  it("may be listed by the user", async () => {
    const trustedRealms = { "registry.corp.example": ["sso.other.example"] };
    const realm = "https://sso.other.example/token";
    expect((await visited("registry.corp.example", realm, { trustedRealms })).sent).toEqual([
      "sso.other.example",
    ]);
    expect((await visited("registry.else.example", realm, { trustedRealms })).sent).toEqual([]);
  });
});

function answer(status: number, headers: Record<string, string> = {}, body = "") {
  return {
    status,
    headers,
    body: (async function* () {
      yield await Promise.resolve(Buffer.from(body));
    })(),
    discard: () => Promise.resolve(),
  };
}
