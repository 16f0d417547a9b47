import { createServer } from "node:net";

/** Runs inside the cluster's network, only to open a port there and hand it to its parent (see forward.ts). */
const port = Number(process.argv[2]);
const server = createServer();
server.listen(port, "127.0.0.1", () => process.send?.("listening", server));
process.once("disconnect", () => process.exit()); // the parent has it now, and alone answers
