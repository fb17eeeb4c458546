/** The parts that ship, figure by figure, as their files have them. */
import type { Sourced } from "./sourced.ts";

export interface CatalogFigure {
  /** RFC 6901 into the part's file: "/rents/0/price". */
  readonly pointer: string;
  /** As the file writes it: "3.99 USD/hour". */
  readonly written: string;
  /** In SI. */
  readonly sourced: Sourced;
  readonly isPrice: boolean;
  /** Of a price: "purchase", "on-demand", "module" … */
  readonly priceKind?: string;
}

export interface CatalogPart {
  readonly id: string;
  /** "accelerator", "node", "switch", "link", "nic", "optic", "software", "site". */
  readonly sort: string;
  readonly name: string;
  readonly figures: readonly CatalogFigure[];
  /** What other sources say. */
  readonly conflicts: readonly string[];
}
