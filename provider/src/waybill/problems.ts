import { WaybillError } from "@waybill/core/problem";
import { RegistryError } from "@waybill/core/registry";
import { ProviderError, type ProviderErrorCode } from "../errors";

/** Runs what the core does; what it refuses reaches the engine in the core's own plain words. */
export async function plainly<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    const { problem } = error as WaybillError;
    throw new ProviderError(codeOf(error), problem, { cause: error });
  }
}

function codeOf(error: unknown): ProviderErrorCode {
  if (!(error instanceof RegistryError) || error.code === "not-found") return "refused";
  return error.code === "aborted" ? "cancelled" : "unreachable";
}
