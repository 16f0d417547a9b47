import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anonymous, createRegistry, type WireRequest } from "@waybill/core/registry";
import { bench, client, closeAll, closing, memoryRegistry, addImage, serve } from "../../support/registry";

afterEach(closeAll);

/** What a registry elsewhere may lead us to, without any network. */
async function led(registry: string, location: string | undefined, insecure: string[] = []) {
  const asked: string[] = [];
  const wire = {
    send: ({ url }: WireRequest) => {
      asked.push(url.href);
      const first = asked.length === 1;
      return Promise.resolve({
        status: first ? 307 : 404,
        headers: first && location !== undefined ? { location } : {},
        body: (async function* () {})(),
        discard: () => Promise.resolve(),
      });
    },
    close: () => Promise.resolve(),
  };
  const app = { registry, repository: "team/app" };
  const failure = client({ wire, insecure }).getManifest(app, "v1");
  const code = await failure.then(String, (error: unknown) => (error as { code: string }).code);
  return { code, asked: asked.slice(1) };
}

describe("redirects", () => {
  it.each([
    ["relative", "/elsewhere", "https://registry.example/elsewhere"],
    ["to another https host", "https://cdn.example/x?sig=1", "https://cdn.example/x?sig=1"],
  ])("are followed when %s", async (_, location, target) => {
    expect(await led("registry.example", location)).toEqual({ code: "not-found", asked: [target] });
  });

  it.each([
    ["from TLS to plain HTTP", "registry.example", "http://registry.example/x"],
    ["to this machine", "registry.example", "https://127.0.0.1/x"],
    ["to localhost", "registry.example", "https://localhost:6443/x"],
    ["to IPv6 loopback", "registry.example", "https://[::1]/x"],
    ["to any address of this machine", "registry.example", "https://0.0.0.0/x"],
    ["to localhost with a dot", "registry.example", "https://localhost./x"],
    ["to a name under localhost", "registry.example", "https://a.localhost/x"],
    ["to IPv4 loopback inside IPv6", "registry.example", "https://[::ffff:127.0.0.1]/x"],
    ["to a decimal loopback address", "registry.example", "https://2130706433/x"],
    ["to a file", "registry.example", "file:///etc/passwd"],
    ["with credentials", "registry.example", "https://a:b@cdn.example/x"],
    ["to nowhere", "registry.example", undefined],
    ["to nonsense", "registry.example", "https://["],
  ])("are refused %s", async (_, registry, location) => {
    expect(await led(registry, location)).toEqual({ code: "unsafe-redirect", asked: [] });
  });

  it("are refused from a listed plain-HTTP registry to another plain-HTTP host", async () => {
    const listed = ["registry.example"];
    expect((await led("registry.example", "http://registry.example/x", listed)).code).toBe("not-found");
    expect((await led("registry.example", "http://cdn.example/x", listed)).code).toBe("unsafe-redirect");
  });

  it("end after a few", async () => {
    const { registry, app, server } = await bench(({ url }) => ({
      status: 302,
      headers: { location: `${url.pathname}x` },
    }));
    await expect(registry.getManifest(app, "v1")).rejects.toMatchObject({ code: "unsafe-redirect" });
    expect(server.log).toHaveLength(6);
  });
});

describe("where a registry is spoken to", () => {
  it.each([
    ["docker.io", [], [], "https://registry-1.docker.io"],
    ["registry.example", [], [], "https://registry.example"],
    ["registry.example:5000", ["registry.example:5000"], [], "http://registry.example:5000"],
    ["localhost:5000", [], [], "http://localhost:5000"],
    ["127.0.0.1:5000", [], [], "http://127.0.0.1:5000"],
    ["127.9.9.9:5000", [], [], "http://127.9.9.9:5000"],
    ["[::1]:5000", [], [], "http://[::1]:5000"],
    ["localhost:5443", [], ["localhost:5443"], "https://localhost:5443"],
    ["localhost.example.com", [], [], "https://localhost.example.com"],
    ["128.0.0.1", [], [], "https://128.0.0.1"],
  ])("%s (plain HTTP: %j, TLS: %j): %s", async (registry, insecure, secure, origin) => {
    const asked: string[] = [];
    const wire = {
      send: ({ url }: WireRequest) => {
        asked.push(url.origin);
        return Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
      },
      close: () => Promise.resolve(),
    };
    const app = { registry, repository: "library/app" };
    const failure = client({ wire, insecure, secure }).getManifest(app, "v1");
    await expect(failure).rejects.toMatchObject({ code: "unreachable" });
    expect(asked).toEqual([origin]);
  });
});

describe("TLS", () => {
  it("is spoken with a registry whose authority is trusted, and with no other", async () => {
    const { key, cert } = selfSigned();
    const memory = memoryRegistry();
    const image = addImage(memory, "team/app", "one");
    const server = closing(await serve(memory.handler, { tls: { key, cert } }));
    const app = { registry: server.host, repository: "team/app" };
    const trusting = closing(createRegistry({ secure: [server.host], ca: [cert], credentials: anonymous }));
    expect((await trusting.getManifest(app, image.digest)).digest).toBe(image.digest);
    const failure = client({ secure: [server.host] }).getManifest(app, image.digest);
    await expect(failure).rejects.toMatchObject({ code: "unreachable" });
    await expect(failure).rejects.toThrow("certificate");
  });
});

/** A certificate for 127.0.0.1, made on the spot. */
function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "waybill-tls-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, "-days", "2", ...name], {
      stdio: "ignore",
    });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
