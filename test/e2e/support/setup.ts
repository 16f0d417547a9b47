import { dirname } from "node:path";
import { ensureTools } from "@waybill/tools";

const otherSide = ["cosign", "fulcio", "timestamp-server", "rekor-server"] as const;

/** What only the tests need is brought before the first of them, so that none waits for a compiler or is left out. */
export default async function setup(): Promise<void> {
  const found = await ensureTools(otherSide, (line) => process.stdout.write(`${line}\n`));
  process.env["PATH"] = [...[...found.values()].map((path) => dirname(path)), process.env["PATH"]].join(":");
}
