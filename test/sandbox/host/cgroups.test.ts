import { cgroupMounts, missingControllers } from "../../../sandbox/src/host/cgroups";

test("finds where control groups are mounted, on either version", () => {
  const v1 =
    "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
  expect(cgroupMounts(v1)).toEqual(["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/unified"]);
  expect(cgroupMounts("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n")).toEqual(["/sys/fs/cgroup"]);
});

test.each([
  ["cpuset cpu io memory hugetlb pids rdma misc", "cpu memory pids", ["cpuset", "io", "hugetlb"]],
  ["cpu memory\n", "cpu memory\n", []],
  ["", "", []],
])("of %j, with %j passed on, misses %j", (available, passedOn, missing) => {
  expect(missingControllers(available, passedOn)).toEqual(missing);
});
