import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { readRecord, writeRecord } from "../../sandbox/src/record";
import { PROGRAM, run, SandboxDriver } from "../sandbox/driver";

jest.setTimeout(180_000);

const sandbox = new SandboxDriver(5894);
const { place, home, environment } = sandbox;
beforeAll(async () => {
  await sandbox.begin();
  await sandbox.mustUp();
});
afterAll(() => sandbox.remove());

test("another clone's sandbox is left alone", async () => {
  const record = readRecord(place);
  if (record === undefined) throw new Error("no record");
  const running = sandbox.pids();
  writeRecord(place, { ...record, owner: "/another/clone" });
  const ran = await sandbox.command("up");
  writeRecord(place, record);
  expect(ran).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("found one made by /another/clone. Use it from there") as string,
  });
  expect(sandbox.pids()).toEqual(running);
});

test("a taken port is named with its holder, and nothing is left behind", async () => {
  const port = place.port + 1;
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const elsewhere = {
    ...environment,
    XDG_STATE_HOME: path.join(home, "taken"),
    WAYBILL_SANDBOX_PORT: String(port),
  };
  mkdirSync(elsewhere.XDG_STATE_HOME);
  const ran = await sandbox.command("up", elsewhere);
  server.close();
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain(
    `port ${port} on 127.0.0.1: expected nobody listening there, found pid ${process.pid} (`,
  );
  expect(ran.err).toContain(`WAYBILL_SANDBOX_PORT=${port + 1}`);
  expect(existsSync(path.join(elsewhere.XDG_STATE_HOME, "waybill"))).toBe(false);
});

test("addresses that the machine uses already are named, and nothing is left behind", async () => {
  const port = place.port + 512; // has the same addresses
  const elsewhere = { ...environment, WAYBILL_SANDBOX_PORT: String(port) };
  const ran = await sandbox.command("up", elsewhere);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain(`the addresses ${place.network.whole} of the sandbox with port ${port}`);
  expect(ran.err).toContain(" on waybill-5894. Choose another port");
  expect(existsSync(path.join(place.parent, `sandbox-${port}`))).toBe(false);
});

test("without root it is refused with the way on, and nothing is left behind", async () => {
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  // The clone may lie in a folder that only root can read.
  const reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
  const elsewhere = { ...environment, XDG_STATE_HOME: path.join(home, "nobody") };
  mkdirSync(elsewhere.XDG_STATE_HOME, { mode: 0o777 });
  for (const command of ["up", "status", "down"]) {
    const ran = await run("setpriv", [...nobody, ...reading, process.execPath, PROGRAM, command], elsewhere);
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toContain(
      'found user id 65534. The README\'s section "Own cluster" runs the same program on kind',
    );
  }
  expect(existsSync(path.join(elsewhere.XDG_STATE_HOME, "waybill"))).toBe(false);
});
