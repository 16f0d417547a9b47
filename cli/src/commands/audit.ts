/* eslint-disable @typescript-eslint/no-require-imports -- what speaks to registries and reads promotion.yaml is loaded only where it is asked;
   import() cannot name a CommonJS file without its extension. */
import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { type Asked, Audit, type Audited, NOT_ASKED } from "@waybill/core/audit";
import type { AllowedRegistries, ImagePath } from "@waybill/core/images";
import type * as Promotions from "@waybill/core/promotion";
import type * as Ask from "../audit/ask";
import type * as Cluster from "../audit/cluster";
import type * as Decisions from "../audit/decided";
import type * as Fix from "../audit/fix";
import { gatherFiles } from "../audit/gather";
import { showJson, showText } from "../audit/show";
import { type Arguments, type Command, Exit, type ExitCode, type Io } from "../command";
import { textFlag, wrongUsage } from "../input";
import type * as Policy from "../policy";
import type * as Registries from "../registry";

const PROMOTION = "promotion.yaml";
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

export const command: Command = {
  usage: "PATH…|-|--cluster [--fix [--top N] [--dry-run]] [--verify] [--json]",
  help: [
    "Finds every image, says which are named by their digest, and ranks the others by risk.",
    "PATH               a file, or a folder with YAML, JSON, kustomizations and charts; - is standard input",
    "--cluster          what runs in the cluster of kubectl's current context",
    "--promotion FILE   its registries and image paths (default: promotion.yaml, if there is one)",
    "--verify           asks registries whether what is pinned is signed (--trust FILE says by whom), and promoted",
    "--fix              asks registries for the digests of tags, and writes them into the files",
    "--top N            only the N most dangerous",
    "--dry-run          shows what --fix would change, and changes nothing",
    "--json             one JSON object per image and line (docs/cli.md)",
    "Exit code 1 if an image is not fine, 2 if something could not be read, 3 if a registry did not answer.",
  ],
  flags: {
    cluster: flag,
    promotion: text,
    verify: flag,
    trust: text,
    fix: flag,
    top: text,
    "dry-run": flag,
    json: flag,
  },
  takesPositionals: true,
  run: async (args, io) => {
    // Nearly all that is read is thrown away at once. Left alone, V8 would let that pile up to three times the memory.
    setFlagsFromString("--semi-space-growth-factor=1");
    const top = readTop(args);
    const given = readGiven(args, io.now?.() ?? new Date());
    const stdin = args.positionals.includes("-") ? await readStandardInput(io) : undefined;
    const again = (): Promise<Audited> => audit(args, io, given, stdin);
    const first = await again();
    const wantsFix = args.flags["fix"] === true || args.flags["dry-run"] === true;
    if (!wantsFix) return report(first, args, io, top);
    return fix(first, again, args, io, top);
  },
};

/** The parts of promotion.yaml that an audit needs. */
interface Given {
  readonly allowed: AllowedRegistries;
  readonly imagePaths: readonly ImagePath[];
}

function readGiven(args: Arguments, now: Date): Given {
  const file = promotionFile(args);
  if (file === undefined) return { allowed: { registries: undefined }, imagePaths: [] };
  const { loadPromotion, externalAt } = require("@waybill/core/promotion") as typeof Promotions;
  const promotion = loadPromotion(file);
  const repositories = externalAt(promotion, now).map(({ repository }) => repository);
  return { allowed: { registries: promotion.registries, repositories }, imagePaths: promotion.imagePaths };
}

function promotionFile(args: Arguments): string | undefined {
  return textFlag(args, "promotion") ?? (existsSync(PROMOTION) ? PROMOTION : undefined);
}

function readTop(args: Arguments): number {
  const given = textFlag(args, "top");
  if (given === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(given)) throw wrongUsage("audit", "--top with a number from 1 on", given);
  return Number(given);
}

async function audit(
  args: Arguments,
  io: Io,
  { allowed, imagePaths }: Given,
  stdin: Buffer | undefined,
): Promise<Audited> {
  const { positionals, flags } = args;
  const live = flags["cluster"] === true;
  if (positionals.length === 0 && !live) throw wrongUsage("audit", "PATH, - or --cluster", "none of them");
  const environment = io.environment ?? process.env;
  const found = new Audit(imagePaths);
  if (stdin) addStandardInput(found, stdin);
  await gatherFiles(
    positionals.filter((path) => path !== "-"),
    found,
    environment,
  );
  if (live) await (require("../audit/cluster") as typeof Cluster).gatherCluster(found, environment);
  const asked = flags["verify"] === true ? await verify(found, args, io) : new Map<string, Asked>();
  return found.finish({ allowed, ask: (image) => asked.get(image) ?? NOT_ASKED });
}

/** Only once: it is gone when it was read. */
async function readStandardInput({ stdin }: Io): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function addStandardInput(found: Audit, bytes: Buffer): void {
  if (isUtf8(bytes)) found.add({ file: "-", text: bytes.toString("utf8"), isLive: true });
  else found.addUnread({ file: "-", line: 0, problem: "its bytes are no UTF-8" });
}

async function verify(found: Audit, args: Arguments, io: Io): Promise<ReadonlyMap<string, Asked>> {
  const { askAll } = require("../audit/ask") as typeof Ask;
  const { decidedBy } = require("../audit/decided") as typeof Decisions;
  const { readTrust } = require("../policy") as typeof Policy;
  const { withRegistry } = require("../registry") as typeof Registries;
  const { trust: own, promotion } = args.flags;
  const trust = readTrust({ ...args, flags: { ...args.flags, trust: own ?? promotion } });
  const now = io.now?.() ?? new Date();
  // Records count by the trust policy of the promotion file; another one says nothing of them.
  const file = own === undefined ? promotionFile(args) : undefined;
  return withRegistry(io, (registry) => {
    const { loadPromotion } = require("@waybill/core/promotion") as typeof Promotions;
    const decided = file === undefined ? undefined : decidedBy(loadPromotion(file), registry, now);
    return askAll(found.images(), registry, trust, now, decided);
  });
}

async function fix(
  first: Audited,
  again: () => Promise<Audited>,
  args: Arguments,
  io: Io,
  top: number,
): Promise<ExitCode> {
  const { plan, diffOf, write } = require("../audit/fix") as typeof Fix;
  const { withRegistry } = require("../registry") as typeof Registries;
  const planned = await withRegistry(io, (registry) => plan(first, top, registry));
  for (const { finding, why } of planned.byHand)
    io.err(`waybill: ${finding.file}:${finding.line}: ${finding.image ?? "?"}: not pinned here: ${why}\n`);
  if (args.flags["dry-run"] === true) {
    io.out(diffOf(planned));
    sayUnread(first, io);
    return exitOf(first);
  }
  for (const file of write(planned)) io.err(`waybill: ${file}: left alone, as it changed meanwhile\n`);
  // What stands there now is what counts, not what was to be written.
  return report(await again(), args, io, Infinity);
}

function report(audited: Audited, { flags }: Arguments, io: Io, top: number): ExitCode {
  if (flags["json"] === true) showJson(audited, io.out);
  else io.out(showText(audited, top));
  sayUnread(audited, io);
  return exitOf(audited);
}

function sayUnread({ unread }: Audited, { err }: Io): void {
  for (const { file, line, problem } of unread)
    err(`waybill: ${file}${line === 0 ? "" : `:${line}`}: not read: ${problem}\n`);
}

/** What could not be read may hide anything, so it comes before every answer. */
function exitOf({ findings, unread }: Audited): ExitCode {
  if (unread.length > 0) return Exit.usage;
  if (findings.some(({ asked }) => asked.signed === "unknown" || asked.promoted === "unknown"))
    return Exit.undecided;
  return findings.some(({ verdict }) => verdict === "no") ? Exit.no : Exit.yes;
}
