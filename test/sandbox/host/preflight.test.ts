import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { assertLinuxRoot, assertPortFree, assertPrograms } from "../../../sandbox/src/host/preflight";
import { refusalOf } from "../refusal";

test.each([
  [{ platform: "darwin", uid: 501 }, "found darwin"],
  [{ platform: "win32", uid: undefined }, "found win32"],
  [{ platform: "linux", uid: 1000 }, "found user id 1000"],
])("%j is sent to the README", (machine, found) => {
  const { code, message } = refusalOf(() => assertLinuxRoot(machine));
  expect(code).toBe("wrong-machine");
  expect(message).toContain(
    `the sandbox: expected root on Linux, ${found}. The README's section "Own cluster"`,
  );
});

test("root on Linux may", () => {
  expect(() => assertLinuxRoot({ platform: "linux", uid: 0 })).not.toThrow();
});

test("missing programs of the system are named with their packages", () => {
  expect(refusalOf(() => assertPrograms("/nowhere"))).toMatchObject({
    code: "missing-program",
    message:
      "the sandbox: expected the system's own programs on PATH, " +
      "found no ip, ldd, mount, nsenter, openssl, sh, unshare. " +
      "Run: apt-get install -y iproute2 libc-bin mount util-linux openssl dash",
  });
});

test.each(["127.0.0.1", "0.0.0.0"])(
  "a port taken on %s: which, by whom, and how to choose another",
  async (host) => {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const refused = assertPortFree("timestamp authority", port, 5800);
    await expect(refused).rejects.toMatchObject({ code: "port-taken" });
    await expect(refused).rejects.toThrow(
      `the timestamp authority's port ${port} on 127.0.0.1: expected nobody listening there, found pid ${process.pid} (`,
    );
    await expect(refused).rejects.toThrow(`WAYBILL_SANDBOX_PORT=5801`);
    server.close();
    await once(server, "close");
    await assertPortFree("registry", port, port);
  },
);
