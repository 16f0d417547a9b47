import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine";

/** What a folder in tools/go says besides its go.mod. */
export interface Recipe {
  /** Written into the programs, so that they know their version. */
  readonly linkerValues: Readonly<Record<string, string>>;
  /** Room on the disk that its build takes, sources and compiled packages included. */
  readonly megabytes: number;
}

export function readRecipe(machine: Machine, name: string): Recipe {
  return JSON.parse(readFileSync(join(machine.recipes, name, "recipe.json"), "utf8")) as Recipe;
}

/** No symbol tables: they cost a tenth of the time and nobody debugs these programs. */
export const GO_FLAGS: readonly string[] = ["-gcflags=all=-dwarf=false"];
const LINKER_FLAGS: readonly string[] = ["-s", "-w"];

export function flagsOf(recipe: Recipe): string[] {
  const values = Object.entries(recipe.linkerValues).map(([name, value]) => `-X ${name}=${value}`);
  return [...GO_FLAGS, `-ldflags=${[...LINKER_FLAGS, ...values].join(" ")}`];
}
