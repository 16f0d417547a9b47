import { inspect } from "node:util";
import { writeStatement } from "@waybill/core/evidence";
import { openSigning, signStatement, type SigningConfig } from "@waybill/core/signer";
import { IMAGE, trustIn, verdict } from "../evidence/support/asked";
import { IDENTITY, ISSUER, makeInstance } from "../evidence/support/instance";
import { type Services, startServices } from "./support/services";

const instance = makeInstance();
const statement = writeStatement(IMAGE, "https://sigstore.dev/cosign/sign/v1", {});
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const TOKEN = `${base64url({ alg: "none" })}.${base64url({ iss: ISSUER, sub: IDENTITY })}.c2lnbmF0dXJl`;
let services: Services;

beforeEach(async () => {
  services = await startServices(instance);
});
afterEach(() => services.close());

const config = (more: SigningConfig = {}): SigningConfig => ({
  keyless: { authority: services.url, token: { env: "TOKEN" } },
  log: { url: services.url },
  timestamp: { url: `${services.url}/api/v1/timestamp` },
  timeoutSeconds: 5,
  ...more,
});
const sign = (signing = config(), environment: Record<string, string> = { TOKEN }): Promise<Buffer> =>
  signStatement(statement, openSigning(signing, undefined, environment, [0, 0]));

test("a keyless signature with log entry and timestamp is accepted where the identity is trusted", async () => {
  expect(verdict(trustIn(instance.root), await sign())).toBe("OK");
  expect([...services.asked].sort()).toEqual([
    "/api/v1/timestamp",
    "/api/v2/log/entries",
    "/api/v2/signingCert",
  ]);
});

test("each signature has a key and a certificate of its own", async () => {
  const [one, other] = await Promise.all([sign(), sign()]);
  const certificates = [one, other].map((bundle) => /"rawBytes":"([^"]+)"/.exec(bundle.toString())?.[1]);
  expect(new Set(certificates).size).toBe(2);
});

test("where the root has no log, none is needed", async () => {
  const { keyless, timestamp } = config();
  const root = { ...instance.root, tlogs: [] };
  expect(
    verdict(trustIn(root), await sign({ ...(keyless && { keyless }), ...(timestamp && { timestamp }) })),
  ).toBe("OK");
  expect(services.asked).not.toContain("/api/v2/log/entries");
});

test("the token may come by CI's own way", async () => {
  const keyless = { authority: services.url };
  expect(verdict(trustIn(instance.root), await sign(config({ keyless }), { SIGSTORE_ID_TOKEN: TOKEN }))).toBe(
    "OK",
  );
});

test("GitHub's token is asked for with its audience", async () => {
  const github = await startServices(instance);
  github.faults.push(Buffer.from(JSON.stringify({ value: TOKEN })));
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?x=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer",
  };
  expect(
    verdict(
      trustIn(instance.root),
      await sign(config({ keyless: { authority: services.url } }), environment),
    ),
  ).toBe("OK");
  expect(github.asked).toEqual(["/token?x=1&audience=sigstore"]);
  await github.close();
});

test.each([
  ["no token", {}],
  ["a token that is none", { TOKEN: "hello" }],
  ["an empty token", { TOKEN: "" }],
])("%s is refused before anybody is asked", async (_, environment) => {
  await expect(sign(config(), environment as Record<string, string>)).rejects.toMatchObject({
    code: "token-missing",
  });
  expect(services.asked).toEqual([]);
});

test("a service that has a bad moment is asked again", async () => {
  services.faults.push(503, 429);
  expect(verdict(trustIn(instance.root), await sign())).toBe("OK");
  expect(services.asked).toHaveLength(5);
});

describe("a service that fails makes no signature", () => {
  test.each<[string, (number | Buffer)[], string]>([
    ["the authority refuses the token", [401], "authority-failed"],
    ["the authority stays down", [500, 500, 500], "authority-failed"],
    ["the authority sends us elsewhere", [307, 307, 307], "authority-failed"],
    ["the authority answers with something else", [Buffer.from("hello")], "authority-failed"],
    ["the authority answers without end", [Buffer.alloc(2_000_000)], "authority-failed"],
  ])("%s", async (_, faults, code) => {
    services.faults.push(...faults);
    await expect(sign()).rejects.toMatchObject({ code });
  });

  test("the log is not there", async () => {
    await expect(sign(config({ log: { url: "http://127.0.0.1:9" } }))).rejects.toMatchObject({
      code: "log-failed",
    });
  });
  test("the log answers with something else", async () => {
    const log = await startServices(instance);
    log.faults.push(Buffer.from("hello"));
    await expect(sign(config({ log: { url: log.url } }))).rejects.toMatchObject({ code: "log-failed" });
    await log.close();
  });
  test("the timestamp authority is not there", async () => {
    const timestamp = { url: "http://127.0.0.1:9" };
    await expect(sign(config({ timestamp }))).rejects.toMatchObject({ code: "timestamp-failed" });
  });
  test.each(["hello", ""])("the timestamp authority answers %j", async (text) => {
    const authority = await startServices(instance);
    authority.faults.push(Buffer.from(text));
    await expect(sign(config({ timestamp: { url: authority.url } }))).rejects.toMatchObject({
      code: "timestamp-failed",
    });
    await authority.close();
  });
});

test("the token is in no message", async () => {
  for (const fault of [401, Buffer.from("hello")]) {
    services.faults.push(fault);
    const error: unknown = await sign().catch((reason: unknown) => reason);
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).toContain("authority-failed");
    for (const part of TOKEN.split(".")) expect(shown).not.toContain(part);
  }
});
