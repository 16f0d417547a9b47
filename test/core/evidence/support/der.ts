/** Just enough DER to make certificates and timestamps as odd as an attack needs them. */
export function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

export const sequence = (...items: readonly Buffer[]): Buffer => tlv(0x30, ...items);
export const set = (...items: readonly Buffer[]): Buffer => tlv(0x31, ...items);
export const octets = (...content: readonly Buffer[]): Buffer => tlv(0x04, ...content);
export const bits = (content: Buffer, unused = 0): Buffer => tlv(0x03, Buffer.of(unused), content);
export const boolean = (value: boolean): Buffer => tlv(0x01, Buffer.of(value ? 0xff : 0));
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text));
/** Context-specific: constructed around other objects, or primitive around bytes. */
export const explicit = (number: number, ...items: readonly Buffer[]): Buffer => tlv(0xa0 + number, ...items);
export const implicit = (number: number, content: Buffer): Buffer => tlv(0x80 + number, content);

export function integer(value: number | bigint | Buffer): Buffer {
  const hex = typeof value === "object" ? value.toString("hex") : value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return tlv(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+Z$/g, "");
  return tlv(0x18, Buffer.from(`${digits}Z`));
}

function base128(number: number): number[] {
  const low = number & 0x7f;
  return number < 128 ? [low] : [...base128(Math.floor(number / 128)).map((byte) => byte | 0x80), low];
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.of(0x80 + bytes.length), bytes]);
}
