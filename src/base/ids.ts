/**
 * Branded indices: never added, often confused, always arguments. A brand is a type-level
 * mark only; at run time these are plain numbers, fit for typed arrays.
 */
declare const brand: unique symbol;

/** Index of a rank (a process of the job), 0 … n−1. */
export type RankId = number & { readonly [brand]: "rank" };
/** Index of a directed link of a graph. */
export type LinkId = number & { readonly [brand]: "link" };
/** Index of a vertex of a graph: an accelerator, a host or a switch. */
export type VertexId = number & { readonly [brand]: "vertex" };

export const rankId = (index: number): RankId => index as RankId;
export const linkId = (index: number): LinkId => index as LinkId;
export const vertexId = (index: number): VertexId => index as VertexId;
