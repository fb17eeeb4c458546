/**
 * The few wire types of Protocol Buffers that exports need (protobuf.dev, "Encoding"): variable
 * length integers and length-delimited fields.
 */

export class ProtobufWriter {
  readonly #bytes: number[] = [];

  /** Seven bits a byte, lowest first; the eighth says that more follow. */
  varint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
    return this;
  }

  /** A number as any of the integer types that are not negative. */
  integer(field: number, value: number): this {
    return this.varint(field * 8).varint(value);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.varint(field * 8 + 2).raw(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Numbers behind one tag. Nothing where there are none. */
  packed(field: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    const inner = new ProtobufWriter();
    for (const value of values) inner.varint(value);
    return this.bytes(field, inner.finish());
  }

  /** A length and so many bytes. */
  raw(value: Uint8Array): this {
    this.varint(value.length);
    for (const byte of value) this.#bytes.push(byte);
    return this;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
