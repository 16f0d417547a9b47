/** DER (X.690), as much as a request to a certificate or timestamp authority needs. */
export function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const bytes = length.subarray(length.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(tag, 0x80 + bytes.length), bytes, body]);
}

export const sequence = (...items: readonly Buffer[]): Buffer => tlv(0x30, ...items);
export const integer = (value: 0 | 1): Buffer => tlv(0x02, Buffer.of(value));
export const octets = (bytes: Buffer): Buffer => tlv(0x04, bytes);
export const bits = (bytes: Buffer): Buffer => tlv(0x03, Buffer.of(0), bytes);
export const yes = tlv(0x01, Buffer.of(0xff));

export const SHA256 = Buffer.from("0609608648016503040201", "hex");
export const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
