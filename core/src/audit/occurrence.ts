import type { Digest } from "../image";
import type { Style } from "./text/node";

/** Where a digest can be written into a file; without one it has to be done by hand. */
export interface Place {
  /** `append`: behind the image's text. `value`: instead of a value that is empty so far. */
  readonly how: "append" | "value";
  readonly start: number;
  readonly end: number;
  readonly style: Style;
  /** What stood there when it was read: a digest is never written over something else. */
  readonly raw: string;
}

/** What is known about the pods that an image runs in; shared by the images of one object. */
export interface Workload {
  readonly replicas: number;
  /** What gives them more than their own: privileged, hostNetwork… */
  readonly privileges: readonly string[];
  readonly labels: Readonly<Record<string, unknown>>;
  /** Reachable by themselves: hostNetwork or a hostPort. */
  readonly onHost: boolean;
}

/** One image at one place. */
export interface Occurrence {
  readonly file: string;
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly path: string;
  readonly container: string | undefined;
  /** Undefined where it cannot be read. */
  readonly image: string | undefined;
  readonly guessed: boolean;
  /** Named in an environment variable, an argument or an annotation: nothing fetches it by itself. */
  readonly mention: boolean;
  readonly workload: Workload;
  /** The object that made this one and will make it again. */
  readonly owner: string | undefined;
  /** In a live cluster: the digest that runs. */
  readonly running: Digest | undefined;
  /** A pod that a node runs from a file of its own: no admission stands before it. */
  readonly mirror: boolean;
  /** The kustomization that it is built by. */
  readonly via: string | undefined;
  readonly place: Place | undefined;
}

/** Something that hides images, or that could not be read. It makes the audit incomplete, and is never left out. */
export interface Unread {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}
