import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DEFAULT_PORT, type Place } from "../place";
import { signingFile } from "../signing";
import type { Project } from "./pulumi";

/**
 * Copies a stack's tracked settings to where this sandbox keeps them. Pulumi writes the salt of its
 * passphrase into the file that it is given, and the tracked one must stay as it is. With the project file
 * beside them, `pulumi stack init` can be run there: it knows no --config-file.
 */
export function copySettings(project: Project, stack: string, place: Place): void {
  const tracked = readFileSync(join(project.folder, `Pulumi.${stack}.yaml`), "utf8");
  const file = project.settings(stack);
  const salt = /^encryptionsalt:.*$/m;
  const known = salt.test(tracked) ? undefined : salt.exec(readIfThere(file))?.[0];
  const text = place.port === DEFAULT_PORT ? tracked : forOtherPort(tracked, place);
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(project.folder, "Pulumi.yaml"), join(dirname(file), "Pulumi.yaml"));
  writeFileSync(file, known === undefined ? text : `${text.trimEnd()}\n${known}\n`);
}

/** Tracked settings are right for the sandbox that everybody gets first. */
function forOtherPort(settings: string, place: Place): string {
  return settings
    .replaceAll(`127.0.0.1:${DEFAULT_PORT}`, place.registry)
    .replaceAll("sandbox/keys/signing.yaml", signingFile(place, "sandbox"));
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
