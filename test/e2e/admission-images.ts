const MANIFESTS = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";

/** What a tag of a registry names now, as `repository@digest`. */
export async function pinned(registry: string, name: string): Promise<string> {
  const [repository = "", tag = ""] = name.split(":");
  const answer = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: MANIFESTS },
  });
  return `${registry}/${repository}@${answer.headers.get("docker-content-digest") ?? ""}`;
}
