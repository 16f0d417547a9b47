import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { run } from "../host/run";
import { type ClusterFiles, NODE_NAME } from "./spec";

/** Who speaks to the API server, and as whom. */
export const USERS = {
  admin: { name: "sandbox-admin", group: "system:masters" },
  node: { name: `system:node:${NODE_NAME}`, group: "system:nodes" },
  // Its many controllers then need no service account each, which would make the start slower.
  "controller-manager": { name: "system:kube-controller-manager", group: "system:masters" },
  scheduler: { name: "system:kube-scheduler", group: "" },
  proxy: { name: "system:kube-proxy", group: "" },
} as const;
export type User = keyof typeof USERS;
export type Tokens = Readonly<Record<User, string>>;

const SECRET = { mode: 0o600 } as const;

/** Made once per sandbox, so that a kubeconfig and the pods' tokens outlive a restart of the cluster. */
export async function ensureCredentials(files: ClusterFiles): Promise<Tokens> {
  mkdirSync(files.certificates, { recursive: true, mode: 0o700 });
  if (!existsSync(files.tokens)) {
    ensureServiceAccountKey(files);
    await makeKubeletClientCertificate(files);
    const tokens = Object.fromEntries(
      Object.keys(USERS).map((user) => [user, randomBytes(24).toString("hex")]),
    );
    writeFileSync(files.tokens, JSON.stringify(tokens), SECRET); // last: it says that all are made
  }
  const tokens = JSON.parse(readFileSync(files.tokens, "utf8")) as Tokens;
  writeFileSync(files.tokenTable, tokenTable(tokens), SECRET);
  return tokens;
}

export function tokenTable(tokens: Tokens): string {
  return (Object.keys(USERS) as User[])
    .map((user) => `${tokens[user]},${USERS[user].name},${user},"${USERS[user].group}"\n`)
    .join("");
}

function ensureServiceAccountKey(files: ClusterFiles): void {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(files.serviceAccountKey, privateKey.export({ type: "sec1", format: "pem" }), SECRET);
  writeFileSync(files.serviceAccountPublicKey, publicKey.export({ type: "spki", format: "pem" }));
}

/** The kubelet obeys whoever shows this one certificate, which is its own authority: nobody else has its key. */
async function makeKubeletClientCertificate(files: ClusterFiles): Promise<void> {
  await run([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-days", "3650", "-subj", "/O=system:masters/CN=kube-apiserver"],
    ...["-addext", "extendedKeyUsage=clientAuth"],
    ...["-keyout", files.kubeletClientKey, "-out", files.kubeletClientCertificate],
  ]);
}

export interface Access {
  readonly server: string;
  readonly token: string;
  /** A file of certificates, or the certificates themselves. */
  readonly authority: { readonly file: string } | { readonly pem: string };
}

/** JSON is YAML; every client reads it. */
export function kubeconfig(name: string, { server, token, authority }: Access): string {
  const trust =
    "file" in authority
      ? { "certificate-authority": authority.file }
      : { "certificate-authority-data": Buffer.from(authority.pem).toString("base64") };
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, ...trust } }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    },
    undefined,
    2,
  );
}
