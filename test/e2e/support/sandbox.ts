import { ensureTools } from "@waybill/tools";
import { placeOf, sandboxEnv, signingFile, timestampUrl, up } from "@waybill/sandbox";
import { run, type Ran } from "./run";

/** The sandbox that all end-to-end tests share; `teardown.ts` takes it down after the last of them. */
export const options = { port: Number(process.env["WAYBILL_TEST_PORT"] ?? 5850) };

export interface TestSandbox {
  readonly environment: NodeJS.ProcessEnv;
  /** Registry and its port, as images are named in it. */
  readonly registry: string;
  /** Says how the sandbox signs what it builds, with a timestamp. */
  readonly signer: string;
  /** The same for its people. */
  readonly signers: Readonly<Record<"alice" | "bob" | "sam", string>>;
  readonly timestampUrl: string;
}

export async function useSandbox(): Promise<TestSandbox> {
  await up(options);
  const place = placeOf(options);
  return {
    environment: { ...process.env, ...sandboxEnv(place) },
    registry: place.registry,
    signer: signingFile(place, "sandbox"),
    signers: {
      alice: signingFile(place, "alice"),
      bob: signingFile(place, "bob"),
      sam: signingFile(place, "sam"),
    },
    timestampUrl: timestampUrl(place),
  };
}

export async function emptyBuildCache({ environment }: TestSandbox): Promise<Ran> {
  const buildctl = (await ensureTools(["buildctl"], () => undefined)).get("buildctl") ?? "";
  return run(
    buildctl,
    ["--addr", `unix://${placeOf(options).buildkitSocket}`, "prune", "--all"],
    "/",
    environment,
  );
}
