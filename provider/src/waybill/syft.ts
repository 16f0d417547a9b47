import { execFile } from "node:child_process";
import { ProviderError } from "../errors";

export const sbomFormats = ["spdx-json", "cyclonedx-json"] as const;
export type SbomFormat = (typeof sbomFormats)[number];

export interface Scan {
  /** repository@digest */
  readonly image: string;
  /** What the document calls it. */
  readonly name: string;
  readonly format: SbomFormat;
  readonly platform: string | undefined;
}

export type Syft = (scan: Scan, signal: AbortSignal) => Promise<object>;

/** Documents of large images have some ten MiB. */
const LARGEST_DOCUMENT = 256 * 1024 * 1024;

/** Runs the `syft` on PATH, which reads the image from the registry by its digest, with docker's credentials. */
export function syftOnPath(environment: NodeJS.ProcessEnv): Syft {
  return async ({ image, name, format, platform }, signal) => {
    const args = ["scan", `registry:${image}`, "--output", format, "--source-name", name, "--quiet"];
    const text = await run(
      [...args, ...(platform === undefined ? [] : ["--platform", platform])],
      {
        ...environment,
        SYFT_CHECK_FOR_APP_UPDATE: "false",
        ...(isLoopback(image) && { SYFT_REGISTRY_INSECURE_USE_HTTP: "true" }),
      },
      image,
      signal,
    );
    return parse(text, image);
  };
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  about: string,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("syft", args, { env, signal, maxBuffer: LARGEST_DOCUMENT }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") reject(noSyft(about, error));
      else reject(failed(about, stderr.trim() || error.message, error));
    });
  });
}

function parse(text: string, about: string): object {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw failed(about, "no JSON", error);
  }
}

/** Registries on this machine speak plain HTTP, as the core's client takes it. */
function isLoopback(image: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?\//.test(image);
}

function noSyft(about: string, cause: unknown): ProviderError {
  return new ProviderError(
    "refused",
    {
      about: `SBOM of ${about}`,
      expected: "syft on PATH",
      found: "none",
      next: "Install it: https://github.com/anchore/syft#installation, or go install github.com/anchore/syft/cmd/syft@v1.33.0",
    },
    { cause },
  );
}

function failed(about: string, found: string, cause: unknown): ProviderError {
  const next = "Run the same syft by hand to see more.";
  return new ProviderError(
    "refused",
    { about: `SBOM of ${about}`, expected: "a document from syft", found, next },
    { cause },
  );
}
