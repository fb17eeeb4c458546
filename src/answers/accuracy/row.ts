/** A published row as the prediction may see it: its configuration, never its measurement. */

export type Row = Readonly<Record<string, string>>;

/** Columns that hold what was measured, or follow from it. */
const MEASURED =
  "step_time_s tflops_per_gpu mfu_pct hfu_pct tokens_per_s_per_gpu tokens_per_s memory_gb " +
  "time_us algbw_GBps busbw_GBps latency_us bottleneck_GBps output_tokens_per_s " +
  "output_tokens_per_s_per_gpu prefill_ms decode_ms_per_token total_ms ttft_ms tpot_ms tflops " +
  "efficiency_pct mem_GBps params_and_optimizer_gib activations_gib";
const MEASURED_COLUMNS = new Set(MEASURED.split(" "));

/** The row without any measurement, and without where it comes from. */
export function configurationOf(row: Row): Row {
  const hidden = (name: string) =>
    MEASURED_COLUMNS.has(name) || ["id", "source", "verified"].includes(name);
  return Object.fromEntries(Object.entries(row).filter(([name]) => !hidden(name)));
}

export const cell = (row: Row, column: string): string => (row[column] ?? "").trim();

/** A positive number at the head of a cell, or undefined: "6 per device" is 6. */
export function number(row: Row, column: string): number | undefined {
  const found = /^~?(\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i.exec(cell(row, column))?.[1];
  const value = found === undefined ? undefined : Number(found);
  return value !== undefined && value > 0 ? value : undefined;
}

/** Collects what had to be assumed, by name, while a row is read. */
export class Assumptions {
  readonly names: string[] = [];

  /** The value, or the one assumed, which is then named. */
  or<T>(value: T | undefined, assumed: T, name: string): T {
    if (value !== undefined) return value;
    this.add(`${name} ${String(assumed)}`);
    return assumed;
  }

  /** Another assumption in the place of one. */
  replace(name: string, by: string): void {
    const place = this.names.indexOf(name);
    if (place >= 0) this.names[place] = by;
  }

  add(name: string): void {
    if (!this.names.includes(name)) this.names.push(name);
  }
}
