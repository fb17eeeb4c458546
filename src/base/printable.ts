/** Text from outside, made safe to print: names in files are written by strangers. */

/**
 * Control characters (C0, C1, ESC), bidirectional overrides and line separators become a
 * visible "\u{hex}", so that a name can neither move the cursor nor reorder a line.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are the subject here
  const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
  return text.replace(unsafe, (found) => `\\u{${found.charCodeAt(0).toString(16)}}`);
}
