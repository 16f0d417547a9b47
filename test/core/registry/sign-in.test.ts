import { type Credentials, type RegistryOptions } from "@waybill/core/registry";
import {
  addBlob,
  addImage,
  bench,
  closeAll,
  closing,
  digestFor,
  from,
  memoryRegistry,
  serve,
  signIn,
  type SignInOptions,
  type TestHandler,
} from "../../support/registry";

afterEach(closeAll);

const ann: Credentials = { kind: "password", username: "ann", password: "top-secret" };
const as = (credentials: Credentials | undefined): RegistryOptions => ({
  credentials: () => Promise.resolve(credentials),
});

/** A registry behind a token service on another port. */
async function guarded(options: SignInOptions = {}, client: RegistryOptions = as(ann)) {
  const memory = memoryRegistry();
  const image = addImage(memory, "team/app", "one", "v1");
  const gate = signIn(options);
  const tokens = closing(await serve(gate.service));
  const made = await bench(
    gate.guard(memory.handler, () => `${tokens.url}/token`),
    client,
  );
  return { ...made, memory, image, gate, tokens };
}

describe("token authentication", () => {
  it("takes one refusal, one token, and remembers both", async () => {
    const { registry, app, image, server, tokens } = await guarded({ users: { ann: "top-secret" } });
    for (let round = 0; round < 3; round++) await registry.getManifest(app, image.digest);
    expect(server.log).toHaveLength(4);
    expect(tokens.log).toEqual(["GET /token?service=test&scope=repository%3Ateam%2Fapp%3Apull"]);
  });

  it("goes without credentials where there are none", async () => {
    const { registry, app, image } = await guarded({}, as(undefined));
    expect((await registry.getManifest(app, image.digest)).digest).toBe(image.digest);
  });

  it("shares one token between many workers", async () => {
    const { registry, app, image, tokens } = await guarded({ users: { ann: "top-secret" } });
    await Promise.all(Array.from({ length: 20 }, () => registry.getManifest(app, image.digest)));
    expect(tokens.log).toHaveLength(1);
  });

  it("gets a new token shortly before the old one ends", async () => {
    const { registry, app, image, clock, server, tokens } = await guarded({ expiresIn: 300 });
    await registry.getManifest(app, image.digest);
    await clock.sleep(295_000, new AbortController().signal);
    await registry.getManifest(app, image.digest);
    expect(tokens.log).toHaveLength(2);
    expect(server.log).toHaveLength(3);
  });

  it("gets a new token when the old one is refused, once for all workers", async () => {
    const { registry, app, image, gate, tokens } = await guarded();
    await registry.getManifest(app, image.digest);
    gate.expire();
    await Promise.all(Array.from({ length: 10 }, () => registry.getManifest(app, image.digest)));
    expect(tokens.log).toHaveLength(2);
  });

  it("asks for the right to push and to mount when it needs it", async () => {
    const { registry, app, memory, tokens } = await guarded();
    const blob = addBlob(memory, "team/base", "content");
    expect(await registry.putBlob(app, blob, from("content"), { mountFrom: "team/base" })).toBe("mounted");
    expect(decodeURIComponent(tokens.log.at(-1) ?? "")).toContain(
      "scope=repository:team/app:pull,push&scope=repository:team/base:pull",
    );
  });

  it("takes the scope that the registry asks for where ours is not enough", async () => {
    const scopes: string[] = [];
    const tokens = closing(
      await serve(({ url }) => {
        scopes.push(url.searchParams.get("scope") ?? "");
        return { status: 200, body: JSON.stringify({ access_token: `t${scopes.length}` }) };
      }),
    );
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const challenge = `Bearer realm="${tokens.url}/",scope="special:*"`;
    const { registry, app, server } = await bench((request) =>
      request.headers["authorization"] === "Bearer t2"
        ? memory.handler(request)
        : { status: 401, headers: { "www-authenticate": challenge } },
    );
    await registry.getManifest(app, image.digest);
    expect(scopes).toEqual(["repository:team/app:pull", "special:*"]);
    await registry.getManifest(app, image.digest);
    expect(server.log).toHaveLength(4);
  });

  it("sends an identity token as a refresh token, in the body", async () => {
    const bodies: string[] = [];
    const tokens = closing(
      await serve(async (request) => {
        bodies.push(`${request.method} ${request.url.search} ${(await request.read()).toString()}`);
        return { status: 200, body: JSON.stringify({ access_token: "good" }) };
      }),
    );
    const { registry, app } = await bench(
      ({ headers }) =>
        headers["authorization"] === "Bearer good"
          ? { status: 404 }
          : { status: 401, headers: { "www-authenticate": `Bearer realm="${tokens.url}/",service="s"` } },
      as({ kind: "identity-token", token: "refresh me" }),
    );
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "not-found" });
    expect(bodies).toEqual([
      "POST  service=s&scope=repository%3Ateam%2Fapp%3Apull&grant_type=refresh_token&refresh_token=refresh+me&client_id=waybill",
    ]);
  });

  it("says unauthorized, without the password, where the service refuses us", async () => {
    const { registry, app, tokens } = await guarded({ users: { ann: "another" } });
    const failure = registry.getManifest(app, "v1");
    await expect(failure).rejects.toMatchObject({ code: "unauthorized" });
    await expect(failure).rejects.toThrow("docker login");
    const said = await failure.catch((error: unknown) => JSON.stringify(error) + String(error));
    expect(said).not.toContain("top-secret");
    expect(tokens.log).toHaveLength(1);
  });

  it.each([
    ["no JSON", "<html>"],
    ["no token", "{}"],
    ["a token with a line break", JSON.stringify({ token: "a\r\nX-Evil: 1" })],
    ["an endless token", JSON.stringify({ token: "x".repeat(100_000) })],
  ])("refuses %s from the service", async (_, body) => {
    const tokens = closing(await serve(() => ({ status: 200, body })));
    const challenge = { "www-authenticate": `Bearer realm="${tokens.url}/"` };
    const { registry, app } = await bench(() => ({ status: 401, headers: challenge }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({
      code: body.length > 50_000 ? "too-large" : "malformed",
    });
  });

  it("ends at once for one caller while another goes on waiting for the same token", async () => {
    let give: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (give = resolve));
    const gate = signIn();
    const tokens = closing(
      await serve(async (request) => {
        await held;
        return gate.service(request);
      }),
    );
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const { registry, app } = await bench(gate.guard(memory.handler, () => `${tokens.url}/`));
    const caller = new AbortController();
    const first = registry.getManifest(app, image.digest, { signal: caller.signal });
    const second = registry.getManifest(app, image.digest);
    while (tokens.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
    caller.abort();
    await expect(first).rejects.toMatchObject({ code: "aborted" });
    give?.();
    expect((await second).digest).toBe(image.digest);
  });
});

describe("a password", () => {
  const basic: TestHandler = ({ headers }) =>
    headers["authorization"] === `Basic ${Buffer.from("ann:top-secret").toString("base64")}`
      ? { status: 404 }
      : { status: 401, headers: { "www-authenticate": 'Negotiate, Basic realm="x"' } };

  it("is sent where it is asked for, from then on at once", async () => {
    const { registry, app, server } = await bench(basic, as(ann));
    expect(await registry.hasManifest(app, digestFor("x"))).toBe(false);
    expect(await registry.hasManifest(app, digestFor("x"))).toBe(false);
    expect(server.log).toHaveLength(3);
  });

  it("is sent once only where it is refused", async () => {
    const { registry, app, server } = await bench(basic, as({ ...ann, password: "wrong" }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "unauthorized" });
    expect(server.log).toHaveLength(2);
  });

  it("is looked up again when it no longer fits", async () => {
    let lookups = 0;
    const credentials = () => {
      lookups += 1;
      return Promise.resolve({ ...ann, password: lookups === 1 ? "of yesterday" : "top-secret" });
    };
    const { registry, app } = await bench(basic, { credentials });
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "unauthorized" });
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "not-found" });
    expect(lookups).toBe(2);
  });

  it("that is missing is said to be missing", async () => {
    const { registry, app } = await bench(basic, as(undefined));
    await expect(registry.getManifest(app, "v1")).rejects.toThrow("found no credentials");
  });

  it("is not looked up before somebody asks", async () => {
    const credentials = jest.fn(() => Promise.resolve(ann));
    const { registry, app } = await bench(() => ({ status: 404 }), { credentials });
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "not-found" });
    expect(credentials).not.toHaveBeenCalled();
  });

  it("whose look-up fails is an error of its own", async () => {
    const credentials = () => Promise.reject(new Error("keyring locked"));
    const { registry, app } = await bench(basic, { credentials });
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "credentials" });
  });
});
