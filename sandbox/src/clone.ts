import path from "node:path";

/** The folder of the clone whose code this is, whether compiled or read by a test. */
export const CLONE = path.resolve(__dirname, "../..");

/** Programs that run for themselves are always the compiled ones. */
export const COMPILED = path.join(CLONE, "sandbox/dist");
