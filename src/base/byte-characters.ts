/** How vocabularies of byte-level tokenizers write bytes: each as a character one can see. */

/**
 * The character that stands for each byte in a vocabulary: printable ones for themselves, the
 * others, in order, for those from U+0100 on. As GPT-2's encoder.py has it.
 */
export function byteCharacters(): readonly string[] {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : next++),
  );
}
