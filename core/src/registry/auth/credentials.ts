/** How somebody proves to a registry who they are. Never put one into a message. */
export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** An OAuth 2 refresh token (docker's "identity token"). */
  | { readonly kind: "identity-token"; readonly token: string }
  /** A token that the registry itself takes. */
  | { readonly kind: "registry-token"; readonly token: string };

/** Finds the credentials for a registry, such as `docker.io`; undefined means: go anonymously. */
export type CredentialSource = (registry: string) => Promise<Credentials | undefined>;

export const anonymous: CredentialSource = () => Promise.resolve(undefined);

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
