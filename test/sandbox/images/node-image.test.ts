import { parseLdd } from "../../../sandbox/src/images/node-image";

test("reads the libraries and the loader, and nothing that has no file", () => {
  const output = `\tlinux-vdso.so.1 (0x00007ffd8a5f2000)
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f0a1c5d0000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0a1c000000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f0a1c5f4000)
`;
  expect(parseLdd(output)).toEqual([
    "/lib/x86_64-linux-gnu/libdl.so.2",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});
