import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { BuildError } from "./error";

/** The images that a Dockerfile asks a registry for. */
export interface DockerfileImages {
  /** Every one of them, as the Dockerfile names it once its arguments are filled in. */
  readonly all: readonly string[];
  /** The one that the finished image stands on; undefined where it starts from scratch. */
  readonly base: string | undefined;
}

/** Reads a Dockerfile with the build arguments that it will get. */
export function readDockerfile(
  file: string,
  text: string,
  args: Readonly<Record<string, string>>,
): DockerfileImages {
  const dockerfile = DockerfileParser.parse(text);
  const known = new Map<string, string>();
  for (const arg of dockerfile.getInitialARGs()) {
    const property = arg.getProperty();
    if (!property) continue;
    const value = args[property.getName()] ?? property.getValue();
    if (value !== null) known.set(property.getName(), expand(file, value, known));
  }
  const stages = new Map<string, string | undefined>();
  const all = new Set<string>();
  let base: string | undefined;
  for (const [index, from] of dockerfile.getFROMs().entries()) {
    const name = expand(file, from.getImage() ?? "", known);
    const earlier = stages.has(name.toLowerCase());
    base = earlier ? stages.get(name.toLowerCase()) : name === "scratch" ? undefined : name;
    if (!earlier && base !== undefined) all.add(base);
    stages.set(String(index), base);
    const stage = from.getBuildStage();
    if (stage) stages.set(stage.toLowerCase(), base);
  }
  if (stages.size === 0)
    throw new BuildError("no-from", {
      about: file,
      expected: "a FROM line",
      found: "none",
      next: "Start the Dockerfile with FROM.",
    });
  for (const source of copiedFrom(dockerfile.getInstructions())) {
    if (!stages.has(source.toLowerCase())) all.add(expand(file, source, known));
  }
  return { all: [...all], base };
}

/** `COPY --from=` and `RUN --mount=from=` read images, too. */
function copiedFrom(instructions: readonly Instruction[]): string[] {
  return instructions.flatMap((instruction) => {
    const text = instruction.getTextContent();
    const flags =
      instruction.getKeyword() === "COPY" ? /\s--from=(\S+)/g : /\s--mount=(?:\S*,)?from=([^,\s]+)/g;
    return [...text.matchAll(flags)].flatMap(([, source]) => source ?? []);
  });
}

/** Fills in `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`, all that FROM allows. */
function expand(file: string, text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_, bare?: string, braced?: string, sign?: string, word: string = "") => {
      const name = bare ?? braced ?? "";
      const value = known.get(name);
      if (sign === "+") return value ? word : "";
      if (value) return value;
      if (sign === "-") return word;
      throw new BuildError("no-argument", {
        about: file,
        expected: `a value for the build argument ${name}, which names an image`,
        found: "none",
        next: `Give ARG ${name} a default, or set it: pulumi config set --path waybill:buildArgs.${name} IMAGE.`,
      });
    },
  );
}
