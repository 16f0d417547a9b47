import { type Digest, parseDigest, parsePinned, type PinnedReference } from "@waybill/core/image";
import type { Promotion } from "@waybill/core/promotion";
import { type Registry, RegistryError } from "@waybill/core/registry";
import { type Arguments, type Command, Exit, type Io } from "../command";
import { explained, type Explanation } from "../explain/explain";
import { explanationJson, showExplanation } from "../explain/show";
import { textFlag, wrongUsage } from "../input";
import { asJson } from "../output";
import { withRegistry } from "../registry";
import { remembering } from "../remember";
import { PLACE_FLAGS, PLACE_HELP, readPromotion, repositoryOf } from "../stack";

export const command: Command = {
  usage: "DIGEST | IMAGE@sha256:…",
  help: [
    "All that is known about one digest: where it runs and ran, who decided on what, all evidence, and what it waits for.",
    ...PLACE_HELP.filter((line) => !line.startsWith("--target")),
    "Exit code 1 if no repository of promotion.yaml has it.",
  ],
  flags: PLACE_FLAGS,
  takesPositionals: true,
  run: async (args, io) => {
    const promotion = readPromotion(args);
    const { digest, image } = readSubject(args);
    const found = await withRegistry(io, async (registry) => {
      const client = remembering(registry);
      const homes = await homesOf(io, args, client, promotion, digest, image);
      const world = { registry: client, promotion, now: io.now?.() ?? new Date() };
      return Promise.all(homes.map((home) => explained(io, args, world, home)));
    });
    if (args.flags["json"] === true) io.out(asJson({ digest, found: found.map(explanationJson) }));
    else io.out(found.map(showExplanation).join("\n") || `no: nobody has ${digest}\n`);
    return found.length > 0 ? Exit.yes : Exit.no;
  },
};

export type { Explanation };

function readSubject({ positionals }: Arguments): { digest: Digest; image: PinnedReference | undefined } {
  const [subject, ...more] = positionals;
  if (subject === undefined || more.length > 0)
    throw wrongUsage("explain", "one digest or image", subject === undefined ? "none" : "several");
  if (!subject.includes("@") && !subject.includes("/"))
    return { digest: parseDigest(subject), image: undefined };
  const image = parsePinned(subject);
  return { digest: image.digest, image };
}

export interface Home {
  readonly service: string;
  readonly image: PinnedReference;
}

/** The services whose repository has it. */
async function homesOf(
  io: Io,
  args: Arguments,
  registry: Registry,
  promotion: Promotion,
  digest: Digest,
  image: PinnedReference | undefined,
): Promise<readonly Home[]> {
  const named = textFlag(args, "service");
  const services = named === undefined ? promotion.services.map(({ name }) => name) : [named];
  const homes = services.map((service): Home => {
    const repository = repositoryOf(io, args, promotion, service);
    return { service, image: { ...parsePinned(`${repository}@${digest}`), tag: undefined } };
  });
  const asked = homes.filter(
    (home) =>
      !image || (home.image.registry === image.registry && home.image.repository === image.repository),
  );
  const there = await Promise.all(asked.map((home) => isThere(registry, home.image)));
  return asked.filter((_, index) => there[index]);
}

async function isThere(registry: Registry, image: PinnedReference): Promise<boolean> {
  try {
    await registry.resolve(image);
    return true;
  } catch (error) {
    if (error instanceof RegistryError && error.code === "not-found") return false;
    throw error;
  }
}
