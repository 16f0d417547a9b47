import type { ImagePath } from "../images";
import { Exposure } from "./exposure";
import { occurrencesIn } from "./find";
import { byRisk, type Finding, judge, type Rules } from "./judge";
import { buildKustomization } from "./kustomize/build";
import type { Files } from "./kustomize/files";
import { Lines } from "./lines";
import { objectsIn } from "./objects";
import type { Occurrence, Unread } from "./occurrence";
import { parseText } from "./text/parse";

/** A text to audit. */
export interface Source {
  /** As findings name it. */
  readonly file: string;
  readonly text: string;
  /** Values of a Helm chart. */
  readonly isValues?: boolean;
  /** Not a file that could be written to. */
  readonly isLive?: boolean;
  /** Its lines mean nothing to anybody: the answer of a cluster. */
  readonly hasNoLines?: boolean;
}

export interface Audited {
  /** All images: what is fine last, and before it the most dangerous first. */
  readonly findings: readonly Finding[];
  readonly unread: readonly Unread[];
}

const NO_LINES = { at: () => 0 };

/** Takes texts one after the other and keeps of each only what it says about images. */
export class Audit {
  private readonly exposure = new Exposure();
  private readonly occurrences: Occurrence[] = [];
  private readonly unread: Unread[] = [];

  constructor(private readonly configured: readonly ImagePath[] = []) {}

  add({ file, text, isValues = false, isLive = false, hasNoLines = false }: Source): void {
    const lines = hasNoLines ? NO_LINES : new Lines(text);
    const where = { file, text, lines, isValues, isLive, configured: this.configured };
    for (const document of parseText(text)) {
      if ("problem" in document) {
        const template = document.part.text.includes("{{") ? " (it looks like a template)" : "";
        this.unread.push({ file, line: lines.at(document.at), problem: `${document.problem}${template}` });
        continue;
      }
      for (const found of objectsIn(document.root)) {
        if (found.type) this.exposure.add(found.type.kind, found.namespace, found.name, found.value);
        const { occurrences, unread } = occurrencesIn(found, where);
        this.occurrences.push(...occurrences);
        this.unread.push(...unread);
      }
    }
  }

  /** Builds the kustomizations of some folders; answers which files they are made of: none of those is applied as it is. */
  addKustomizations(folders: readonly string[], files: Files): ReadonlySet<string> {
    const built = new Map(
      folders.map((folder) => [folder, buildKustomization(folder, files, this.configured, this.exposure)]),
    );
    // What another one is made of is built with that one; two that are made of each other both count.
    const isPart = (folder: string): boolean =>
      folders.some(
        (other) =>
          other !== folder && built.get(other)?.folders.has(folder) && !built.get(folder)?.folders.has(other),
      );
    for (const [folder, { occurrences }] of built) if (!isPart(folder)) this.occurrences.push(...occurrences);
    const unread = [...built.values()].flatMap((one) => one.unread);
    this.unread.push(...new Map(unread.map((one) => [JSON.stringify(one), one])).values());
    return new Set([...built.values()].flatMap((one) => [...one.files]));
  }

  addUnread(unread: Unread): void {
    this.unread.push(unread);
  }

  /** Each image by its name, for whoever asks registries about them. */
  images(): string[] {
    const named = this.occurrences.filter(({ mention }) => !mention).map(({ image }) => image);
    return [...new Set(named.filter((image) => image !== undefined))];
  }

  finish(rules: Rules): Audited {
    // Each takes the place of what it was made from: both lists at once would fill the memory twice.
    const findings = this.occurrences as (Occurrence | Finding)[] as Finding[];
    for (let index = 0; index < findings.length; index++)
      findings[index] = judge(this.occurrences[index] as Occurrence, this.exposure, rules);
    return { findings: findings.sort(byRisk), unread: this.unread };
  }
}
