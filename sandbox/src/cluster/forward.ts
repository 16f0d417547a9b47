import { spawn } from "node:child_process";
import { connect, type Server, type Socket } from "node:net";
import path from "node:path";
import { join } from "../host/sockets";
import { inClusterNetwork } from "./daemons";

/**
 * Makes the registry's address mean the same inside the cluster's network. A listening socket belongs to the
 * network in which it was opened, whoever holds it: a child opens it inside and hands it over.
 */
export async function forwardRegistry(port: number): Promise<void> {
  const server = await listenInside(port);
  server.on("connection", (inside: Socket) => join(inside, connect({ host: "127.0.0.1", port })));
}

async function listenInside(port: number): Promise<Server> {
  const script = path.join(__dirname, "listen.js");
  const [nsenter = "", ...args] = inClusterNetwork([process.execPath, script, String(port)]);
  const child = spawn(nsenter, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("message", (_, handle) => {
      child.disconnect();
      resolve(handle as Server);
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`opening port ${port} inside failed: exit ${code ?? "?"}`)),
    );
  });
}
