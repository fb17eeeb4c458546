/** Rows that go to other ranks of a group, and come back as gradients. */
import { assert } from "../../base/assert.ts";
import type { Communicator } from "../communicator.ts";
import type { Tape } from "../tape.ts";
import type { Tensor } from "../tensor.ts";

/** Rows for each rank, in its order, and from each. */
export interface RowCounts {
  readonly sentRows: readonly number[];
  readonly receivedRows: readonly number[];
}

/** x is [rows, columns], sorted by the rank that gets a row. */
export function allToAllRows(
  tape: Tape,
  name: string,
  x: Tensor,
  how: { readonly to: Communicator; readonly counts: RowCounts; readonly columns: number },
): Tensor {
  const { to, counts, columns } = how;
  const receivedCount = sum(counts.receivedRows);
  assert(sum(counts.sentRows) * columns === x.elementCount, `${name} sends every row`);
  const y = tape.output([receivedCount, columns], x.needsGradient);
  const record = { kind: "all-to-all", group: to.group, rankCount: to.rankCount, name } as const;
  const elements = (rows: readonly number[]) => rows.map((count) => count * columns);
  const [sentCounts, receivedCounts] = [elements(counts.sentRows), elements(counts.receivedRows)];
  tape.collective({ ...record, bytes: tape.bytes(x.elementCount) }, () =>
    to.allToAll(x.data, y.data, { sentCounts, receivedCounts }),
  );
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(x.elementCount);
    tape.collective({ ...record, bytes: tape.bytes(y.elementCount) }, () =>
      to.allToAll(dy, dx, { sentCounts: receivedCounts, receivedCounts: sentCounts }),
    );
    tape.addGradient(x, dx, name);
  });
  return y;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
