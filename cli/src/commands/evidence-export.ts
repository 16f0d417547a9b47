import { renameSync, rmSync, writeFileSync } from "node:fs";
import { formatReference, quote } from "@waybill/core/image";
import { exportEvidence } from "@waybill/core/offline";
import { CliError, type Command, Exit } from "../command";
import { requiredFlag, textFlag } from "../input";
import { asJson } from "../output";
import { readTrust } from "../policy";
import { oneImage, withRegistry } from "../registry";
import { readPredicates } from "../verify/image";

export const command: Command = {
  usage: "IMAGE@sha256:… -o FILE",
  help: [
    "-o, --output FILE   where to write it",
    "--trust FILE        who may say what; it goes into the file (default: promotion.yaml)",
    "--environment ENV   for which environment it must count (default: any)",
    "--predicate-type T  what must be there; may be repeated (default: signature)",
    "--json              one JSON object (docs/cli.md)",
    "Verify it anywhere with: waybill verify --offline FILE",
    "Exit code 0 whenever the file was written; what it proves is in it.",
  ],
  flags: {
    output: { type: "string", short: "o" },
    trust: { type: "string" },
    environment: { type: "string" },
    "predicate-type": { type: "string", multiple: true },
    json: { type: "boolean" },
  },
  takesPositionals: true,
  run: async (args, io) => {
    const image = oneImage("evidence export", args);
    const output = requiredFlag("evidence export", args, "output");
    const trust = readTrust(args);
    const inquiry = {
      environment: textFlag(args, "environment"),
      predicates: readPredicates(args),
      now: io.now?.() ?? new Date(),
    };
    const { bytes, digest, judgement } = await withRegistry(io, (registry) =>
      exportEvidence(registry, image, inquiry, trust),
    );
    write(output, bytes);
    const verdict = judgement.ok ? "yes" : "no";
    io.out(
      args.flags["json"] === true
        ? asJson({ image: formatReference({ ...image, tag: undefined }), file: output, digest, verdict })
        : `${output}: ${judgement.entries.length} pieces of evidence, verdict ${verdict}\n  digest  ${digest}\n`,
    );
    return Exit.yes;
  },
};

/** Whole or not at all. */
function write(file: string, bytes: Buffer): void {
  const draft = `${file}.${process.pid}.draft`;
  try {
    writeFileSync(draft, bytes);
    renameSync(draft, file);
  } catch (cause) {
    rmSync(draft, { force: true });
    const found = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const problem = {
      about: quote(file),
      expected: "a file that can be written",
      found,
      next: "Name another one.",
    };
    throw new CliError("file", problem, { cause });
  }
}
