import { proxyTo, type RunningServer, serve, type TestRequest } from "../../support/registry";
import type { TestProject } from "./project";

/** A request to the registry; a manifest that attaches evidence says to what, and what kind of it. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly subject: string | undefined;
  readonly type: string | undefined;
}

interface Stop {
  readonly wanted: (sent: Sent) => boolean;
  readonly arrived: () => void;
  readonly mayPass: Promise<boolean>;
}

export interface Held {
  /** Once the request is there. */
  readonly arrived: Promise<void>;
  /** It goes on, or its connection breaks; until then nobody sees anything of it. */
  readonly letGo: (pass: boolean) => void;
}

/**
 * Stands before the sandbox's registry for the programs of one project. Pulumi's build and the cluster ask the registry itself,
 * so that images run whatever happens here.
 */
export class Detour {
  /** The registry does not answer. */
  down = false;
  private stops: readonly Stop[] = [];
  private readonly held: Held[] = [];

  private constructor(
    private readonly server: RunningServer,
    private readonly end: () => Promise<void>,
  ) {}

  static async before(project: TestProject): Promise<Detour> {
    const { registry } = project.sandbox;
    const proxy = proxyTo(`http://${registry}`);
    const server = await serve(async (request) => {
      const body = await request.read();
      if (!(await detour.passes(request, body))) return { status: 503, cutAfter: 0 };
      return proxy.handler({ ...request, read: () => Promise.resolve(body) });
    });
    const detour: Detour = new Detour(server, () => proxy.close());
    const file = ".settings/detour.cjs";
    project.write(file, preloaded(registry, server.host));
    project.environment["NODE_OPTIONS"] = `--require ${project.folder}/${file}`;
    return detour;
  }

  /** Holds the first request that is wanted. */
  hold(wanted: (sent: Sent) => boolean): Held {
    let letGo: Held["letGo"] = () => undefined;
    const mayPass = new Promise<boolean>((resolve) => (letGo = resolve));
    const arrived = new Promise<void>((resolve) => {
      this.stops = [...this.stops, { wanted, arrived: resolve, mayPass }];
    });
    const held = { arrived, letGo };
    this.held.push(held);
    return held;
  }

  /** Whatever a failed test left behind does not hold up what comes after it. */
  open(): void {
    this.down = false;
    this.stops = [];
    for (const { letGo } of this.held) letGo(true);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.end();
  }

  private async passes(request: TestRequest, body: Buffer): Promise<boolean> {
    if (this.down) return false;
    const sent = sentBy(request, body);
    const stop = this.stops.find(({ wanted }) => wanted(sent));
    if (!stop) return true;
    this.stops = this.stops.filter((one) => one !== stop);
    stop.arrived();
    return stop.mayPass;
  }
}

function sentBy({ method, url: { pathname: path } }: TestRequest, body: Buffer): Sent {
  if (method !== "PUT" || !path.includes("/manifests/")) {
    return { method, path, subject: undefined, type: undefined };
  }
  const { subject, annotations } = JSON.parse(body.toString()) as {
    readonly subject?: { readonly digest: string };
    readonly annotations?: Readonly<Record<string, string>>;
  };
  return { method, path, subject: subject?.digest, type: annotations?.["dev.sigstore.bundle.predicateType"] };
}

/** Names stay as they are: only the connection goes elsewhere. */
function preloaded(from: string, to: string): string {
  const [host, port] = to.split(":");
  return `const net = require("node:net");
const { connect } = net;
net.connect = (options, ...rest) => {
  const isRegistry = options.host + ":" + options.port === ${JSON.stringify(from)};
  return connect(isRegistry ? { ...options, host: ${JSON.stringify(host)}, port: ${JSON.stringify(port)} } : options, ...rest);
};
`;
}
