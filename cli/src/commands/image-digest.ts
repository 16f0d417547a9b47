import { formatReference, parseReference } from "@waybill/core/image";
import { type Command, Exit } from "../command";
import { wrongUsage } from "../input";
import { withRegistry } from "../registry";

export const command: Command = {
  usage: "IMAGE:TAG",
  help: [
    "Prints the image by its digest, which names the same content for ever; a tag may name another one tomorrow.",
  ],
  flags: {},
  takesPositionals: true,
  run: async ({ positionals }, io) => {
    const [text, ...more] = positionals;
    if (text === undefined || more.length > 0)
      throw wrongUsage("image digest", "one image by its tag", `${positionals.length}`);
    const image = parseReference(text);
    if (image.tag === undefined && image.digest === undefined)
      throw wrongUsage("image digest", "a tag, as in IMAGE:TAG", "none");
    const { digest } = await withRegistry(io, (registry) => registry.resolve(image));
    io.out(`${formatReference({ ...image, digest })}\n`);
    return Exit.yes;
  },
};
