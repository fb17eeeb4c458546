/**
 * The wire types of Protocol Buffers, read in place (protobuf.dev, "Encoding"). Nothing is copied
 * but text; numbers come as plain ones, NaN beyond 2^53. Reading past the end gives zeros, so
 * whoever reads compares `at` with the end of the message afterwards.
 */

export const VARINT = 0;
export const FIXED_64 = 1;
export const DELIMITED = 2;
export const FIXED_32 = 5;

const DECODER = new TextDecoder();

export class Wire {
  bytes = new Uint8Array(0);
  at = 0;

  /** Without a sign; a negative int64, which takes ten bytes, comes out negative. */
  varint(): number {
    const { bytes } = this;
    const first = bytes[this.at++] ?? 0;
    if (first < 0x80) return first;
    let low = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = bytes[this.at++] ?? 0;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    return this.#long(low);
  }

  #long(low: number): number {
    let high = 0;
    for (let digit = 4; digit < 10; digit++) {
      const byte = this.bytes[this.at++] ?? 0;
      // Of the tenth byte only one bit is left of 64; as numbers the sum stays exact below 2^53.
      high += (byte & 0x7f) * 2 ** (7 * (digit - 4));
      if (byte < 0x80) return signed(high, low, digit);
    }
    return Number.NaN;
  }

  fixed32(isSigned: boolean): number {
    const view = this.#fixed(4);
    if (view === undefined) return Number.NaN;
    return isSigned ? view.getInt32(0, true) : view.getUint32(0, true);
  }

  fixed64(isSigned: boolean): number {
    const view = this.#fixed(8);
    if (view === undefined) return Number.NaN;
    const number = Number(isSigned ? view.getBigInt64(0, true) : view.getBigUint64(0, true));
    return Number.isSafeInteger(number) ? number : Number.NaN;
  }

  float(): number {
    return this.#fixed(4)?.getFloat32(0, true) ?? Number.NaN;
  }

  double(): number {
    return this.#fixed(8)?.getFloat64(0, true) ?? Number.NaN;
  }

  text(length: number): string {
    const text = DECODER.decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  /** False where there is no such wire type. */
  skip(wireType: number): boolean {
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED_64) this.at += 8;
    else if (wireType === DELIMITED) {
      const length = this.varint();
      this.at += length;
    } else if (wireType === FIXED_32) this.at += 4;
    else return false;
    return true;
  }

  /** The next bytes; undefined where fewer are left. */
  #fixed(length: number): DataView | undefined {
    const { buffer, byteOffset, byteLength } = this.bytes;
    const at = this.at;
    this.at += length;
    return this.at > byteLength ? undefined : new DataView(buffer, byteOffset + at, length);
  }
}

/** Seven bits a digit above the lowest 28. */
function signed(high: number, low: number, digit: number): number {
  if (digit < 9) {
    const value = high * 2 ** 28 + low;
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }
  // Ten digits: bit 63 is set, so the number is 2^64 less.
  const negative = BigInt.asIntN(64, (BigInt(high) << 28n) + BigInt(low));
  const value = Number(negative);
  return Number.isSafeInteger(value) && high < 2 ** 36 ? value : Number.NaN;
}

/** Signed numbers as sint fields have them: 0, -1, 1, -2, … */
export function zigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
