/** What somebody liked to write, without signs that move the cursor, colour the text or turn its direction. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "?");
}
