import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../host/run";

/** Who the services run as; 65532 is what other images without a shell use as well. */
const ACCOUNTS = {
  "etc/passwd": "root:x:0:0:root:/root:/sbin/nologin\napp:x:65532:65532:app:/app:/sbin/nologin\n",
  "etc/group": "root:x:0:\napp:x:65532:\n",
};

const DOCKERFILE = `FROM scratch
COPY root /
COPY --chmod=1777 empty /tmp
COPY --chown=65532:65532 empty /app
ENV PATH=/usr/local/bin NODE_ENV=production
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["node"]
`;

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Lays out a small Node image: the runtime of this machine, the libraries it needs, and nothing else. */
export async function layOutNodeImage(context: string, node: string): Promise<void> {
  const root = path.join(context, "root");
  mkdirSync(path.join(context, "empty"), { recursive: true });
  copyInto(root, node, "/usr/local/bin/node");
  for (const library of parseLdd(await run(["ldd", node]))) copyInto(root, library, library);
  if (existsSync(CERTIFICATES)) copyInto(root, CERTIFICATES, CERTIFICATES);
  mkdirSync(path.join(root, "etc"), { recursive: true });
  for (const [file, text] of Object.entries(ACCOUNTS))
    writeFileSync(path.join(root, file), text, { mode: 0o644 });
  writeFileSync(path.join(context, "Dockerfile"), DOCKERFILE);
}

/** `libm.so.6 => /lib/…/libm.so.6 (0x…)`, or the loader itself: `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export function parseLdd(output: string): string[] {
  return output.split("\n").flatMap((line) => /(?:=>\s*|^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

function copyInto(root: string, source: string, place: string): void {
  const target = path.join(root, place);
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(source, target);
}
