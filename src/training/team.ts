/** One rank among all of a training: where it stands, and the groups that it exchanges with. */
import type { GroupKind } from "../records/trace.ts";
import type { Groups } from "../tensor/communicator.ts";
import { silentGroup } from "../tensor/communicator.ts";
import type { Share } from "./batches.ts";
import type { Axis, Degrees, Place } from "./mesh.ts";
import { membersOf, ONE_RANK, placeOf } from "./mesh.ts";
import { RankGroup } from "./wires/communicator.ts";
import type { Wires } from "./wires/wires.ts";

export interface Team {
  readonly rank: number;
  readonly degrees: Degrees;
  readonly place: Place;
  readonly groups: Groups;
  /** All ranks. */
  readonly world: RankGroup;
  /** Which part of each batch this rank reads. */
  readonly share: Share;
  /** The ranks along several axes together, such as all that add up a gradient. */
  along(kinds: readonly GroupKind[]): RankGroup;
  /** For tests: collectives along this axis do nothing. */
  readonly without: Axis | undefined;
  /** In all groups so far. */
  readonly sentBytes: () => number;
}

/** No wires are needed where a rank is alone in all its groups. */
const NO_WIRES: Wires = {
  rank: 0,
  rankCount: 1,
  allReduce: () => 0,
  reduceScatter: () => 0,
  transfer: () => 0,
  send: () => undefined,
  finish: () => 0,
  close: () => undefined,
};

export function createTeam(wires: Wires, degrees: Degrees, without?: Axis): Team {
  const { rank } = wires;
  const place = placeOf(degrees, rank);
  const made = new Map<string, RankGroup>();
  const group = (key: string, kind: GroupKind, members: readonly number[]): RankGroup => {
    const found = made.get(key) ?? new RankGroup(wires, kind, members);
    made.set(key, found);
    return found;
  };
  const axis = (kind: GroupKind) => {
    return group(kind, kind, membersOf(degrees, rank, [kind]));
  };
  const along = (kinds: readonly GroupKind[]) => {
    const sorted = kinds.toSorted();
    if (sorted.length === 1) return axis(kinds[0] ?? "data");
    return group(sorted.join(), "data", membersOf(degrees, rank, sorted));
  };
  return {
    ...{ rank, degrees, place, along, without },
    groups: {
      data: axis("data"),
      tensor:
        without === "tensor" ? silentGroup("tensor", place.tensor, degrees.tensor) : axis("tensor"),
      pipeline: axis("pipeline"),
      expert: axis("expert"),
      context: axis("context"),
      embedding: axis("embedding"),
    },
    world: group("world", "data", membersOf(degrees, rank, [...WORLD])),
    share: {
      rank: place.expert + degrees.expert * place.data,
      rankCount: degrees.expert * degrees.data,
    },
    sentBytes: () => [...made.values()].reduce((sum, { sentBytes }) => sum + sentBytes, 0),
  };
}

const WORLD = ["tensor", "context", "expert", "data", "pipeline"] as const;

export function teamOfOne(): Team {
  return createTeam(NO_WIRES, ONE_RANK);
}
