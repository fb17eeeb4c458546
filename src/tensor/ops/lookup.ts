/** Rows of a table by their numbers, where a rank of several may hold a part of the table. */
import { at } from "../../base/assert.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor.ts";
import { elementCount } from "../tensor.ts";

/** [...ids, columns]; zeros where another rank holds the row. */
export function lookup(tape: Tape, name: string, ids: Ids, table: Parameter): Tensor {
  const [entries, columns] = [at(table.shape, 0), at(table.shape, 1)];
  const count = elementCount(ids.shape);
  const { axis, ranges } = table.slice;
  const firstIndex = axis === 0 ? at(ranges, 0).firstIndex : 0;
  const shape = { count, columns, entries, firstIndex };
  const elements = count * columns;
  const y = tape.output([...ids.shape, columns], true);
  const idBytes = count * STATISTIC_BYTES;
  tape.run(
    {
      ...{ kind: "embedding", name, shape: y.shape, flop: 0 },
      readBytes: tape.bytes(elements) + idBytes,
      writtenBytes: tape.bytes(elements),
    },
    (backend) => backend.lookup(ids.data, table.data, y.data, shape),
  );
  tape.saveStatistics(count);
  tape.onBackward(y, (dy) => {
    tape.run(
      {
        ...{ kind: "embedding", name, shape: y.shape, flop: elements },
        readBytes: tape.bytes(elements) + idBytes,
        writtenBytes: tape.bytes(elements),
      },
      (backend) => backend.lookupBackward(ids.data, dy, table.gradient, shape),
    );
    tape.touchGradient(table);
  });
  return y;
}
