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
    "diff",
    {
      summary: "a promotion as a person reviews it: old and new, and every gate's answer",
      load: () => load(require("./commands/diff")),
    },
  ],
  [
    "policy check",
    {
      summary: "says whether promotion.yaml is right, and what it asks where",
      load: () => load(require("./commands/policy-check")),
    },
  ],
  [
    "promote",
    {
      summary: "asks all gates of an environment and pins the digest there on a full yes",
      load: () => load(require("./commands/promote")),
    },
  ],
  [
    "approve",
    {
      summary: "shows what would enter an environment and signs a yes to exactly that",
      load: () => load(require("./commands/approve")),
    },
  ],
  [
    "hold",
    {
      summary: "keeps an environment at what it runs until a time",
      load: () => load(require("./commands/hold")),
    },
  ],
  [
    "status",
    {
      summary: "what runs where, since when, and what waits for which gate",
      load: () => load(require("./commands/status")),
    },
  ],
  [
    "history",
    {
      summary: "every deployment of an environment, oldest to newest",
      load: () => load(require("./commands/history")),
    },
  ],
  [
    "explain",
    {
      summary: "all that is known about one digest",
      load: () => load(require("./commands/explain")),
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
    "policy test",
    {
      summary: "shows which past decisions a changed promotion file would have turned",
      load: () => load(require("./commands/policy-test")),
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
  // Before `attest`, which takes whatever follows it for a type.
  [
    "attest tests",
    {
      summary: "signs what a test run said of an image, as a named mark",
      load: () => load(require("./commands/attest-tests")),
    },
  ],
  [
    "attest scan",
    {
      summary: "signs what a scanner found in an image",
      load: () => load(require("./commands/attest-scan")),
    },
  ],
  [
    "attest load",
    {
      summary: "signs the result of a load test",
      load: () => load(require("./commands/attest-load")),
    },
  ],
  [
    "attest incidents",
    {
      summary: "signs which incidents there were while an image ran",
      load: () => load(require("./commands/attest-incidents")),
    },
  ],
  [
    "attest compatibility",
    {
      summary: "signs whether older and newer versions get along with an image",
      load: () => load(require("./commands/attest-compatibility")),
    },
  ],
  [
    "attest review",
    {
      summary: "signs that a person looked into an image",
      load: () => load(require("./commands/attest-review")),
    },
  ],
  [
    "attest override",
    {
      summary: "signs that gates are passed over for a time",
      load: () => load(require("./commands/attest-override")),
    },
  ],
  [
    "attest exception",
    {
      summary: "signs that one finding of a scan is accepted for a time",
      load: () => load(require("./commands/attest-exception")),
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
