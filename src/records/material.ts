/** A bill of materials line by line: what one orders, and what one has to place and power. */
import type { FabricCounts } from "./fabric-plan.ts";
import type { Sourced } from "./sourced.ts";

export type MaterialClass =
  | "node"
  | "nic"
  | "leaf switch"
  | "spine switch"
  | "core switch"
  | "node transceiver"
  | "switch transceiver"
  | "host-leaf cable"
  | "leaf-spine cable"
  | "spine-core cable"
  | "torus cable"
  | "switch cable"
  | "fabric manager"
  | "rack"
  | "rack power unit"
  | "management switch";

export interface Material {
  readonly materialClass: MaterialClass;
  /** By which a price file names it. */
  readonly partId: string;
  readonly model: string;
  readonly count: number;
  /** Absent: no sourced price, or it is in the price of another line. */
  readonly unitUsd?: Sourced;
  /** count × unit; 0 where another line pays for it; absent without a price. */
  readonly totalUsd?: number;
  /** Name of the part whose price pays for this one. */
  readonly includedIn?: string;
  /** How the count follows. */
  readonly rule: string;
}

export interface MaterialBill {
  readonly clusterId: string;
  readonly name: string;
  readonly counts: FabricCounts;
  readonly rows: readonly Material[];
  /** Exact sum of all rows that have a total; absent while an ordered row has no price. */
  readonly totalUsd?: number;
  /** Models of ordered rows without a price: why there is no total. */
  readonly unpriced: readonly string[];
  /** Prices too old to order by on the day asked about, each with its age. */
  readonly oldPrices: readonly string[];
  /** Counted, without a price, and part of the building: outside the total. */
  readonly notInTotal: readonly string[];
  /** Not even counted. */
  readonly notModeled: readonly string[];
}
