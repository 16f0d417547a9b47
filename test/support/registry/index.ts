export * from "./client";
export * from "./clock";
export * from "./faults";
export * from "./http";
export * from "./images";
export * from "./memory-registry";
export * from "./sign-in";
