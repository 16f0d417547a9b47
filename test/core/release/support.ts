import { parseDigest } from "@waybill/core/image";
import { parsePromotion, type Place } from "@waybill/core/promotion";
import { releaseOf, type Release, type ReleasedImage } from "@waybill/core/release";

export const promotion = parsePromotion(
  "/repo/promotion.yaml",
  `
version: 1
environments:
  - name: dev
  - name: staging
  - name: prod
    targets: [{ name: eu }, { name: us }]
  - name: archive
services:
  hello: { path: hello, stack: "{environment}" }
  other: { path: other }
`,
);

export const digest = (hex: string) => parseDigest(`sha256:${hex.repeat(64)}`);

export function image(hex: string, change: Partial<ReleasedImage> = {}): ReleasedImage {
  return {
    repository: "registry.example/hello",
    digest: digest(hex),
    tag: "c".repeat(40),
    commit: "c".repeat(40),
    dirty: false,
    created: "2026-01-02T03:04:05Z",
    source: null,
    run: "local",
    base: null,
    inputs: {},
    ...change,
  };
}

export const at = (environment: string, target?: string, service = "hello"): Place => ({
  service,
  environment,
  target,
});

export function running(place: Place, hex: string, change: Partial<ReleasedImage> = {}): Release {
  return releaseOf(place, image(hex, change), null);
}
