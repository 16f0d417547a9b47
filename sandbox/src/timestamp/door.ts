import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { join } from "../host/sockets";

/**
 * Leads from a port on 127.0.0.1 to the socket of the timestamp authority. The authority also opens port 2112 on every address,
 * and cannot be told not to: so it runs in a network of its own, where nobody reaches that. If it ends, this ends too.
 */
const [port = "", socket = "", program = "", ...args] = process.argv.slice(2);

createServer((near) => join(near, connect(socket))).listen(Number(port), "127.0.0.1");
spawn("unshare", ["--net", program, ...args], { stdio: "inherit" })
  .once("error", (error) => end(`it did not start: ${error.message}`))
  .once("exit", (code, signal) => end(`it ended (${code ?? signal ?? "?"})`));

function end(reason: string): never {
  console.error(reason);
  process.exit(1);
}
