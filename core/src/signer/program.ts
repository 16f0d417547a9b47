import { execFile } from "node:child_process";
import { createPublicKey, type KeyObject } from "node:crypto";
import { failure } from "./error";
import type { Environment } from "./secret";
import type { Signer } from "./signer";

const TIMEOUT_MS = 60_000;
/** Go's crypto.SHA256 (https://pkg.go.dev/crypto#Hash): how the protocol names the hash. */
const SHA256 = 5;

interface Response {
  readonly errorMessage?: string;
  readonly publicKey?: { readonly publicKeyPEM?: string };
  readonly signMessage?: { readonly signature?: string };
}

/**
 * Signs with a key service through a program `sigstore-kms-NAME` on the PATH, for a reference `NAME://KEY`: sigstore's own
 * plug-in protocol, so that whatever signs for cosign signs here. The program reads its secrets by itself.
 * https://github.com/sigstore/sigstore/tree/main/pkg/signature/kms/cliplugin
 */
export function programSigner(reference: string, environment: Environment): Signer {
  const [, name = "", keyId = ""] = /^([a-z0-9][a-z0-9-]*):\/\/(.+)$/.exec(reference) ?? [];
  if (name === "")
    throw failure("program-failed", `key ${reference}`, "a reference as NAME://KEY", "another form");
  const call = (method: string, argument: object, input: Buffer): Promise<Response> =>
    callProgram({ program: `sigstore-kms-${name}`, keyId, environment }, method, argument, input);
  return {
    sign: async (data) => {
      const { publicKey } = await call(
        "publicKey",
        { publicKeyOptions: { rpcOptions: {} } },
        Buffer.alloc(0),
      );
      const options = { signOptions: { rpcOptions: {}, messageOptions: {} } };
      const { signMessage } = await call("signMessage", options, data);
      return {
        bytes: Buffer.from(signMessage?.signature ?? "", "base64"),
        publicKey: readKey(`sigstore-kms-${name}`, publicKey?.publicKeyPEM ?? ""),
        certificate: undefined,
      };
    },
  };
}

interface KeyService {
  readonly program: string;
  readonly keyId: string;
  readonly environment: Environment;
}

function callProgram(
  { program, keyId, environment }: KeyService,
  method: string,
  argument: object,
  input: Buffer,
): Promise<Response> {
  const initOptions = { protocolVersion: "v1", keyResourceID: keyId, hashFunc: SHA256, rpcOptions: {} };
  const request = JSON.stringify({ initOptions, methodName: method, [method]: argument });
  const options = { timeout: TIMEOUT_MS, env: { ...environment } };
  return new Promise((resolve, reject) => {
    const fail = (found: string): void =>
      reject(failure("program-failed", program, `an answer to ${method}`, found));
    const child = execFile(program, ["v1", request], options, (error, stdout) => {
      // By the protocol the exit status says nothing, unless the program did not run at all or was stopped.
      if (error && (typeof error.code !== "number" || error.killed === true)) {
        fail(
          error.killed === true ? `none within ${TIMEOUT_MS / 1000} s` : String(error.code ?? error.signal),
        );
        return;
      }
      const response = readResponse(stdout);
      if (!response) fail("no JSON");
      else if (response.errorMessage) fail(response.errorMessage);
      else resolve(response);
    });
    // A program that ends before it has read everything closes its input; its answer tells more than that.
    child.stdin?.on("error", () => undefined).end(input);
  });
}

function readResponse(text: string): Response | undefined {
  try {
    const response = JSON.parse(text) as unknown;
    return typeof response === "object" && response !== null ? response : undefined;
  } catch {
    return undefined;
  }
}

function readKey(program: string, base64Pem: string): KeyObject {
  try {
    return createPublicKey(Buffer.from(base64Pem, "base64").toString());
  } catch {
    throw failure("program-failed", program, "a public key as PEM", "something else");
  }
}
