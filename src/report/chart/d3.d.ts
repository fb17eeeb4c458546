/** The pure functions this room uses of d3, for which no types are installed. */
declare module "d3" {
  export interface ContinuousScale {
    (value: number): number;
    domain(domain: readonly number[]): ContinuousScale;
    range(range: readonly number[]): ContinuousScale;
    ticks(count?: number): number[];
  }

  export function scaleLinear(): ContinuousScale;
  export function scaleLog(): ContinuousScale;
  export function line(): (points: readonly (readonly [number, number])[]) => string | null;
}
