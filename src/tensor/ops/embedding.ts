/** Token and position embedding: looks up, and adds. And rows of a tensor by their numbers. */
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

/** The rows of x that `places` names, each at most once: [places, columns]. */
export function gatherRows(tape: Tape, name: string, x: Tensor, places: Ids): Tensor {
  const columns = at(x.shape, x.shape.length - 1);
  const count = at(places.shape, 0);
  const rows = x.elementCount / columns;
  const elements = count * columns;
  const idBytes = count * STATISTIC_BYTES;
  const y = tape.output([count, columns], x.needsGradient);
  // The lookup of an embedding whose one position is zero.
  const shape = { batch: count, tokens: 1, columns, entries: rows };
  const nowhere = tape.device.allocate(columns);
  tape.run(
    {
      kind: "embedding",
      name,
      shape: y.shape,
      flop: 0,
      readBytes: tape.bytes(elements) + idBytes,
      writtenBytes: tape.bytes(elements),
    },
    (backend) => {
      const tables = { rows: x.data, positions: nowhere.fill(0) };
      backend.embedding(places.data, tables, y.data, shape);
    },
  );
  tape.saveStatistics(count);
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(x.elementCount);
    tape.run(
      {
        kind: "embedding",
        name,
        shape: x.shape,
        flop: elements,
        readBytes: tape.bytes(elements) + idBytes,
        writtenBytes: tape.bytes(x.elementCount),
      },
      (backend) =>
        backend.embeddingBackward(places.data, dy, { rows: dx.fill(0), positions: nowhere }, shape),
    );
    tape.addGradient(x, dx, name);
  });
  return y;
}
