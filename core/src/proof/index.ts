export { type AttachedEvidence, attachEvidence, type Attaching, isAttached, putBundle } from "./attach";
export { attest, type Attested, type Attesting, type Words } from "./attest";
export { type AttachedPiece, collect, collectEvidence, collectFrom, type Collection } from "./collect";
export { type Demand, proofRefusal, unproven } from "./demand";
export { type Asked, collectOrRefuse, prove } from "./prove";
export { signingOf } from "./signing";
