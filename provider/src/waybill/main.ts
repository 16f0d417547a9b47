import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createRegistry } from "@waybill/core/registry";
import { runProvider } from "../main";
import { waybillProvider } from "./provider";
import { syftOnPath } from "./syft";

const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
  version: string;
};
const world = {
  registry: createRegistry(),
  now: () => new Date(),
  wait: (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }),
  environment: process.env,
};

void runProvider(waybillProvider(version, world, syftOnPath(process.env)));
