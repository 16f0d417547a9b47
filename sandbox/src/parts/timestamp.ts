import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { answers } from "../host/sockets";
import type { Place } from "../place";
import { KEYS, PASSWORD } from "../signing";
import { inNamespaces } from "./namespaces";
import type { Part, PartView } from "./part";

export interface TimestampNeeds {
  readonly node: string;
  readonly program: string;
  /** Of the clone, because the door is a program of its own also while tests run the sources. */
  readonly compiled: string;
}

export const timestampView = ({ timestampPort }: Place): PartView => ({
  name: "timestamp",
  address: `127.0.0.1:${timestampPort}`,
  isReady: () => answers(`http://127.0.0.1:${timestampPort}/ping`),
});

export function timestampPart(place: Place, { node, program, compiled }: TimestampNeeds): Part {
  const { timestampPort, timestampSocket } = place;
  const authority = [
    ...[program, "serve", "--disable-ntp-monitoring", "--scheme", "unix", "--socket-path", timestampSocket],
    ...["--timestamp-signer", "file", "--file-signer-key-path", path.join(KEYS, "timestamp.key")],
    ...["--file-signer-passwd", readFileSync(PASSWORD, "utf8")],
    ...["--certificate-chain-path", path.join(KEYS, "timestamp.pem")],
  ];
  const door = path.join(compiled, "timestamp/door.js");
  return {
    ...timestampView(place),
    command: inNamespaces([], [node, door, String(timestampPort), timestampSocket, ...authority]),
    prepare: () => {
      mkdirSync(path.dirname(timestampSocket), { recursive: true, mode: 0o700 });
      rmSync(timestampSocket, { force: true });
      return Promise.resolve();
    },
  };
}
