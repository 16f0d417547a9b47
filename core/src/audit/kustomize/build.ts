import type { ImagePath } from "../../images";
import type { Exposure } from "../exposure";
import { occurrencesIn, type Where } from "../find";
import { Lines } from "../lines";
import { objectsIn } from "../objects";
import type { Occurrence, Unread } from "../occurrence";
import type { Node } from "../text/node";
import { parseText } from "../text/parse";
import { entryOf, type Files, itemsOf, kustomizationIn, textIn } from "./files";
import { changeImage, readImageChange } from "./images";
import { applyPatch, readTarget, type Target } from "./patches";

/** What a kustomization builds, as far as images go. */
export interface Built {
  readonly occurrences: readonly Occurrence[];
  readonly unread: readonly Unread[];
  /** Every file that was read for it: none of them is applied as it is. */
  readonly files: ReadonlySet<string>;
  /** Every folder whose kustomization is part of it. */
  readonly folders: ReadonlySet<string>;
}

/** Fields that bring or change objects in ways that are not followed here. */
const NOT_FOLLOWED = ["helmCharts", "helmChartInflationGenerator", "generators", "transformers"];
const REMOTE = /^(?:[a-z]+:\/\/|git@|github\.com[/:]|[\w.-]+\.[a-z]+\/.*\/\/)|[?&]ref=/;

/** Builds the kustomization of a folder without kustomize: resources, components, patches, images and namespace. */
export function buildKustomization(
  folder: string,
  files: Files,
  configured: readonly ImagePath[],
  exposure: Exposure,
): Built {
  const builder = new Builder(files, configured);
  const occurrences = builder.build(folder, [], []);
  for (const { kind, namespace, name, value } of builder.objects) exposure.add(kind, namespace, name, value);
  const via = files.show(folder);
  return {
    occurrences: occurrences.map((one) => ({ ...one, via })),
    unread: builder.unread,
    files: builder.files,
    folders: builder.folders,
  };
}

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly file: string;
  readonly text: string;
  readonly lines: Lines;
  readonly root: Node;
}

class Builder {
  readonly unread: Unread[] = [];
  readonly files = new Set<string>();
  readonly folders = new Set<string>();

  /** For who is exposed to what: in the namespace that they end up in. */
  readonly objects: { kind: string; namespace: string; name: string; value: unknown }[] = [];

  constructor(
    private readonly source: Files,
    private readonly configured: readonly ImagePath[],
  ) {}

  /** `gathered` is what a component is applied to; other kustomizations begin with nothing. */
  build(folder: string, gathered: readonly Occurrence[], way: readonly string[]): Occurrence[] {
    const path = kustomizationIn(this.source, folder);
    if (path === undefined)
      this.unread.push({
        file: this.source.show(folder),
        line: 0,
        problem: "its kustomization cannot be read",
      });
    const place = path === undefined ? undefined : this.open(folder, path);
    if (!place) return [...gathered];
    this.folders.add(folder);
    const firstObject = this.objects.length;
    let all = [...gathered];
    for (const key of ["resources", "bases"])
      for (const node of itemsOf(entryOf(place.root, key)))
        all.push(...this.resource(place, node, [...way, folder]));
    for (const node of itemsOf(entryOf(place.root, "components")))
      all = this.component(place, node, all, [...way, folder]);
    all = this.patches(place, all);
    const namespace = textIn(entryOf(place.root, "namespace"));
    if (namespace !== undefined) {
      all = all.map((one) => ({ ...one, namespace }));
      for (const object of this.objects.slice(firstObject)) object.namespace = namespace;
    }
    for (const node of itemsOf(entryOf(place.root, "images"))) {
      const change = readImageChange(node, place, place.lines.at(node.at));
      if (change) all = all.map((one) => changeImage(one, change));
    }
    this.sayWhatIsNotFollowed(place);
    return all;
  }

  private open(folder: string, path: string): Place | undefined {
    const text = this.source.read(path) ?? "";
    const file = this.source.show(path);
    this.files.add(path);
    const lines = new Lines(text);
    for (const document of parseText(text)) {
      if (!("problem" in document)) return { folder, path, file, text, lines, root: document.root };
      this.unread.push({ file, line: lines.at(document.at), problem: document.problem });
    }
    return undefined;
  }

  private resource(place: Place, node: Node, way: readonly string[]): Occurrence[] {
    const path = this.follow(place, node, way);
    if (path === undefined) return [];
    return this.source.isFolder(path) ? this.build(path, [], way) : this.manifest(path);
  }

  private component(
    place: Place,
    node: Node,
    gathered: readonly Occurrence[],
    way: readonly string[],
  ): Occurrence[] {
    const path = this.follow(place, node, way);
    return path === undefined ? [...gathered] : this.build(path, gathered, way);
  }

  /** Where an entry leads to; undefined, and said so, where it cannot be followed. */
  private follow(place: Place, node: Node, way: readonly string[]): string | undefined {
    const name = textIn(node) ?? "";
    const path = this.source.resolve(place.folder, name);
    if (way.includes(path)) return this.refuse(place, node, `${name} leads back to itself`);
    if (this.source.isFolder(path)) {
      if (kustomizationIn(this.source, path) !== undefined) return path;
      return this.refuse(place, node, `${name} is a folder without a kustomization`);
    }
    if (this.source.read(path) !== undefined) return path;
    return this.refuse(
      place,
      node,
      REMOTE.test(name)
        ? `${name} lies elsewhere: build it with kustomize and audit what comes out`
        : `${name} is not there`,
    );
  }

  private refuse(place: Place, node: Node, problem: string): undefined {
    this.unread.push({ file: place.file, line: place.lines.at(node.at), problem });
    return undefined;
  }

  private manifest(path: string): Occurrence[] {
    const all: Occurrence[] = [];
    for (const { root, where } of this.documents(path)) {
      for (const found of objectsIn(root)) {
        const { type, name, namespace, value } = found;
        if (type) this.objects.push({ kind: type.kind, namespace, name, value });
        const { occurrences, unread } = occurrencesIn(found, where);
        all.push(...occurrences);
        this.unread.push(...unread);
      }
    }
    return all;
  }

  private *documents(path: string): Generator<{ root: Node; where: Where }> {
    const text = this.source.read(path) ?? "";
    this.files.add(path);
    const file = this.source.show(path);
    const lines = new Lines(text);
    for (const document of parseText(text)) {
      if ("problem" in document)
        this.unread.push({ file, line: lines.at(document.at), problem: document.problem });
      else
        yield {
          root: document.root,
          where: { file, text, lines, isValues: false, isLive: false, configured: this.configured },
        };
    }
  }

  private patches(place: Place, gathered: readonly Occurrence[]): Occurrence[] {
    let all = [...gathered];
    for (const node of itemsOf(entryOf(place.root, "patchesStrategicMerge")))
      all = this.patch(place, node, undefined, all);
    for (const key of ["patches", "patchesJson6902"]) {
      for (const node of itemsOf(entryOf(place.root, key))) {
        const from = entryOf(node, "path") ?? entryOf(node, "patch");
        if (from) all = this.patch(place, from, readTarget(entryOf(node, "target")), all);
      }
    }
    return all;
  }

  /** A file's name, or the patch itself. */
  private patch(
    place: Place,
    node: Node,
    target: Target | undefined,
    gathered: readonly Occurrence[],
  ): Occurrence[] {
    const text = textIn(node) ?? "";
    if (!text.includes("\n") && !/^\s*[{[]/.test(text)) {
      const path = this.follow(place, node, []);
      if (path === undefined) return [...gathered];
      let all = [...gathered];
      for (const { root, where } of this.documents(path)) all = applyPatch(root, target, where, all);
      return all;
    }
    const inner = { at: () => place.lines.at(node.at) };
    const where = {
      file: place.file,
      text,
      lines: inner,
      isValues: false,
      isLive: true,
      configured: this.configured,
    };
    let all = [...gathered];
    for (const document of parseText(text)) {
      if ("problem" in document) this.refuse(place, node, `a patch: ${document.problem}`);
      else all = applyPatch(document.root, target, where, all);
    }
    return all;
  }

  private sayWhatIsNotFollowed(place: Place): void {
    for (const key of NOT_FOLLOWED) {
      const node = entryOf(place.root, key);
      if (node)
        this.refuse(
          place,
          node,
          `${key} is not built here: build it with kustomize and audit what comes out`,
        );
    }
    for (const node of itemsOf(entryOf(place.root, "replacements"))) {
      const fields = itemsOf(entryOf(node, "targets")).flatMap((one) =>
        itemsOf(entryOf(one, "fieldPaths")).map((path) => textIn(path) ?? ""),
      );
      if (entryOf(node, "path") || fields.some((path) => /image/i.test(path)))
        this.refuse(
          place,
          node,
          "a replacement may change images: build it with kustomize and audit what comes out",
        );
    }
  }
}
