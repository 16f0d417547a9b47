import fc from "fast-check";
import { isWithin, versionIn } from "../../tools/src/version";

test.each([
  ["etcd Version: 3.7.3\nGit SHA: x\nGo Version: go1.26.8", [3, 7, 3]],
  ["Client Version: v1.32.4-dispatcher", [1, 32, 4]],
  ["containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3", [1, 6, 20]],
  ["go version go1.26 linux/amd64", [1, 26, 0]],
  ["CNI bridge plugin version unknown", undefined],
  ["", undefined],
])("finds the version in %j", (answer, version) => {
  expect(versionIn(answer)).toEqual(version);
});

test.each([
  ["1.26", "1.26", "2", true],
  ["1.25.9", "1.26", "2", false],
  ["2.0.0", "1.26", "2", false],
  ["1.36.3", "1.36", "1.37", true],
  ["1.37.0", "1.36", "1.37", false],
  ["1.9.0", "1.10", "2", false],
])("%s from %s before %s: %s", (text, from, before, fits) => {
  expect(isWithin(versionIn(text) ?? [0, 0, 0], { from, before })).toBe(fits);
});

test("every version is within the range that begins with it", () => {
  const part = fc.nat(1000);
  fc.assert(
    fc.property(part, part, part, (major, minor, patch) => {
      const range = { from: `${major}.${minor}.${patch}`, before: `${major + 1}` };
      expect(isWithin([major, minor, patch], range)).toBe(true);
      expect(isWithin([major + 1, minor, patch], range)).toBe(false);
    }),
  );
});
