import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureCredentials, kubeconfig, tokenTable } from "../../../sandbox/src/cluster/credentials";
import { clusterFiles } from "../../../sandbox/src/cluster/spec";

const folder = mkdtempSync(path.join(tmpdir(), "waybill-credentials-"));
const files = clusterFiles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

test("are made once, are different for each user, and only root reads them", async () => {
  const first = await ensureCredentials(files);
  expect(new Set(Object.values(first)).size).toBe(5);
  expect(await ensureCredentials(files)).toEqual(first);
  for (const secret of [files.tokens, files.tokenTable, files.serviceAccountKey, files.kubeletClientKey]) {
    expect(statSync(secret).mode & 0o077).toBe(0);
  }
  const subject = execFileSync("openssl", [
    "x509",
    "-noout",
    "-subject",
    "-in",
    files.kubeletClientCertificate,
  ]);
  expect(subject.toString()).toMatch(/CN ?= ?kube-apiserver/);
  expect(readFileSync(files.serviceAccountKey, "utf8")).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
});

test("the API server's table: token, user, id, groups", () => {
  const tokens = { admin: "a", node: "n", "controller-manager": "c", scheduler: "s", proxy: "p" };
  expect(tokenTable(tokens).split("\n").slice(0, 2)).toEqual([
    'a,sandbox-admin,admin,"system:masters"',
    'n,system:node:sandbox,node,"system:nodes"',
  ]);
});

test("a kubeconfig holds its authority by file or whole", () => {
  const access = { server: "https://1.2.3.4:6443", token: "t" };
  const cluster = (text: string) =>
    (JSON.parse(text) as { clusters: { cluster: object }[] }).clusters[0]?.cluster;
  expect(cluster(kubeconfig("x", { ...access, authority: { file: "/ca" } }))).toEqual({
    server: "https://1.2.3.4:6443",
    "certificate-authority": "/ca",
  });
  expect(cluster(kubeconfig("x", { ...access, authority: { pem: "PEM" } }))).toEqual({
    server: "https://1.2.3.4:6443",
    "certificate-authority-data": "UEVN",
  });
});
