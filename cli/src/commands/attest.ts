import { quote } from "@waybill/core/image";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { CliError, type Command } from "../command";
import { readJson, requiredFlag, wrongUsage } from "../input";
import { readPredicateType } from "../policy";
import { oneImage } from "../registry";
import { say, SIGNING_FLAGS, SIGNING_HELP } from "../say";

/** These have commands of their own, which do more than sign. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  [PREDICATE_TYPES.signature]: "evidence sign",
  [PREDICATE_TYPES.block]: "block",
  [PREDICATE_TYPES.revocation]: "evidence revoke",
};

/** `attest NAME` is a command of its own, which makes the predicate; ready-made it is signed by its type's URI. */
const WITH_COMMANDS: readonly string[] = [
  "load",
  "incidents",
  "compatibility",
  "review",
  "override",
  "exception",
];

const TYPES = Object.entries(PREDICATE_TYPES)
  .filter(([name, type]) => !Object.hasOwn(ELSEWHERE, type) && !WITH_COMMANDS.includes(name))
  .map(([name]) => name);

export const command: Command = {
  usage: "TYPE IMAGE@sha256:… --predicate FILE --signer REF",
  help: [
    `TYPE               ${TYPES.join(", ")}; or the type's URI`,
    "--predicate FILE   what to say, as JSON; it is checked before it is signed",
    "From what tools write: waybill attest tests, scan, load, incidents, compatibility;",
    "what people say: waybill attest review, override, exception.",
    ...SIGNING_HELP,
  ],
  flags: { predicate: { type: "string" }, ...SIGNING_FLAGS },
  takesPositionals: true,
  run: async (args, io) => {
    const [type, ...images] = args.positionals;
    if (type === undefined) throw wrongUsage("attest", "a predicate type and an image", "neither");
    const predicateType = readPredicateType(type);
    const elsewhere = ELSEWHERE[predicateType];
    if (elsewhere !== undefined)
      throw wrongUsage("attest", `one of: ${TYPES.join(", ")}`, `${type}: use waybill ${elsewhere}`);
    const image = oneImage("attest", { ...args, positionals: images });
    const predicate = readPredicate(requiredFlag("attest", args, "predicate"));
    return say("attest", args, io, { image, predicateType, predicate });
  },
};

function readPredicate(file: string): object {
  const value = readJson(file);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new CliError("file", {
    about: quote(file),
    expected: "a JSON object",
    found: Array.isArray(value) ? "a list" : String(value),
    next: "Write the predicate alone, without statement or envelope.",
  });
}
