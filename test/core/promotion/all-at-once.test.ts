import { mistakesIn, mistakesOf } from "./support";

test("every mistake is told at once, of whatever kind, each with its line", () => {
  const text = `version: 1
owner: platform@example.com
nextReview: tomorrow
people:
  alice: { signers: [alice], emails: [a@example.com] }
  bob: { signers: [bob], emails: [A@example.com] }
groups:
  approvers: [alice, eve]
environments:
  - name: dev
    gates: {}
  - name: staging
    gates:
      tests: { mark: dev-passed, suites: [] }
      soak: { time: 1h, incidents: pager }
  - name: prod
    gates:
      approvals: { count: 3, of: [alice, bob] }
services:
  hello:
    path: examples/hello
    teir: internal
trust:
  signers:
    - name: alice
      key: { file: alice.pub }
      root: sandbox
      may: [{ say: [approval], for: [prod] }]
    - name: bob
      key: { file: bob.pub }
      may: []
`;
  expect(mistakesOf(text).sort()).toEqual([
    "line 11: /environments/0/gates: nothing can be asked in the first environment: images are built there",
    "line 14: /environments/1/gates/tests/suites: must NOT have fewer than 1 items",
    'line 15: /environments/1/gates/soak/incidents: no signer in trust "pager" is listed',
    'line 22: /services/hello/teir: unknown key "teir"',
    'line 27: /trust/signers/0/root: no root "sandbox" is listed',
    "line 31: /trust/signers/1/may: must NOT have fewer than 1 items",
    "line 3: /nextReview: does not match ^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z)?$",
    'line 6: /people/bob/emails/0: "a@example.com" is an address of alice too',
    'line 8: /groups/approvers/1: no person "eve" is listed',
  ]);
});

test("what rests on parts that are right is told beside mistakes elsewhere", () => {
  const said = mistakesIn((d) => {
    d.owner = "";
    Object.assign(d.environments[1]?.gates ?? {}, { approvals: { count: 9 } });
  });
  expect(said).toEqual([
    "/owner: must NOT have fewer than 1 characters",
    '/environments/1/gates/approvals: gate "approvals" asks 9 of: approvers, and only alice, bob of them can sign',
    '/environments/1/gates/approvals: gate "approvals" asks 9 of: bob, managers, and only bob, mia of them can sign',
  ]);
});
