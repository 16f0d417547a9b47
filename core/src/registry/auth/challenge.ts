/** What a registry asks for in WWW-Authenticate (RFC 9110, 11.6.1). */
export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const LONGEST_HEADER = 8 * 1024;
const SCHEME = /([A-Za-z][A-Za-z0-9-]*)(?=[\s,]|$)/y;
const PARAMETER = /([A-Za-z_][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/y;
const SEPARATOR = /[\s,]*/y;

/** The challenges that can be answered; a bearer token is worth more than a password and comes first. */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers
    .flatMap(split)
    .flatMap(({ scheme, parameters }): Challenge[] => {
      if (scheme === "basic") return [{ scheme }];
      const realm = parameters.get("realm");
      if (scheme !== "bearer" || realm === undefined) return [];
      return [{ scheme, realm, service: parameters.get("service"), scope: parameters.get("scope") }];
    })
    .sort((a, b) => Number(a.scheme === "basic") - Number(b.scheme === "basic"));
}

interface RawChallenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** One header may hold several challenges, and their parameters are separated by the same commas. */
function split(header: string): RawChallenge[] {
  if (header.length > LONGEST_HEADER) return [];
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = skip(header, 0);
  while (at < header.length) {
    const parameter = match(PARAMETER, header, at);
    const current = challenges.at(-1);
    if (parameter && current) {
      const [whole, name = "", quoted, plain] = parameter;
      current.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "");
      at = skip(header, at + whole.length);
      continue;
    }
    const scheme = match(SCHEME, header, at);
    if (!scheme) return challenges;
    challenges.push({ scheme: scheme[1]?.toLowerCase() ?? "", parameters: new Map() });
    at = skip(header, at + scheme[0].length);
  }
  return challenges;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function skip(text: string, at: number): number {
  return at + (match(SEPARATOR, text, at)?.[0].length ?? 0);
}
