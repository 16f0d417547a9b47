import type { ReleasedImage, Report } from "../evidence";
import type { History, Verdict } from "../history";
import type { Place, Rules } from "../promotion";

export type { Verdict };

/** Everything that gates look at. They ask nobody anything: same facts, same verdicts. */
export interface Facts {
  readonly place: Place;
  readonly rules: Rules;
  readonly image: ReleasedImage;
  /** Whether somebody chose this digest: then any that upstream ever deployed will do, else only the one that it runs. */
  readonly pinned: boolean;
  /** What the image can prove for this environment. */
  readonly report: Report;
  /** Hash of the settings and secrets that would go with it. */
  readonly config: string;
  readonly own: History;
  /** One for each target of the environment before; empty where images are built. */
  readonly upstream: readonly { readonly stack: string; readonly history: History }[];
  /** What the image is for, by the bytes of its index; null where the rules do not ask. */
  readonly platforms: readonly string[] | null;
  /** Who asks for it, as CI or the command knows: an address or a name; undefined where nobody said. */
  readonly requester: string | undefined;
  readonly now: Date;
}

/** What one gate says, before overrides. */
export type Answer = Pick<Verdict, "pass" | "reason" | "evidence" | "next">;
