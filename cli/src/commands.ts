/* eslint-disable @typescript-eslint/no-require-imports -- a command is loaded only when it is called, so that each starts
   fast; import() cannot name a CommonJS file without its extension. */
import type { Command } from "./command";

interface Entry {
  readonly summary: string;
  readonly load: () => Command;
}

const load = (file: unknown): Command => (file as { command: Command }).command;

/** Every command by its full name. */
export const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  [
    "image parse",
    {
      summary: "reads image references and says what they mean",
      load: () => load(require("./commands/image-parse")),
    },
  ],
  [
    "verify",
    {
      summary: "says whether evidence proves what is asked",
      load: () => load(require("./commands/verify")),
    },
  ],
  [
    "env",
    {
      summary: "prints the shell variables of the running sandbox",
      load: () => load(require("./commands/env")),
    },
  ],
]);
