import { withSetting } from "./edit";
import type { SettingsFile } from "./read";
import { swapFile } from "./swap";

/** Sets or removes one key of a stack's settings; false where there was nothing to change. */
export function writeSetting({ file, bytes }: SettingsFile, key: string, value: string | undefined): boolean {
  const text = bytes.toString("utf8");
  const changed = withSetting(file, text, `waybill:${key}`, value);
  if (changed === text) return false;
  swapFile(file, bytes, Buffer.from(changed));
  return true;
}
