import type { Configuration } from "../service";

export interface SettingChange {
  readonly name: string;
  /** Undefined: it was not there. Never there for a secret: only that it changed. */
  readonly from?: string;
  readonly to?: string;
  readonly kind: "added" | "removed" | "changed";
  readonly secret: boolean;
}

export interface SettingsChanges {
  readonly settings: readonly SettingChange[];
  /** Whether port, probes or resources change. */
  readonly manifests: boolean;
}

type Held = Pick<Configuration, "manifests" | "settings" | "secrets">;

export function compareSettings(from: Held, to: Held): SettingsChanges {
  const secrets = changes(from.secrets, to.secrets).map(({ name, kind }) => ({ name, kind, secret: true }));
  return {
    settings: [...changes(from.settings, to.settings).map((one) => ({ ...one, secret: false })), ...secrets],
    manifests: from.manifests !== to.manifests,
  };
}

function changes(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): Omit<SettingChange, "secret">[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names.flatMap((name): Omit<SettingChange, "secret">[] => {
    const [old, now] = [text(from, name), text(to, name)];
    if (old === now) return [];
    if (old === undefined) return [{ name, kind: "added", to: now ?? "" }];
    if (now === undefined) return [{ name, kind: "removed", from: old }];
    return [{ name, kind: "changed", from: old, to: now }];
  });
}

function text(values: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (!Object.hasOwn(values, name)) return undefined;
  const value = values[name];
  return JSON.stringify(value);
}
