import type { Registry } from "@waybill/core/registry";

/** The same client, which asks each question once: for a command that looks at one moment from several sides. */
export function remembering(registry: Registry): Registry {
  const known = new Map<string, Promise<unknown>>();
  const once = <Answer>(question: readonly unknown[], ask: () => Promise<Answer>): Promise<Answer> => {
    const key = JSON.stringify(question);
    const answer = (known.get(key) as Promise<Answer> | undefined) ?? ask();
    known.set(key, answer);
    return answer;
  };
  // An answer is for everybody who asks: nobody's own signal may call it off.
  return {
    ...registry,
    resolve: (image) => once(["resolve", image], () => registry.resolve(image)),
    getManifest: (repository, reference) =>
      once(["manifest", repository, reference], () => registry.getManifest(repository, reference)),
    readBlob: (repository, blob, { maxBytes }) =>
      once(["blob", repository, blob, maxBytes], () => registry.readBlob(repository, blob, { maxBytes })),
    listReferrers: (repository, subject, { artifactType } = {}) =>
      once(["referrers", repository, subject, artifactType], () =>
        registry.listReferrers(repository, subject, artifactType === undefined ? {} : { artifactType }),
      ),
    getReferrer: (repository, subject, referrer) =>
      once(["referrer", repository, subject, referrer.digest], () =>
        registry.getReferrer(repository, subject, referrer),
      ),
  };
}
