import { createPublicKey } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import {
  type Extension,
  holder,
  certify,
  promise,
  subjectAlternativeName,
  fulcio,
} from "../../evidence/support/certificate";
import { type Instance, NOON } from "../../evidence/support/instance";
import { entryBodies } from "../../evidence/support/log";
import { stamp } from "../../evidence/support/timestamp";

const { ASN1Obj } = createRequire(join(__dirname, "../../../../core/package.json"))(
  "@sigstore/core",
) as typeof import("@sigstore/core");

/** A certificate authority, a timestamp authority and a log behind one loopback address, as their clients see them. */
export interface Services {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** Answers that come before the honest ones: a status, or a body. */
  readonly faults: (number | Buffer)[];
  readonly close: () => Promise<void>;
}

export async function startServices(instance: Instance): Promise<Services> {
  const asked: string[] = [];
  const faults: (number | Buffer)[] = [];
  const server = createServer((request, response) => {
    void answer(instance, asked, faults, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, faults, close: () => close(server) };
}

async function answer(
  instance: Instance,
  asked: string[],
  faults: (number | Buffer)[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Buffer.concat((await request.toArray()) as Buffer[]);
  asked.push(request.url ?? "");
  const fault = faults.shift();
  if (typeof fault === "number") response.writeHead(fault, { location: "https://elsewhere.example" }).end();
  else response.writeHead(201).end(fault ?? honest(instance, request.url ?? "", body));
}

function honest(instance: Instance, path: string, body: Buffer): string | Buffer {
  switch (path) {
    case "/api/v2/signingCert":
      return JSON.stringify({
        signedCertificateEmbeddedSct: { chain: { certificates: [issue(instance, body)] } },
      });
    case "/api/v1/timestamp":
      return stampRequest(instance, body);
    case "/api/v2/log/entries":
      return JSON.stringify(enter(instance, body));
    default:
      throw new Error(`no service at ${path}`);
  }
}

interface CertificateRequest {
  readonly credentials: { readonly oidcIdentityToken: string };
  readonly certificateSigningRequest: string;
}

function issue(instance: Instance, body: Buffer): string {
  const { credentials, certificateSigningRequest } = JSON.parse(body.toString()) as CertificateRequest;
  const claims = JSON.parse(
    Buffer.from(credentials.oidcIdentityToken.split(".")[1] ?? "", "base64url").toString(),
  ) as { sub: string; iss: string };
  const pem = Buffer.from(certificateSigningRequest, "base64")
    .toString()
    .replace(/-----.*-----/g, "");
  const key = ASN1Obj.parseBuffer(Buffer.from(pem, "base64")).subs[0]?.subs[2]?.toDER() ?? Buffer.alloc(0);
  const publicKey = createPublicKey({ key, format: "der", type: "spki" });
  const extensions: Extension[] = [
    ...holder("1.3.6.1.5.5.7.3.3"),
    subjectAlternativeName(claims.sub),
    fulcio(8, claims.iss),
  ];
  const { der } = certify({
    name: "",
    keys: { publicKey, privateKey: instance.ctLog.privateKey },
    from: new Date(NOON.getTime() - 60_000),
    until: new Date(NOON.getTime() + 540_000),
    issuer: instance.intermediate,
    extensions,
    log: promise(instance.ctLog, NOON),
  });
  return `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
}

/** The imprint of a query is its second part's second part; it is stamped as it is. */
function stampRequest(instance: Instance, query: Buffer): Buffer {
  const imprint = ASN1Obj.parseBuffer(Buffer.from(query)).subs[1]?.subs[1]?.value ?? Buffer.alloc(0);
  return stamp(instance.tsa, instance.tsaRoot.name, { imprint }, NOON);
}

interface LogRequest {
  readonly hashedRekordRequestV002: {
    readonly digest: string;
    readonly signature: {
      readonly content: string;
      readonly verifier: {
        readonly x509Certificate?: { rawBytes: string };
        readonly publicKey?: { rawBytes: string };
      };
    };
  };
}

function enter(instance: Instance, body: Buffer): object {
  const { digest, signature } = (JSON.parse(body.toString()) as LogRequest).hashedRekordRequestV002;
  const { x509Certificate, publicKey } = signature.verifier;
  const signer = Buffer.from((x509Certificate ?? publicKey)?.rawBytes ?? "", "base64");
  const [bytes, content] = [digest, signature.content].map((text) => Buffer.from(text, "base64"));
  if (!bytes || !content) throw new Error("an empty request");
  const entry = entryBodies["hashedrekord 0.0.2"](bytes, content, "", signer, x509Certificate !== undefined);
  return instance.log2.add("hashedrekord", "0.0.2", entry, NOON);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
