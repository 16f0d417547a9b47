import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { listenersOn, ownerOf, parseListeners } from "../../../sandbox/src/host/listeners";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:16A8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:16A8 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 4713 1 0
   3: 00000000000000000000000001000000:0017 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 4714 1 0
`;

test("reads who listens, and where; connections are not listeners", () => {
  expect(parseListeners(TABLE)).toEqual([
    { port: 5800, address: "127.0.0.1", inode: "4711" },
    { port: 22, address: "::", inode: "4713" },
    { port: 23, address: "0000:0000:0000:0000:0000:0000:0000:0001", inode: "4714" },
  ]);
});

test("finds this process behind a port that it holds", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const [listener] = listenersOn((server.address() as AddressInfo).port);
  expect(listener && ownerOf(listener)).toMatchObject({
    pid: process.pid,
    command: expect.stringMatching(/node|jest/) as string,
  });
  server.close();
});

test("nobody is behind a socket that is gone", () => {
  expect(ownerOf({ port: 1, address: "127.0.0.1", inode: "0" })).toBeUndefined();
});
