import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ensure } from "../../tools/src/ensure";
import type { Machine } from "../../tools/src/machine";
import type { ArchiveSource, Tool } from "../../tools/src/tool";
import { fakeGo, fakeMachine, hello, log, script, temporary } from "./support/fake";

const quiet = () => undefined;
const runs = (path = "") => execFileSync(path, ["--version"], { encoding: "utf8" });

describe("from the distribution's packages", () => {
  const check = { ask: ["--version"], fits: { from: "1", before: "2" } };
  const plain: Tool = {
    name: "runner",
    check,
    companions: ["runner-shim"],
    sources: [{ kind: "debian", packages: ["runner"] }],
  };
  const linked: Tool = {
    name: "filter",
    check,
    sources: [{ kind: "debian", ownLibraries: true, packages: ["filter", "libfilter1"] }],
  };

  /** A package is a text file here, and unpacking it makes the programs that it is named after. */
  function packages(root: string, download = `for p in "$@"; do echo > "$p"_1.0_amd64.deb; done`): Machine {
    script(
      join(root, "bin/apt-get"),
      `echo "$@" >> "$LOG"\n[ "$1" = update ] && { touch ${root}/updated; exit; }\nshift\n${download}`,
    );
    script(
      join(root, "bin/dpkg"),
      `echo "dpkg $(basename $2)" >> "$LOG"
case "$2" in
*runner*) mkdir -p $3/usr/bin; for p in runner runner-shim; do printf '#!/bin/sh\\necho 1.1.5\\n' > $3/usr/bin/$p; chmod +x $3/usr/bin/$p; done ;;
*/filter*) mkdir -p $3/usr/sbin; printf '#!/bin/sh\\necho 1.0.6 with $LD_LIBRARY_PATH\\n' > $3/usr/sbin/filter; chmod +x $3/usr/sbin/filter ;;
*libfilter*) mkdir -p $3/usr/lib/x86_64-linux-gnu; echo > $3/usr/lib/x86_64-linux-gnu/libfilter.so.1 ;;
esac`,
    );
    return fakeMachine(root);
  }

  test("packages are fetched in one go and unpacked; programs with own libraries find them", async () => {
    const root = temporary();
    const [runner, filter] = await ensure(packages(root), [plain, linked], quiet);
    expect(log(root)[0]).toBe("download runner filter libfilter1");
    expect(runs(runner?.path)).toBe("1.1.5\n");
    expect(existsSync(`${runner?.path}-shim`)).toBe(true);
    const folder = join(filter?.path ?? "", "../..");
    expect(runs(filter?.path)).toBe(`1.0.6 with ${folder}/root/usr/lib/x86_64-linux-gnu\n`);
    expect(folder).toMatch(/\/filter-debian12-[0-9a-f]{12}$/);
  });

  test("the package lists are renewed only when fetching fails", async () => {
    const root = temporary();
    const machine = packages(
      root,
      `[ -e ${root}/updated ] || exit 100; for p in "$@"; do echo > "$p"_1_amd64.deb; done`,
    );
    await ensure(machine, [plain], quiet);
    expect(log(root)).toEqual(["download runner", "update", "download runner", "dpkg runner_1_amd64.deb"]);
  });

  test("a mirror out of reach is named with what to do", async () => {
    const machine = packages(temporary(), `echo "Unable to fetch" >&2; exit 100`);
    await expect(ensure(machine, [plain], quiet)).rejects.toThrow(
      /^runner: expected "apt-get download" to succeed, found exit code 100\. Check that the package mirror[^]*Unable to fetch$/,
    );
  });
});

describe("from the maker's own site", () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close().closeAllConnections()));

  async function site(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function packed(root: string): Buffer {
    script(join(root, "release/hello"), "echo hello version 1.5.0");
    execFileSync("tar", ["-czf", join(root, "hello.tar.gz"), "-C", root, "release"]);
    return readFileSync(join(root, "hello.tar.gz"));
  }

  const downloaded = (url: string, content: Buffer): Tool => {
    const sha256 = createHash("sha256").update(content).digest("hex");
    const files = { "linux x64": { name: "hello.tar.gz", sha256 } };
    const archive: ArchiveSource = { kind: "archive", version: "1.5.0", url, files, folder: "release" };
    return { ...hello, sources: [archive, ...hello.sources] };
  };

  test("a download with the pinned checksum is used, and no Go is asked for", async () => {
    const root = temporary();
    const content = packed(root);
    const tool = downloaded(await site((_, response) => response.end(content)), content);
    const [located] = await ensure(fakeMachine(root), [tool], quiet);
    expect(located?.path).toContain("hello-1.5.0-");
    expect(runs(located?.path)).toBe("hello version 1.5.0\n");
  });

  test("a download with another checksum is refused, and not replaced by something else", async () => {
    const root = temporary();
    fakeGo(root);
    const tool = downloaded(await site((_, response) => response.end("changed")), Buffer.from("published"));
    await expect(ensure(fakeMachine(root), [tool], quiet)).rejects.toThrow(
      /hello\.tar\.gz: expected sha256 .*Do not use this file/,
    );
    expect(log(root)).toEqual([]);
  });

  test.each<[string, RequestListener]>([
    ["never answers", () => undefined],
    ["has no such file", (_, response) => response.writeHead(404).end()],
    ["breaks off", (_, response) => response.destroy()],
  ])("a site that %s counts as out of reach: the next source is used", async (_, answer) => {
    const root = temporary();
    fakeGo(root);
    const tool = downloaded(await site(answer), Buffer.from("published"));
    const [located] = await ensure({ ...fakeMachine(root), reachableWithin: 100 }, [tool], quiet);
    expect(located?.path).toContain("hello-1.2.3-");
  });
});
