import { registryError, RegistryError } from "../errors";
import type { Clock } from "../transport/clock";
import { isPrivate } from "../transport/endpoint";
import type { Access, Transport } from "../transport/transport";
import { type Challenge, parseChallenges } from "./challenge";
import { basic, type Credentials, type CredentialSource } from "./credentials";
import { assertTrustedRealm, parseRealm, type TrustedRealms } from "./realm";
import { fetchToken } from "./token";

type BearerChallenge = Challenge & { readonly scheme: "bearer" };

interface KnownToken {
  readonly header: Promise<string>;
  /** Infinite until the token is there. */
  expires: number;
}

/** What is known about signing in to one registry. */
interface Registration {
  challenge: Challenge | undefined;
  credentials: Promise<Credentials | undefined> | undefined;
  /** The header that was refused last. */
  refused: string | undefined;
  readonly tokens: Map<string, KnownToken>;
  /** Where a registry wants another scope than the usual one: usual → wanted. */
  readonly scopes: Map<string, string>;
}

interface Refused {
  readonly header: string | undefined;
  /** Whether it was made for this very request. */
  readonly fresh: boolean;
}

/** A token is not used in its last seconds: it must still be valid when the request arrives. */
const MARGIN_MS = 10_000;

/** Remembers for each registry how it wants to be spoken to, so that one 401 a run is enough. */
export class Authorizer {
  private readonly registrations = new Map<string, Registration>();

  constructor(
    private readonly transport: Transport,
    private readonly source: CredentialSource,
    private readonly realms: TrustedRealms,
    private readonly clock: Clock,
  ) {}

  /** What to put into `authorization`; undefined as long as the registry has not asked. */
  async headerFor(access: Access): Promise<string | undefined> {
    const registration = this.registrationOf(access);
    const { challenge } = registration;
    if (challenge === undefined) return undefined;
    const credentials = await this.credentialsFor(registration, access);
    if (credentials?.kind === "registry-token") return `Bearer ${credentials.token}`;
    if (challenge.scheme === "bearer") return this.tokenFor(registration, challenge, access, credentials);
    if (credentials?.kind === "password") return basic(credentials.username, credentials.password);
    throw registryError("unauthorized", {
      about: `sign-in to ${access.registry}`,
      expected: "a user name and a password",
      found: credentials === undefined ? "no credentials" : "only a token",
    });
  }

  /** What to try after a 401; undefined where nothing better can be offered than what was just refused. */
  async headerAfter(access: Access, asked: readonly string[], refused: Refused): Promise<string | undefined> {
    const [challenge] = parseChallenges(asked);
    if (challenge === undefined) return undefined;
    const registration = this.registrationOf(access);
    registration.challenge = challenge;
    if (refused.header === undefined) return this.headerFor(access);
    const wanted = challenge.scheme === "bearer" ? challenge.scope : undefined;
    const scope = registration.scopes.get(access.scope) ?? access.scope;
    if (refused.fresh && (wanted === undefined || wanted === scope)) return undefined;
    if (registration.refused !== refused.header) {
      // The first of many workers that were refused throws away; the others take what it gets.
      registration.refused = refused.header;
      registration.credentials = undefined; // A helper's credentials live for hours only.
      registration.tokens.delete(scope);
    }
    if (wanted !== undefined) registration.scopes.set(access.scope, wanted);
    return this.headerFor(access);
  }

  private async credentialsFor(
    registration: Registration,
    { registry, home }: Access,
  ): Promise<Credentials | undefined> {
    const looking = (registration.credentials ??= this.lookUp(registry));
    looking.catch(() => {
      if (registration.credentials === looking) registration.credentials = undefined;
    });
    const credentials = await looking;
    if (credentials !== undefined && !isPrivate(home)) {
      throw registryError("insecure", {
        about: `sign-in to ${registry}`,
        expected: "TLS",
        found: "plain HTTP to another machine",
      });
    }
    return credentials;
  }

  private async lookUp(registry: string): Promise<Credentials | undefined> {
    try {
      return await this.source(registry);
    } catch (cause) {
      if (cause instanceof RegistryError) throw cause;
      throw registryError(
        "credentials",
        { about: `sign-in to ${registry}`, expected: "credentials or none", found: "an error" },
        { cause },
      );
    }
  }

  /** Workers that need the same token share one request for it. */
  private async tokenFor(
    { tokens, scopes }: Registration,
    challenge: BearerChallenge,
    access: Access,
    credentials: Credentials | undefined,
  ): Promise<string> {
    const scope = scopes.get(access.scope) ?? access.scope;
    const known = tokens.get(scope);
    if (known !== undefined && known.expires - MARGIN_MS > this.clock.now()) return known.header;
    const token = this.request(challenge, access, scope, credentials);
    const fresh: KnownToken = { header: token.then(({ value }) => `Bearer ${value}`), expires: Infinity };
    tokens.set(scope, fresh);
    token.then(
      ({ lifetimeMs }) => (fresh.expires = this.clock.now() + lifetimeMs),
      () => tokens.get(scope) === fresh && tokens.delete(scope),
    );
    return fresh.header;
  }

  private async request(
    { realm: named, service }: BearerChallenge,
    access: Access,
    scope: string,
    credentials: Credentials | undefined,
  ): Promise<{ readonly value: string; readonly lifetimeMs: number }> {
    const realm = parseRealm(access, named);
    if (credentials !== undefined) assertTrustedRealm(access, realm, this.realms);
    return fetchToken(this.transport, { access, realm, service, scope, credentials });
  }

  private registrationOf({ registry }: Access): Registration {
    let registration = this.registrations.get(registry);
    if (!registration) {
      registration = {
        challenge: undefined,
        credentials: undefined,
        refused: undefined,
        tokens: new Map(),
        scopes: new Map(),
      };
      this.registrations.set(registry, registration);
    }
    return registration;
  }
}
