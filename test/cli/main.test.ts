import { version } from "../../cli/package.json";
import { COMMANDS } from "@waybill/cli";
import { waybill } from "./run";

test("--version", async () => {
  expect(await waybill(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

test("--help names every command and the exit codes", async () => {
  const { code, out } = await waybill(["--help"]);
  expect(code).toBe(0);
  for (const name of COMMANDS.keys()) expect(out).toContain(`  ${name} `);
  expect(out).toContain("0 yes, 1 a well-founded no, 2 wrong usage or configuration, 3 could not find out");
});

test.each([...COMMANDS.keys()])("%s --help", async (name) => {
  const { code, out, err } = await waybill([...name.split(" "), "--help"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(new RegExp(`^waybill ${name}\\b.*: `));
});

test("without a command: the help on standard error and exit 2", async () => {
  expect(await waybill([])).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringContaining("waybill COMMAND") as string,
  });
});

test.each([
  "nonsense",
  "image",
  "image prase",
  "constructor",
  "__proto__",
  "--nonsense",
  "--version x",
  "env x",
  "env --x",
])("%s is wrong usage", async (line) => {
  const { code, out, err } = await waybill(line.split(" "));
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^waybill: .*expected .*found .*Run: waybill .*--help\n$/);
});
