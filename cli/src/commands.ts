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
    "image digest",
    {
      summary: "asks a registry once what a tag names",
      load: () => load(require("./commands/image-digest")),
    },
  ],
  [
    "audit",
    {
      summary: "finds images that are not named by their digest, in files, charts and clusters",
      load: () => load(require("./commands/audit")),
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
    "evidence list",
    {
      summary: "shows all that is known about an image, in its order",
      load: () => load(require("./commands/evidence-list")),
    },
  ],
  [
    "evidence sign",
    {
      summary: "signs an image",
      load: () => load(require("./commands/evidence-sign")),
    },
  ],
  [
    "evidence export",
    {
      summary: "writes all evidence of an image into one file that verifies offline",
      load: () => load(require("./commands/evidence-export")),
    },
  ],
  [
    "evidence revoke",
    {
      summary: "says that pieces of evidence no longer count",
      load: () => load(require("./commands/evidence-revoke")),
    },
  ],
  [
    "attest",
    {
      summary: "signs a statement about an image: provenance, an SBOM, a test result",
      load: () => load(require("./commands/attest")),
    },
  ],
  [
    "block",
    {
      summary: "says that an image must never run again",
      load: () => load(require("./commands/block")),
    },
  ],
  [
    "trust impact",
    {
      summary: "shows which images lose proof if a signer is cut off",
      load: () => load(require("./commands/trust-impact")),
    },
  ],
  [
    "key",
    {
      summary: "makes a key pair for signing",
      load: () => load(require("./commands/key")),
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
