import { isIP } from "node:net";
import { quote } from "../../image";
import { registryError } from "../errors";
import { isLoopback, isPrivate, isThisMachine } from "../transport/endpoint";
import type { Access } from "../transport/transport";

/** Further hosts that may see a registry's credentials, by registry. */
export type TrustedRealms = Readonly<Record<string, readonly string[]>>;

/** The token service that a registry names. It must be reached in private, and nobody may point us at this machine. */
export function parseRealm({ registry, home }: Access, text: string): URL {
  const realm = URL.parse(text);
  const fits =
    realm !== null &&
    realm.username === "" &&
    realm.password === "" &&
    (realm.protocol === "https:" || realm.protocol === "http:") &&
    isPrivate(realm) &&
    (!isThisMachine(realm.hostname) || isLoopback(home.hostname));
  if (!fits) {
    throw registryError("insecure", {
      about: `sign-in to ${registry}`,
      expected: "a token service with an https URL, beyond this machine",
      found: quote(text),
      next: "Ask whoever runs the registry to correct its realm.",
    });
  }
  return realm;
}

/**
 * A registry may name any realm; its credentials go only to itself, to its neighbours in the same domain, and to
 * hosts that the user listed. registry.gitlab.com may send us to gitlab.com, not to elsewhere.example.
 */
export function assertTrustedRealm({ registry, home }: Access, realm: URL, listed: TrustedRealms): void {
  if (isNeighbour(home.hostname, realm.hostname)) return;
  if (Object.hasOwn(listed, registry) && listed[registry]?.includes(realm.host) === true) return;
  throw registryError("unauthorized", {
    about: `sign-in to ${registry}`,
    expected: "a token service in the registry's own domain",
    found: quote(realm.host),
    next: `If that host may see your credentials for ${registry}, list it as a trusted realm.`,
  });
}

function isNeighbour(registry: string, realm: string): boolean {
  if (registry === realm) return true;
  if (isIP(registry.replace(/^\[|\]$/g, "")) !== 0) return false;
  if (realm.endsWith(`.${registry}`)) return true;
  const domain = registry.slice(registry.indexOf(".") + 1);
  return domain.includes(".") && (realm === domain || realm.endsWith(`.${domain}`));
}
