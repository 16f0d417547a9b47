import { findImages, type ImageOccurrence, type ImagePath } from "@waybill/core/images";
import { parse } from "yaml";

export const DIGEST = `sha256:${"f".repeat(64)}`;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

export const read = (yaml: string) => parse(yaml) as Manifest;

export const find = (yaml: string, configured: readonly ImagePath[] = []) =>
  findImages(read(yaml), read(yaml), configured);

export const shown = (found: readonly ImageOccurrence[]) =>
  found.map(({ path, image, guessed }) => `${guessed ? "guess " : ""}${path} = ${String(image)}`);

export const workload = (apiVersion: string, kind: string, more = "") => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: x${more} }
spec: { template: { spec: { containers: [{ name: app, image: nginx:1 }] } } }
`;
