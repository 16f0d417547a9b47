import { type Io, main } from "@waybill/cli";

/** Runs one command line as the launcher does, with this text on standard input. */
export async function waybill(
  argv: readonly string[],
  stdin: string | Buffer = "",
  tools: Pick<Io, "now" | "openRegistry" | "environment"> = {},
) {
  const said = { out: "", err: "" };
  const io: Io = {
    stdin: chunks(Buffer.from(stdin)),
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
