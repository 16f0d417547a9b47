import * as pulumi from "@pulumi/pulumi";
import { WaybillError } from "@waybill/core/problem";

/** Pulumi shows a RunError by its message alone; what Waybill refuses needs no stack trace. */
export function plainError(error: unknown): unknown {
  return error instanceof WaybillError ? new pulumi.RunError(error.message) : error;
}

/** Runs a program so that its refusals are shown in plain words. */
export async function plainly<T>(program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    throw plainError(error);
  }
}
