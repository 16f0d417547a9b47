import type { ParseArgsOptionsConfig } from "node:util";
import { WaybillError } from "@waybill/core/problem";
import type { Registry } from "@waybill/core/registry";

/** What a command may touch. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The clock; this machine's where left out. */
  readonly now?: () => Date;
  /** The way to registries; the usual one where left out. */
  readonly openRegistry?: () => Registry;
  /** Environment variables, in which secrets may be; this process's where left out. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** The one meaning of exit codes, for every command. */
export const Exit = {
  yes: 0,
  /** A well-founded no. */
  no: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Could not find out. */
  undecided: 3,
} as const;

export type ExitCode = (typeof Exit)[keyof typeof Exit];

export interface Arguments {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/** A command is data: what it takes and what it does. */
export interface Command {
  /** Everything after the command's name, as the help shows it. */
  readonly usage: string;
  readonly help: readonly string[];
  readonly flags: ParseArgsOptionsConfig;
  readonly takesPositionals: boolean;
  readonly run: (args: Arguments, io: Io) => Promise<ExitCode>;
}

export type CliErrorCode = "usage" | "sandbox" | "file" | "changed" | "pulumi";

export class CliError extends WaybillError<CliErrorCode> {}
