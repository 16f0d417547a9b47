import { formatReference, ImageError, isPinned, parseReference, quote, remarksOn } from "@waybill/core/image";
import { CliError, type Command, Exit, type Io } from "../command";

/** One line of `--json`; the order of the keys is part of it. */
interface Row {
  readonly input: string;
  readonly valid: boolean;
  readonly registry: string | null;
  readonly repository: string | null;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly pinned: boolean;
  readonly error: string | null;
}

export const command: Command = {
  usage: "[--json] REF…|-",
  help: [
    "REF     an image reference; - reads one per line from standard input, each exactly as it stands up to its",
    "        line feed: an empty line is an empty, and so an invalid, reference",
    "--json  one JSON object per reference and line",
    "Exit code 1 if any reference is invalid.",
  ],
  flags: { json: { type: "boolean" } },
  takesPositionals: true,
  run: async ({ flags, positionals }, io) => {
    const inputs = await readInputs(positionals, io);
    const rows = inputs.map(parseRow);
    for (const { row, remarks } of rows) {
      io.out(flags.json === true ? `${JSON.stringify(row)}\n` : `${describeRow(row)}\n`);
      for (const remark of remarks) io.err(`warning: ${quote(row.input)}: ${remark}\n`);
    }
    return rows.every(({ row }) => row.valid) ? Exit.yes : Exit.no;
  },
};

async function readInputs(positionals: readonly string[], io: Io): Promise<string[]> {
  const at = positionals.indexOf("-");
  const lines = at < 0 ? [] : await readLines(io.stdin);
  const inputs = positionals.flatMap((text, index) => (text !== "-" ? [text] : index === at ? lines : []));
  if (inputs.length > 0) return inputs;
  throw new CliError("usage", {
    about: "waybill image parse",
    expected: "at least one image reference",
    found: at < 0 ? "none" : "nothing on standard input",
    next: "Run: waybill image parse --help",
  });
}

/** Only a line feed ends a line: whatever else stands there belongs to the reference and is judged with it. */
async function readLines(stdin: Io["stdin"]): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  const lines = Buffer.concat(chunks).toString("utf8").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function parseRow(input: string): { row: Row; remarks: string[] } {
  try {
    const reference = parseReference(input);
    const { registry, repository, tag = null, digest = null } = reference;
    const row = {
      input,
      valid: true,
      registry,
      repository,
      tag,
      digest,
      pinned: isPinned(reference),
      error: null,
    };
    return { row, remarks: remarksOn(reference) };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    const nothing = { registry: null, repository: null, tag: null, digest: null, pinned: false };
    return {
      row: { input, valid: false, ...nothing, error: `${error.code}: ${error.message}` },
      remarks: [],
    };
  }
}

function describeRow({ input, error, pinned }: Row): string {
  if (error !== null) return `invalid     ${error}`;
  return `${pinned ? "pinned    " : "not pinned"}  ${formatReference(parseReference(input))}`;
}
