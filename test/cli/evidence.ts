import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bench, client, type Fault, type MemoryRegistry, withFaults } from "../support/registry";
import { inquiry, SAYS, type Shelf, shelf, trust } from "../core/offline/support";
import { waybill } from "./run";

const folder = mkdtempSync(join(tmpdir(), "waybill-cli-"));
const before = process.cwd();
// Where no promotion.yaml lies around.
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

export function inFolder(name: string): string {
  return join(folder, name);
}

export function put(name: string, content: string | Buffer | object): string {
  writeFileSync(
    inFolder(name),
    typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
  return inFolder(name);
}

/** The trust policy of the tests, as a file. */
export function trustFile(more: object = {}, signer: object = {}, name = "policy.yaml"): string {
  return put(name, trust(more, signer).document as object);
}

export interface Desk {
  readonly memory: MemoryRegistry;
  readonly image: string;
  readonly shelf: Shelf;
  /** Every request that the registry got. */
  readonly log: readonly string[];
  /** Runs a command line with the clock and the patience of the tests. */
  run(...argv: string[]): ReturnType<typeof waybill>;
}

/** A registry with an image on a real socket, and the command to ask about it. */
export async function desk(made: Shelf = shelf(), faults: readonly Fault[] = []): Promise<Desk> {
  const { server } = await bench(withFaults(made.memory.handler, faults));
  return {
    memory: made.memory,
    shelf: made,
    image: `${server.host}/team/app@${made.subject.digest}`,
    log: server.log,
    run: (...argv) => run(argv),
  };
}

export function run(argv: readonly string[], environment: NodeJS.ProcessEnv = { PASSWORD: "correct horse" }) {
  return waybill(argv, "", { now: () => inquiry.now, openRegistry: () => client(), environment });
}

/** How to sign with a key of our own, and a trust policy in which it may say everything for dev; there after `makeTeam`. */
export const team = {
  signer: put("signing.yaml", { key: { file: "team.key", password: { env: "PASSWORD" } } }),
  policy: put("own.yaml", {
    version: 1,
    signers: [{ name: "team", key: { file: "team.pub" }, may: [{ say: SAYS, for: ["dev"] }] }],
  }),
};

export async function makeTeam(): Promise<void> {
  const { code, err } = await run(["key", inFolder("team.key"), "--password-env", "PASSWORD"]);
  if (code !== 0) throw new Error(err);
}
