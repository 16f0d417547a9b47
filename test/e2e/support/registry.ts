const accepted = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Manifest {
  readonly mediaType: string;
  readonly config?: { readonly digest: string };
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly os: string; readonly architecture: string };
  }[];
}

/** Asks the registry itself, past all of our own code. */
export async function manifestDigest(repository: string, tag: string): Promise<string | null> {
  const [registry, ...path] = repository.split("/");
  const response = await fetch(`http://${registry ?? ""}/v2/${path.join("/")}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: accepted },
  });
  return response.headers.get("docker-content-digest");
}

export async function manifest(repository: string, reference: string): Promise<Manifest> {
  const [registry, ...path] = repository.split("/");
  const response = await fetch(`http://${registry ?? ""}/v2/${path.join("/")}/manifests/${reference}`, {
    headers: { accept: accepted },
  });
  return (await response.json()) as Manifest;
}

export async function labels(repository: string, digest: string): Promise<Record<string, string>> {
  const [registry, ...path] = repository.split("/");
  const { config } = await manifest(repository, digest);
  const response = await fetch(`http://${registry ?? ""}/v2/${path.join("/")}/blobs/${config?.digest ?? ""}`);
  return ((await response.json()) as { config: { Labels: Record<string, string> } }).config.Labels;
}
