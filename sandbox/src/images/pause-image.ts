import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The image that holds a pod's namespaces open: one program that does nothing, well. */
export function layOutPauseImage(context: string, pause: string): void {
  mkdirSync(context, { recursive: true });
  copyFileSync(pause, path.join(context, "pause"));
  writeFileSync(
    path.join(context, "Dockerfile"),
    'FROM scratch\nCOPY --chmod=755 pause /pause\nUSER 65535:65535\nENTRYPOINT ["/pause"]\n',
  );
}
