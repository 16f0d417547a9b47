import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readCommand } from "./processes";

export interface Listener {
  readonly port: number;
  readonly address: string;
  readonly inode: string;
}

export interface Owner {
  readonly pid: number;
  readonly command: string;
}

const LISTEN = "0A";

/** Listening sockets of /proc/net/tcp or tcp6, see proc_pid_net(5): addresses are hex words in host order. */
export function parseListeners(table: string): Listener[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map((fields) => {
      const [address = "", port = ""] = (fields[1] ?? "").split(":");
      return { port: Number.parseInt(port, 16), address: readableAddress(address), inode: fields[9] ?? "" };
    });
}

function readableAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, "hex").reverse()]);
  if (bytes.length === 4) return bytes.join(".");
  return bytes.every((byte) => byte === 0)
    ? "::"
    : Buffer.from(bytes)
        .toString("hex")
        .replace(/(.{4})(?=.)/g, "$1:");
}

export function listenersOn(port: number): Listener[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"]
    .flatMap((file) => parseListeners(readFileSync(file, "utf8")))
    .filter((listener) => listener.port === port);
}

/** Who holds a socket, if that process may be looked at and is not dying. */
export function ownerOf(listener: Listener): Owner | undefined {
  const target = `socket:[${listener.inode}]`;
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holds(name, target));
  if (pid === undefined) return undefined;
  const command = readCommand(Number(pid)).join(" ");
  return command === "" ? undefined : { pid: Number(pid), command };
}

function holds(pid: string, target: string): boolean {
  const folder = `/proc/${pid}/fd`;
  return (unlessGone(() => readdirSync(folder)) ?? []).some(
    (fd) => unlessGone(() => readlinkSync(`${folder}/${fd}`)) === target,
  );
}

/** Processes end and close files while they are looked at, and those of other users may not be looked at. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
