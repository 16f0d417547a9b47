import { failure } from "./error";
import { type Environment, readSecret, type SecretSource } from "./secret";

/** Whom tokens are for, by sigstore's convention. */
const AUDIENCE = "sigstore";

/**
 * The identity token from where the configuration says, or else by the CI system's own way: GitHub Actions hands one out on
 * request, GitLab and others put one into SIGSTORE_ID_TOKEN. It is in no message: whoever has it can sign in its name.
 */
export async function readToken(
  source: SecretSource | undefined,
  environment: Environment,
  timeoutMs: number,
): Promise<string> {
  const token = source
    ? readSecret("token-missing", "identity token", source, environment)
    : (environment["SIGSTORE_ID_TOKEN"] ?? (await askGitHub(environment, timeoutMs)));
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
    throw failure(
      "token-missing",
      "identity token",
      "a JSON web token",
      token === "" ? "none" : "something else",
    );
  }
  return token;
}

/** https://docs.github.com/actions/reference/security/oidc */
async function askGitHub(environment: Environment, timeoutMs: number): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = environment;
  if (address === undefined || bearer === undefined) return "";
  try {
    const url = new URL(address);
    url.searchParams.set("audience", AUDIENCE);
    const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
    const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
    const { value } = (await response.json()) as { value?: unknown };
    return typeof value === "string" ? value : "";
  } catch {
    return "";
  }
}
