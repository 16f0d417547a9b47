import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { placeOf, type SandboxRecord } from "@waybill/sandbox";
import { describeKubernetesProvider } from "./kubernetes-provider/suite";
import { options, useSandbox } from "./support/sandbox";

/** Where the official plugin can be installed, the sandbox has it, and the same tests run with it. */
function isOfficial(): boolean {
  // Which tests there are must be known before the first of them runs, so this waits for the sandbox right here.
  const main = join(__dirname, "../../sandbox/dist/main.js");
  const env = { ...process.env, WAYBILL_SANDBOX_PORT: String(options.port) };
  spawnSync(process.execPath, [main, "up"], { env, stdio: "ignore" });
  const record = JSON.parse(readFileSync(placeOf(options).record, "utf8")) as SandboxRecord;
  return record.plugins?.kubernetes.source === "official";
}

const official = isOfficial();
if (!official) console.log("official: not run, the plugin could not be installed here");

(official ? describe : describe.skip)("the official Kubernetes provider", () => {
  describeKubernetesProvider(async () => ({ sandbox: await useSandbox(), prefix: "official" }));
});
