import { PROVENANCE, SLSA, spoiled, statement, trustIn, verdict } from "../support/asked";
import {
  type BundleJson,
  makeInstance,
  makeLeaf,
  makeTsa,
  NOON,
  signPayload,
  toAuthorityJson,
} from "../support/instance";

const instance = makeInstance();
const trust = trustIn(instance.root);
const provenance = statement(SLSA, PROVENANCE);
const minutes = (count: number): Date => new Date(NOON.getTime() + count * 60_000);

test.each([minutes(-2), minutes(10)])(
  "SIG-018: a timestamp at %s, outside the certificate's time, is refused",
  (stampedAt) => {
    const bundle = signPayload(instance, provenance, { stampedAt });
    expect(verdict(trust, bundle)).toBe("time-outside-certificate");
  },
);

test("SIG-018: the same for the time of a log's promise", () => {
  const signer = makeLeaf(instance, { from: minutes(1), until: minutes(9) });
  const options = { signer, entry: "dsse 0.0.1", stampedAt: undefined } as const;
  expect(verdict(trust, signPayload(instance, provenance, options))).toBe("time-outside-certificate");
});

test("SIG-019: a genuine timestamp of another signature is refused", () => {
  const other = signPayload(instance, { ...provenance, extra: 1 });
  const bundle = spoiled(signPayload(instance, provenance), (copy) => {
    copy.verificationMaterial.timestampVerificationData = other.verificationMaterial
      .timestampVerificationData ?? { rfc3161Timestamps: [] };
  });
  expect(verdict(trust, bundle)).toBe("timestamp-mismatch");
});

test("SIG-020: a timestamp authority outside the trusted root is refused", () => {
  const tsa = makeTsa(makeInstance().tsaRoot);
  expect(verdict(trust, signPayload(instance, provenance, { tsa }))).toBe("timestamp-untrusted");
});

test("SIG-020: one that only borrows name and serial number of a trusted one is refused", () => {
  const impostor = {
    ...makeTsa(makeInstance().tsaRoot),
    name: instance.tsa.name,
    serialNumber: instance.tsa.serialNumber,
  };
  expect(verdict(trust, signPayload(instance, provenance, { tsa: impostor }))).toBe("timestamp-untrusted");
});

test("SIG-021: a time after the end of the authority's certificate is refused", () => {
  const tsa = makeTsa(instance.tsaRoot, minutes(-60), minutes(-1));
  const root = {
    ...instance.root,
    timestampAuthorities: [toAuthorityJson("https://tsa.example", tsa, instance.tsaRoot)],
  };
  expect(verdict(trustIn(root), signPayload(instance, provenance, { tsa }))).toBe("timestamp-expired");
});

test("SIG-021: a time after the authority's end in the trusted root is refused", () => {
  const root = spoiled(instance.root, (copy) => {
    for (const authority of copy.timestampAuthorities) authority.validFor.end = minutes(-1).toISOString();
  });
  expect(verdict(trustIn(root), signPayload(instance, provenance))).toBe("timestamp-expired");
});

test("SIG-023: a version 2 log entry without timestamp has no trusted time", () => {
  expect(verdict(trust, signPayload(instance, provenance, { stampedAt: undefined }))).toBe("no-trusted-time");
});

test("SIG-023: a time that the log did not sign is no trusted time", () => {
  const bundle = spoiled(
    signPayload(instance, provenance, { entry: "dsse 0.0.1", stampedAt: undefined }),
    (copy) => {
      delete copy.verificationMaterial.tlogEntries[0]?.["inclusionPromise"];
    },
  );
  expect(verdict(trust, bundle)).toBe("no-trusted-time");
});

test("a time in the future is refused where age matters, and a clock that runs five minutes late is not", () => {
  const bundle = signPayload(instance, provenance);
  expect(verdict(trust, bundle, { now: minutes(-6) })).toBe("time-in-future");
  expect(verdict(trust, bundle, { now: minutes(-4) })).toBe("OK");
});

test("a token that is no timestamp is refused", () => {
  const bundle = signPayload(instance, provenance);
  for (const text of ["", "MAA=", "MIIB"]) {
    const broken = spoiled(bundle, (copy: BundleJson) => {
      copy.verificationMaterial.timestampVerificationData = {
        rfc3161Timestamps: [{ signedTimestamp: text }],
      };
    });
    expect(verdict(trust, broken)).toBe("timestamp-invalid");
  }
});

test("SIG-035: an issuing authority that had run out when the leaf was used is refused", () => {
  const other = makeInstance({ intermediateUntil: minutes(-1) });
  expect(verdict(trustIn(other.root), signPayload(other, provenance))).toBe("certificate-expired");
});
