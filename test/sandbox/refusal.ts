import { SandboxError } from "../../sandbox/src/error";

/** The refusal that `act` ends with. */
export function refusalOf(act: () => unknown): SandboxError {
  try {
    act();
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}
