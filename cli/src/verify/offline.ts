import {
  type Export,
  judgeExport,
  type Judgement,
  MOST,
  OfflineError,
  readExport,
  recordOf,
} from "@waybill/core/offline";
import { formatReference } from "@waybill/core/image";
import type { Trust } from "@waybill/core/trust";
import { type Arguments, Exit, type ExitCode, type Io } from "../command";
import { readInput, requiredFlag, textFlag, wrongUsage } from "../input";
import { asJson, problemJson } from "../output";
import { readTrust } from "../policy";
import { showEvidence, showReasons } from "./show";

/** The same question as of the image itself, answered by a file alone. */
export function verifyOffline(args: Arguments, io: Io, now: Date): ExitCode {
  const file = requiredFlag("verify", args, "offline");
  const given = textFlag(args, "trust") === undefined ? undefined : readTrust(args);
  const bytes = readInput(file, MOST.fileBytes);
  const isJson = args.flags["json"] === true;
  try {
    const read = readExport(file, bytes);
    assertExpected(file, read, textFlag(args, "digest"));
    const trust = given ?? read.trust;
    const judgement = judgeExport(read, trust, now);
    io.out(
      isJson
        ? asJson(toJson(read, trust, judgement, given !== undefined))
        : describe(read, trust, judgement, given !== undefined),
    );
    return judgement.ok ? Exit.yes : Exit.no;
  } catch (error) {
    if (!(error instanceof OfflineError)) throw error;
    io.out(
      isJson
        ? asJson({ verdict: "no", refusal: problemJson(error) })
        : `refused: ${error.code}: ${error.message}\n`,
    );
    return Exit.no;
  }
}

function assertExpected(file: string, { digest }: Export, expected: string | undefined): void {
  if (expected === undefined || expected === digest) return;
  if (!/^sha256:[0-9a-f]{64}$/.test(expected)) throw wrongUsage("verify", "--digest sha256:…", expected);
  const next = "Use the file that has this digest; this is another one.";
  throw new OfflineError("tampered", { about: file, expected, found: digest, next });
}

function toJson(read: Export, trust: Trust, judgement: Judgement, isGiven: boolean): object {
  const { digest, image, recorded } = read;
  const { verdict, at, trust: policy } = recorded;
  return {
    ...recordOf(image, judgement, trust),
    offline: {
      digest,
      trustFrom: isGiven ? "command line" : "file",
      recorded: { verdict, at, trust: policy },
    },
    refusal: null,
  };
}

function describe(read: Export, trust: Trust, judgement: Judgement, isGiven: boolean): string {
  const { digest, image, recorded } = read;
  const whose = isGiven
    ? `given by --trust${trust.hash === recorded.trust ? ", the same as in the file" : `; the file has ${recorded.trust}`}`
    : "from the file itself: compare it with the one that you know, or name yours with --trust";
  return (
    `${judgement.ok ? "yes" : "no"}: ${formatReference(image)} for ${recorded.environment ?? "any environment"}\n` +
    showEvidence(judgement.entries, "short") +
    showReasons(judgement) +
    `file      ${digest}\nrecorded  ${recorded.verdict} at ${recorded.at}\ntrust     ${trust.hash} (${whose})\n`
  );
}
