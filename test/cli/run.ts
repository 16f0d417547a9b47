import { type Io, main } from "@waybill/cli";

/** Runs one command line as the launcher does, with this text on standard input. */
export async function waybill(
  argv: readonly string[],
  stdin: string | Buffer = "",
  {
    terminal = false,
    ...tools
  }: Pick<Io, "now" | "openRegistry" | "environment"> & { terminal?: boolean } = {},
) {
  const said = { out: "", err: "" };
  const io: Io = {
    stdin: Object.assign(chunks(Buffer.from(stdin)), { isTTY: terminal }),
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    ...tools,
  };
  const code = await main(argv, io);
  return { code, ...said };
}

/** In small pieces, so that characters and lines are cut apart as a pipe may cut them. */
async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 3) yield await Promise.resolve(bytes.subarray(at, at + 3));
}
