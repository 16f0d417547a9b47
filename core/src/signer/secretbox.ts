import { timingSafeEqual } from "node:crypto";

/**
 * NaCl's secretbox (XSalsa20 and Poly1305), in which cosign seals its key files. Node has neither of the two. It is used once
 * for a key file on this machine, where nobody measures how long that takes.
 * https://nacl.cr.yp.to/secretbox.html, https://cr.yp.to/snuffle/spec.pdf
 */
export function seal(plain: Buffer, nonce: Buffer, key: Buffer): Buffer {
  const { authenticator, stream } = keysFor(plain.length, nonce, key);
  const sealed = xor(plain, stream);
  return Buffer.concat([poly1305(sealed, authenticator), sealed]);
}

/** Undefined where key or content is not the one that was sealed. */
export function open(box: Buffer, nonce: Buffer, key: Buffer): Buffer | undefined {
  if (box.length < 16 || nonce.length !== 24 || key.length !== 32) return undefined;
  const sealed = box.subarray(16);
  const { authenticator, stream } = keysFor(sealed.length, nonce, key);
  if (!timingSafeEqual(poly1305(sealed, authenticator), box.subarray(0, 16))) return undefined;
  return xor(sealed, stream);
}

/** The first 32 bytes of the stream authenticate, the rest encrypts. */
function keysFor(length: number, nonce: Buffer, key: Buffer): { authenticator: Buffer; stream: Buffer } {
  const subkey = hsalsa20(key, nonce.subarray(0, 16));
  const blocks = Array.from({ length: Math.ceil((length + 32) / 64) }, (_, index) => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64LE(BigInt(index));
    return salsa20(subkey, Buffer.concat([nonce.subarray(16), counter]));
  });
  const stream = Buffer.concat(blocks);
  return { authenticator: stream.subarray(0, 32), stream: stream.subarray(32) };
}

function xor(bytes: Buffer, stream: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (stream[index] ?? 0)));
}

const SIGMA = Buffer.from("expand 32-byte k");
/** Where the constants, and then where the nonce stand among the sixteen words. */
const UNMIXED = [0, 5, 10, 15, 6, 7, 8, 9];

function salsa20(key: Buffer, input: Buffer): Buffer {
  const state = initialState(key, input);
  const mixed = twentyRounds(state);
  return toBytes(mixed.map((word, index) => (word + (state[index] ?? 0)) >>> 0));
}

function hsalsa20(key: Buffer, input: Buffer): Buffer {
  const mixed = twentyRounds(initialState(key, input));
  return toBytes(Uint32Array.from(UNMIXED, (index) => mixed[index] ?? 0));
}

function initialState(key: Buffer, input: Buffer): Uint32Array {
  const words = (bytes: Buffer): number[] => [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at));
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = words(SIGMA);
  return Uint32Array.from([c0, ...words(key), c1, ...words(input), c2, ...words(key.subarray(16)), c3]);
}

/** Columns, then rows: the words that a quarter round takes, each the next one's neighbour. */
const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

function twentyRounds(state: Uint32Array): Uint32Array {
  const x = Uint32Array.from(state);
  const mix = (to: number, one: number, other: number, by: number): void => {
    const sum = ((x[one] ?? 0) + (x[other] ?? 0)) >>> 0;
    x[to] = (x[to] ?? 0) ^ ((sum << by) | (sum >>> (32 - by)));
  };
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      mix(b, a, d, 7);
      mix(c, b, a, 9);
      mix(d, c, b, 13);
      mix(a, d, c, 18);
    }
  }
  return x;
}

function toBytes(words: Uint32Array): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => bytes.writeUInt32LE(word, index * 4));
  return bytes;
}

function poly1305(message: Buffer, key: Buffer): Buffer {
  const prime = (1n << 130n) - 5n;
  const r = fromLittleEndian(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = Buffer.concat([message.subarray(at, at + 16), Buffer.of(1)]);
    sum = ((sum + fromLittleEndian(block)) * r) % prime;
  }
  const tag = (sum + fromLittleEndian(key.subarray(16))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse();
}

function fromLittleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}
