/** The parts that ship, figure by figure, as their files have them. */
import type { Sourced } from "./sourced.ts";

/** How near to its origin a figure was read. */
export type Grade = "primary" | "secondary" | "derived" | "recalled";

export interface CatalogFigure {
  /** RFC 6901 into the part's file: "/rents/0/price". */
  readonly pointer: string;
  /** As the file writes it: "3.99 USD/hour". */
  readonly written: string;
  /** In SI; of a figure with a name, in the unit it is written in, of a range the middle. */
  readonly sourced: Sourced;
  readonly isPrice: boolean;
  /** Of a price: "purchase", "on-demand", "module" … */
  readonly priceKind?: string;
  /** Only of figures that are shown and that no prediction uses: what it is of. */
  readonly name?: string;
  readonly grade?: Grade;
}

/** Something known that is no number. */
export interface CatalogFact {
  readonly name: string;
  readonly text: string;
  readonly source: string;
  readonly date?: string;
  readonly provenance: Sourced["provenance"];
  readonly grade?: Grade;
}

export interface CatalogPart {
  readonly id: string;
  /** "accelerator", "node", "switch", "link", "nic", "optic", "software", "site", "facility" … */
  readonly sort: string;
  readonly name: string;
  readonly figures: readonly CatalogFigure[];
  /** Of a part read for a list: how many further figures it has. */
  readonly furtherCount?: number;
  /** What other sources say. */
  readonly conflicts: readonly string[];
  readonly facts?: readonly CatalogFact[];
  /** Modes that it has not, such as "dense fp4 peak". */
  readonly unsupported?: readonly string[];
  /** What was looked for and not found. */
  readonly unknown?: readonly string[];
  readonly notes?: readonly string[];
}
