import { waybill } from "./run";

const DIGEST = `sha256:${"f".repeat(64)}`;
const lines = (out: string) =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("waybill image parse --json", () => {
  test("one object per reference and line, keys in their order", async () => {
    const { code, out, err } = await waybill(["image", "parse", "--json", `redis:7@${DIGEST}`, "a.b/c"]);
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).toBe(
      `{"input":"redis:7@${DIGEST}","valid":true,"registry":"docker.io","repository":"library/redis","tag":"7","digest":"${DIGEST}","pinned":true,"error":null}\n` +
        `{"input":"a.b/c","valid":true,"registry":"a.b","repository":"c","tag":null,"digest":null,"pinned":false,"error":null}\n`,
    );
  });

  test("an invalid one has an error with its code, exit 1, and the others are still read", async () => {
    const { code, out } = await waybill(["image", "parse", "--json", "Docker/docker", "redis"]);
    expect(code).toBe(1);
    const [bad, good] = lines(out);
    expect(Object.keys(bad ?? {})).toEqual([
      "input",
      "valid",
      "registry",
      "repository",
      "tag",
      "digest",
      "pinned",
      "error",
    ]);
    expect(bad).toMatchObject({
      input: "Docker/docker",
      valid: false,
      registry: null,
      repository: null,
      tag: null,
      digest: null,
    });
    expect(bad?.error).toMatch(/^ambiguous-host: /);
    expect(good).toMatchObject({ valid: true, repository: "library/redis" });
  });

  test("REF-020: warns on standard error, and standard output stays pure", async () => {
    const { code, out, err } = await waybill(["image", "parse", "--json", "test.com:5000"]);
    expect(code).toBe(0);
    expect(lines(out)).toHaveLength(1);
    expect(err).toMatch(/^warning: "test.com:5000": looks like a host and port/);
  });
});

describe("waybill image parse -", () => {
  const inputs = async (stdin: string | Buffer) => {
    const { code, out, err } = await waybill(["image", "parse", "--json", "-"], stdin);
    return { code, err, read: out === "" ? [] : lines(out).map(({ input, valid }) => [input, valid]) };
  };

  test("reads one per line; the last line may end without a line feed", async () => {
    expect(await inputs("redis\nnginx:1\n")).toMatchObject({ code: 0, read: [["redis", true], ["nginx:1", true]] }); // prettier-ignore
    expect(await inputs("redis\nnginx:1")).toMatchObject({ code: 0, read: [["redis", true], ["nginx:1", true]] }); // prettier-ignore
  });

  test("everything but the line feed belongs to the reference", async () => {
    const { code, read } = await inputs(" redis\nredis \nredis\r\nredis\u2028x\nnginx\u200b\n");
    expect(code).toBe(1);
    expect(read).toEqual(
      [" redis", "redis ", "redis\r", "redis\u2028x", "nginx\u200b"].map((text) => [text, false]),
    );
  });

  test("an empty line is an invalid reference", async () => {
    expect(await inputs("redis\n\nnginx\n")).toMatchObject({ code: 1, read: [["redis", true], ["", false], ["nginx", true]] }); // prettier-ignore
    expect(await inputs("\n")).toMatchObject({ code: 1, read: [["", false]] });
  });

  test("bytes that are no UTF-8 are invalid", async () => {
    expect(await inputs(Buffer.from([0x61, 0xff, 0x0a]))).toMatchObject({
      code: 1,
      read: [["a\ufffd", false]],
    });
  });

  test("nothing to read is wrong usage, not a yes", async () => {
    expect(await inputs("")).toMatchObject({
      code: 2,
      read: [],
      err: expect.stringContaining("nothing on standard input") as string,
    });
  });

  test("stands among others, in its place", async () => {
    const { out } = await waybill(["image", "parse", "--json", "a:1", "-", "c:1"], "b:1\n");
    expect(lines(out).map(({ input }) => input)).toEqual(["a:1", "b:1", "c:1"]);
  });
});

test("without --json: a line a person can read", async () => {
  const { code, out } = await waybill(["image", "parse", `redis@${DIGEST}`, "redis:7", "redis:"]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^pinned {6}docker\.io\/library\/redis@sha256:f{64}\nnot pinned {2}docker\.io\/library\/redis:7\ninvalid {5}malformed: image "redis:": .*\n$/,
  );
});

test.each([[[]], [["--jsn", "redis"]], [["--json=yes", "redis"]], [["-x"]]])(
  "wrong usage: %j",
  async (args: string[]) => {
    const { code, out, err } = await waybill(["image", "parse", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(
      /^waybill: waybill image parse: expected .*, found .*\. Run: waybill image parse --help\n$/,
    );
  },
);

test("after -- everything is a reference", async () => {
  const { code, out } = await waybill(["image", "parse", "--json", "--", "--help"]);
  expect(code).toBe(1);
  expect(lines(out)).toMatchObject([{ input: "--help", valid: false }]);
});
