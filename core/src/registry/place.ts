import { assertRepository, endpointOf, nameOf, type PlainHttp, type Repository } from "./transport/endpoint";
import type { Access } from "./transport/transport";

/** A repository and the way to it. */
export class Place {
  private readonly home: URL;

  constructor(
    readonly repository: Repository,
    plainHttp: PlainHttp,
  ) {
    assertRepository(repository);
    this.home = endpointOf(repository.registry, plainHttp);
  }

  /** `path` is made of digests, checked tags and fixed words only. */
  url(path: string): URL {
    return new URL(`/v2/${this.repository.repository}/${path}`, this.home);
  }

  access(actions: "pull" | "pull,push", mountFrom?: string): Access {
    const { registry, repository } = this.repository;
    const own = `repository:${repository}:${actions}`;
    const scope = mountFrom === undefined ? own : `${own} repository:${mountFrom}:pull`;
    return { registry, home: this.home, scope };
  }

  name(reference?: string): string {
    return nameOf(this.repository, reference);
  }
}
