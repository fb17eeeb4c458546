/** Token and position embedding: looks up, and adds. */
import { assert, at } from "../../base/assert.ts";
import type { Numbers, Tables } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor.ts";

export interface EmbeddingTables {
  /** vocabulary × columns */
  readonly rows: Parameter;
  /** context × columns; the first `tokens` rows are used. */
  readonly positions: Parameter;
}

/** ids is [batch, tokens]; the result [batch, tokens, columns]. */
export function embedding(tape: Tape, name: string, ids: Ids, tables: EmbeddingTables): Tensor {
  const { rows, positions } = tables;
  const [batch, tokens] = [at(ids.shape, 0), at(ids.shape, 1)];
  const [entries, columns] = [at(rows.shape, 0), at(rows.shape, 1)];
  assert(tokens <= at(positions.shape, 0), `${name} has a position for each token`);
  const shape = { batch, tokens, columns, entries };
  const elements = batch * tokens * columns;
  const positionCount = tokens * columns;
  const used = (table: Numbers, places: Numbers): Tables => {
    return { rows: table, positions: places.subarray(0, positionCount) };
  };
  const idBytes = batch * tokens * STATISTIC_BYTES;
  const y = tape.output([batch, tokens, columns], true);
  tape.run(
    {
      kind: "embedding",
      name,
      shape: y.shape,
      flop: elements,
      readBytes: tape.bytes(elements + positionCount) + idBytes,
      writtenBytes: tape.bytes(elements),
    },
    (backend) => backend.embedding(ids.data, used(rows.data, positions.data), y.data, shape),
  );
  tape.saveStatistics(batch * tokens);
  tape.onBackward(y, (dy) => {
    tape.run(
      {
        kind: "embedding",
        name,
        shape: y.shape,
        flop: 2 * elements,
        readBytes: tape.bytes(elements) + idBytes,
        writtenBytes: tape.bytes(elements + positionCount),
      },
      (backend) =>
        backend.embeddingBackward(ids.data, dy, used(rows.gradient, positions.gradient), shape),
    );
    tape.touchGradient(positions);
    tape.touchGradient(rows);
  });
  return y;
}
