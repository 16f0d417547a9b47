import { placeOf, sandboxEnv, up } from "@waybill/sandbox";

/** The sandbox that all end-to-end tests share; the last one to leave is `teardown.ts`. */
export const options = { port: Number(process.env["WAYBILL_TEST_PORT"] ?? 5850) };

export interface TestSandbox {
  readonly environment: NodeJS.ProcessEnv;
  /** Registry and its port, as images are named in it. */
  readonly registry: string;
}

export async function useSandbox(): Promise<TestSandbox> {
  await up(options, () => undefined);
  const place = placeOf(options);
  return { environment: { ...process.env, ...sandboxEnv(place), CI: "true" }, registry: place.registry };
}
