import { rmSync, writeFileSync } from "node:fs";
import { quote } from "@waybill/core/image";
import { generateKeyFile } from "@waybill/core/signer";
import { type Arguments, CliError, type Command, Exit, type Io } from "../command";
import { readInput, textFlag, textFlags, wrongUsage } from "../input";

export const command: Command = {
  usage: "FILE (--password-env NAME | --password-file FILE)",
  help: [
    "FILE                 the private key, encrypted as cosign does it; the public one goes beside it, as *.pub",
    "--password-env NAME  the environment variable that holds the password; or --password-file FILE",
    "--only-for HOST      the key signs for images of this registry only; may be repeated",
    "Nothing is overwritten.",
  ],
  flags: {
    "password-env": { type: "string" },
    "password-file": { type: "string" },
    "only-for": { type: "string", multiple: true },
  },
  takesPositionals: true,
  run: async (args, io) => {
    const [file, ...more] = args.positionals;
    if (file === undefined || more.length > 0)
      throw wrongUsage("key", "one file to write", `${args.positionals.length}`);
    const { privatePem, publicPem } = generateKeyFile(readPassword(args, io), textFlags(args, "only-for"));
    const publicFile = `${file.replace(/\.key$/, "")}.pub`;
    writeNew(file, privatePem, 0o600);
    try {
      writeNew(publicFile, publicPem, 0o644);
    } catch (error) {
      rmSync(file);
      throw error;
    }
    io.out(`${file}\n${publicFile}\n`);
    return Promise.resolve(Exit.yes);
  },
};

function readPassword(args: Arguments, { environment = process.env }: Io): string {
  const [variable, file] = [textFlag(args, "password-env"), textFlag(args, "password-file")];
  if ((variable === undefined) === (file === undefined))
    throw wrongUsage(
      "key",
      "either --password-env NAME or --password-file FILE",
      file === undefined ? "neither" : "both",
    );
  const password =
    file === undefined
      ? environment[variable ?? ""]
      : readInput(file)
          .toString("utf8")
          .replace(/\r?\n$/, "");
  if (password !== undefined && password !== "") return password;
  throw wrongUsage("key", `a password in ${file ?? variable ?? ""}`, "none");
}

function writeNew(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: "wx" });
  } catch (cause) {
    const found =
      (cause as NodeJS.ErrnoException).code === "EEXIST" ? "one that is there already" : String(cause);
    throw new CliError(
      "file",
      { about: quote(file), expected: "a new file", found, next: "Name another one." },
      { cause },
    );
  }
}
