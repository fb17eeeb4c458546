/**
 * What ibnetdiscover prints (infiniband-diags): a block a switch or adapter, a line a port, with
 * the port at the other end, width and speed. Both ends of a cable are listed: they must agree,
 * so a file that lost a part, or was joined from two, is refused.
 */
import { at } from "../../base/assert.ts";
import type { FoundFabric } from "../../records/found-fabric.ts";
import type { Place } from "../issue.ts";
import { refuse, shown } from "../issue.ts";
import { FoundDraft } from "./found-draft.ts";

export const IB_WORD = /^(?:Switch|Ca)[ \t]+\d+[ \t]+"/m;

/** Data rate of a lane in Gb/s, after its line code (InfiniBand Architecture Specification). */
const LANE_GBIT_PER_S: Readonly<Record<string, number>> = {
  ...{ SDR: 2, DDR: 4, QDR: 8, FDR10: 10, FDR: (14.0625 * 64) / 66 },
  ...{ EDR: 25, HDR: 50, NDR: 100, XDR: 200 },
};

const HEAD = /^(Switch|Ca)\s+(\d{1,4})\s+"([^"]+)"\s*#\s*"([^"]*)"/;
const PORT =
  /^\[(\d{1,4})\](?:\([0-9a-f]+\))?\s+"([^"]+)"\[(\d{1,4})\](?:\([0-9a-f]+\))?(?:\s*#\s*(.*))?$/;
const OTHER = /^(?:#.*|(?:vendid|devid|sysimgguid|switchguid|caguid)=\S+)?$/;

interface Block {
  readonly id: string;
  readonly isSwitch: boolean;
  readonly portCount: number;
  readonly words: string;
  readonly place: Place;
  readonly ports: Map<number, Port>;
}

interface Port {
  readonly peerId: string;
  readonly peerPort: number;
  readonly rateBytesPerS: number;
  readonly place: Place;
}

export function fabricFromIbnetdiscover(text: string, file: string): FoundFabric {
  const blocks = blocksOf(text, file);
  for (const block of blocks.values()) {
    for (const [number, port] of block.ports) refuseOneSided(blocks, block.id, number, port);
  }
  // Aggregation nodes of switches (SHARP) are no hosts.
  const isHost = ({ isSwitch, words }: Block): boolean =>
    !isSwitch && !/Aggregation Node/.test(words);
  const all = [...blocks.values()];
  const nameOf = namer(all);
  const draft = new FoundDraft();
  for (const block of all.filter(({ isSwitch }) => isSwitch)) {
    draft.addSwitch(nameOf(block), block.place);
  }
  for (const block of all) {
    for (const [number, { peerId, peerPort, rateBytesPerS, place }] of block.ports) {
      const peer = blocks.get(peerId);
      if (peer === undefined) continue;
      if (block.isSwitch && peer.isSwitch) {
        const isFirst = block.id < peerId || (block.id === peerId && number < peerPort);
        if (isFirst)
          draft.addCable({ from: nameOf(block), to: nameOf(peer), count: 1, rateBytesPerS });
      } else if (isHost(block)) {
        if (!peer.isSwitch) refuse(place, torn("a cable between two adapters"));
        const name = `${nameOf(block)}${block.ports.size > 1 ? ` port ${number}` : ""}`;
        draft.addHost({ name, switchName: nameOf(peer), rateBytesPerS }, place);
      }
    }
  }
  const aside = all.filter((block) => !block.isSwitch && !isHost(block)).length;
  const notes = ["every adapter's port is a host of its own: a host with eight of them is eight"];
  if (aside > 0) notes.push(`${aside} aggregation nodes of switches are left out`);
  if (nameOf(at(all, 0)) === at(all, 0).id) notes.push("names are GUIDs: descriptions repeat");
  return draft.finish("ibnetdiscover", notes, file);
}

function blocksOf(text: string, file: string): Map<string, Block> {
  const blocks = new Map<string, Block>();
  let block: Block | undefined;
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimEnd();
    const place = { file, line: i + 1, column: 1, pointer: "" };
    const [, kind, count, id = "", words = ""] = HEAD.exec(line) ?? [];
    if (kind !== undefined) {
      if (blocks.has(id)) refuse(place, torn(`the block ${shown(id)} twice`));
      const ports = new Map<number, Port>();
      const isSwitch = kind === "Switch";
      block = { id, isSwitch, portCount: Number(count), words, place, ports };
      blocks.set(id, block);
    } else if (!OTHER.test(line)) {
      if (block === undefined) refuse(place, torn(shown(line)));
      addPort(block, line, place);
    }
  }
  return blocks;
}

function addPort(block: Block, line: string, place: Place): void {
  const [, number = "", peerId = "", peerPort = "", words = ""] = PORT.exec(line) ?? [];
  if (number === "") refuse(place, torn(shown(line)));
  if (block.ports.has(Number(number)) || Number(number) > block.portCount) {
    refuse(place, torn(`port ${number} twice, or beyond the last`));
  }
  const [, lanes = "", speed = ""] = /(?:^|\s)(1|2|4|8|12)x(\w+)$/.exec(words) ?? [];
  const lane = Object.hasOwn(LANE_GBIT_PER_S, speed) ? (LANE_GBIT_PER_S[speed] ?? 0) : 0;
  if (lane === 0) refuse(place, torn(`${shown(words)} without width and speed such as 4xNDR`));
  const rateBytesPerS = (Number(lanes) * lane * 1e9) / 8;
  block.ports.set(Number(number), { peerId, peerPort: Number(peerPort), rateBytesPerS, place });
}

function refuseOneSided(
  blocks: ReadonlyMap<string, Block>,
  id: string,
  number: number,
  port: Port,
): void {
  const back = blocks.get(port.peerId)?.ports.get(port.peerPort);
  const isSame = back?.peerId === id && back.peerPort === number;
  if (isSame && back.rateBytesPerS === port.rateBytesPerS) return;
  refuse(port.place, {
    code: "not-a-fabric",
    found: `a cable to ${shown(port.peerId)}[${port.peerPort}] that is not listed the same there`,
    expected: "both ends of every cable",
    nextStep: "record the fabric again, whole and at once",
  });
}

/** Descriptions without what the maker puts around them; GUIDs where they repeat. */
function namer(blocks: readonly Block[]): (block: Block) => string {
  const plain = ({ words, isSwitch }: Block): string => {
    const name = isSwitch ? words.replace(/^MF0;/, "").replace(/:[^:]*$/, "") : words;
    return name.trim();
  };
  const names = new Set(blocks.map(plain));
  const isUnique = names.size === blocks.length && !names.has("");
  return isUnique ? plain : ({ id }) => id;
}

function torn(found: string) {
  return {
    code: "not-a-fabric",
    found,
    expected: "the text that ibnetdiscover prints without -p, -l or -g",
    nextStep: "record it again: ibnetdiscover > fabric.topo",
  };
}
