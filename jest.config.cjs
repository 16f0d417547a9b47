const shared = {
  rootDir: __dirname,
  testEnvironment: "node",
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2023" }, module: { type: "commonjs" } },
    ],
  },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/[^/]+/dist"],
  // Tests read the sources, so a stale build can never pass them.
  moduleNameMapper: {
    "^@waybill/([^/]*)/(.*)$": "<rootDir>/$1/src/$2/index.ts",
    "^@waybill/([^/]*)$": "<rootDir>/$1/src/index.ts",
  },
};

/** Unit tests need nothing but Node; end-to-end tests run the real parts, one file at a time. */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["<rootDir>/test/e2e/"],
    },
    {
      ...shared,
      displayName: "e2e",
      testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
      globalSetup: "<rootDir>/test/e2e/support/setup.ts",
      globalTeardown: "<rootDir>/test/e2e/support/teardown.ts",
    },
  ],
};
