import { type Arguments, type ExitCode, type Io } from "../command";
import { say, type Said } from "../say";

/** Signs what a report was read as, and tells people what that was before the rest. */
export function sayWhat(
  command: string,
  args: Arguments,
  io: Io,
  said: Said & { readonly what: string },
): Promise<ExitCode> {
  const out = args.flags["json"] === true ? io.out : (text: string): void => io.out(`${said.what}\n${text}`);
  return say(command, args, { ...io, out }, said);
}
