import { mkdirSync } from "node:fs";
import { answers } from "../host/sockets";
import type { Place } from "../place";
import type { Part, PartView } from "./part";

export const registryView = (place: Place): PartView => ({
  name: "registry",
  address: place.registry,
  isReady: () => answers(`http://${place.registry}/v2/`),
});

export function registryPart(place: Place, olareg: string): Part {
  return {
    ...registryView(place),
    command: [
      olareg,
      "serve",
      ...["--addr", "127.0.0.1", "--port", String(place.port), "--dir", place.registryData],
      "--api-delete",
      // A digest that no tag names may be what production runs: nothing is ever collected here.
      ...["--gc-frequency", "-1s"],
    ],
    prepare: () => {
      mkdirSync(place.registryData, { recursive: true, mode: 0o700 });
      return Promise.resolve();
    },
  };
}
