/**
 * Dispatch and combine of experts: tokens cross the network once for each destination node.
 *
 *   low latency  t = 36.8 us + max(remote · b / 46.9 GB/s, local · b / links)
 *   normal       t = max(nodes' copies leaving · X / 43.7 GB/s, ranks' copies · 7/8 · X / 129 GB/s)
 *
 * b bytes of all copies, X of one; uniform routing. Fitted to published runs on H800 nodes with
 * one 400 Gb/s NIC an accelerator; both rates are shares of what the part has.
 */

export interface ExpertCase {
  readonly ranks: number;
  readonly tokens: number;
  readonly hiddenSize: number;
  readonly copiesPerToken: number;
  readonly isEightBit: boolean;
  readonly isLowLatency: boolean;
  readonly linkBytesPerS: number;
  readonly nicBytesPerS: number;
}

export interface ExpertTime {
  readonly timeS: number;
  /** Bytes that the slower of links and NICs carries for one rank. */
  readonly bottleneckBytes: number;
}

const NODE_RANKS = 8;
export const LOW_LATENCY_S = 36.8e-6;
export const NIC_SHARE = 0.94;
const NORMAL_NIC_SHARE = 0.874;
const NORMAL_LINK_SHARE = 0.78;
/** Groups that routing is limited to. */
const NODES_MAX = 4;

export function expertTime(given: ExpertCase): ExpertTime {
  return given.isLowLatency ? lowLatency(given) : normal(given);
}

/** One vector, with its scales when in eight bits. */
function vectorBytes({ hiddenSize, isEightBit }: ExpertCase): number {
  return isEightBit ? hiddenSize + (hiddenSize / 128) * 4 : 2 * hiddenSize;
}

function lowLatency(given: ExpertCase): ExpertTime {
  const { ranks, tokens, copiesPerToken, linkBytesPerS, nicBytesPerS } = given;
  const bytes = tokens * copiesPerToken * vectorBytes(given);
  const remoteShare = Math.max(0, ranks - NODE_RANKS) / ranks;
  const remoteS = (remoteShare * bytes) / (nicBytesPerS * NIC_SHARE);
  const localS = ((7 / 8) * bytes) / linkBytesPerS;
  return { timeS: LOW_LATENCY_S + Math.max(remoteS, localS), bottleneckBytes: bytes };
}

/** Expected number of distinct places that so many copies reach. */
const distinct = (places: number, copies: number): number =>
  places * (1 - (1 - 1 / places) ** copies);

function normal(given: ExpertCase): ExpertTime {
  const { ranks, tokens, copiesPerToken, linkBytesPerS, nicBytesPerS } = given;
  const nodes = Math.max(1, Math.round(ranks / NODE_RANKS));
  const reached = Math.min(nodes, NODES_MAX);
  const onePass = tokens * vectorBytes(given);
  const nodeCopies = distinct(reached, copiesPerToken);
  const rankCopies = distinct(Math.min(ranks, reached * NODE_RANKS), copiesPerToken);
  const leaving = nodes === 1 ? 0 : nodeCopies * (1 - 1 / nodes);
  const nicS = (leaving * onePass) / (nicBytesPerS * NORMAL_NIC_SHARE);
  const linkS = (rankCopies * (7 / 8) * onePass) / (linkBytesPerS * NORMAL_LINK_SHARE);
  const bottleneckBytes = (nodes === 1 ? rankCopies : nodeCopies) * onePass;
  return { timeS: Math.max(nicS, linkS), bottleneckBytes };
}
