import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Which room may import which: the one direction in which data flows. docs/architecture.md says the same. */
const allowed: Record<string, readonly string[]> = {
  "core/problem": [],
  "core/image": ["core/problem"],
  "core/images": ["core/problem", "core/image"],
  "core/schema": ["core/problem"],
  "core/registry": ["core/problem", "core/image"],
  "core/source": ["core/problem"],
  "core/promotion": ["core/problem", "core/image", "core/schema", "core/trust"],
  "core/service": ["core/problem", "core/schema"],
  "core/build": ["core/problem", "core/image", "core/service", "core/source"],
  "core/trust": ["core/problem", "core/image", "core/schema"],
  "core/signer": ["core/problem", "core/image", "core/evidence"],
  "core/evidence": ["core/problem", "core/image", "core/schema", "core/trust"],
  "core/proof": [
    "core/problem",
    "core/image",
    "core/schema",
    "core/registry",
    "core/evidence",
    "core/trust",
    "core/signer",
  ],
  "core/provenance": ["core/image", "core/source", "core/build", "core/evidence"],
  "core/offline": [
    "core/problem",
    "core/image",
    "core/schema",
    "core/registry",
    "core/trust",
    "core/evidence",
    "core/proof",
  ],
  "core/results": ["core/problem", "core/image", "core/schema", "core/evidence", "core/trust"],
  "core/history": [
    "core/problem",
    "core/image",
    "core/schema",
    "core/registry",
    "core/trust",
    "core/evidence",
    "core/signer",
    "core/proof",
    "core/promotion",
  ],
  "core/gates": [
    "core/problem",
    "core/image",
    "core/trust",
    "core/evidence",
    "core/proof",
    "core/promotion",
    "core/history",
  ],
  "core/release": [
    "core/problem",
    "core/image",
    "core/schema",
    "core/build",
    "core/service",
    "core/promotion",
    "core/registry",
    "core/trust",
    "core/evidence",
    "core/proof",
    "core/offline",
    "core/history",
    "core/gates",
  ],
  "core/diff": [
    "core/image",
    "core/source",
    "core/service",
    "core/registry",
    "core/trust",
    "core/evidence",
    "core/proof",
    "core/promotion",
    "core/history",
    "core/gates",
    "core/release",
  ],
  "core/audit": [
    "core/problem",
    "core/image",
    "core/images",
    "core/schema",
    "core/registry",
    "core/promotion",
  ],
  "core/admission": ["core/problem", "core/image", "core/images", "core/promotion", "core/trust"],
  components: ["core/*"],
  provider: ["core/*"],
  policy: ["core/*"],
  cli: ["core/*"],
  tools: [],
  sandbox: ["provider", "tools", "core/image", "core/registry"],
  ".": ["components", "core/*"],
};

/** Only these rooms may speak to Pulumi; the core never does. */
const pulumiRooms = ["components", "provider", "policy", "sandbox", "."];

const root = resolve(__dirname, "..");
const files = ["core", "components", "provider", "policy", "cli", "tools", "sandbox"]
  .flatMap((folder) => sourcesIn(join(root, folder, "src")))
  .concat(join(root, "index.ts"));

test("every room imports only from rooms before it", () => {
  const wrong = files.flatMap((file) =>
    importsOf(file).flatMap((target) => {
      const room = roomOf(file);
      const other = target.startsWith(".") ? roomOf(resolve(dirname(file), target)) : packageRoom(target);
      if (other === undefined || other === room) return [];
      const may = allowed[room] ?? [];
      const fits = may.includes(other) || (other.startsWith("core/") && may.includes("core/*"));
      return fits ? [] : [`${relative(root, file)}: ${room} imports ${other}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test("every room is on the list", () => {
  expect(files.map(roomOf).filter((room) => !(room in allowed))).toEqual([]);
});

test("the core and the command know nothing of Pulumi", () => {
  const wrong = files.filter(
    (file) =>
      !pulumiRooms.includes(roomOf(file)) && importsOf(file).some((target) => target.startsWith("@pulumi/")),
  );
  expect(wrong.map((file) => relative(root, file))).toEqual([]);
});

test("nothing in the program, components, core or policy knows the sandbox", () => {
  const knowing = files
    .filter((file) => /^(core\/|components$|policy$|provider$|\.$)/.test(roomOf(file)))
    .filter((file) =>
      /@waybill\/sandbox|sandbox\/(?:src|dist)|127\.0\.0\.1:5800|WAYBILL_SANDBOX/.test(
        readFileSync(file, "utf8"),
      ),
    );
  expect(knowing.map((file) => relative(root, file))).toEqual([]);
});

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import|require\()\s*\(?"([^"]+)"/g)].flatMap(
    ([, target]) => target ?? [],
  );
}

function roomOf(file: string): string {
  const [folder = "", , room = ""] = relative(root, file).split("/");
  if (folder === "core") return `core/${room.replace(/\.ts$/, "")}`;
  return folder.endsWith(".ts") || folder === "index" ? "." : folder;
}

function packageRoom(target: string): string | undefined {
  return target.startsWith("@waybill/")
    ? target.slice("@waybill/".length).replace(/^(?!core)([^/]+)\/.*/, "$1")
    : undefined;
}
