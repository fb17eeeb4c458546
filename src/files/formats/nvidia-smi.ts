/**
 * What `nvidia-smi topo -m` prints: a square of words, one line a device. NV12 are twelve NVLinks,
 * PIX, PXB, PHB, NODE and SYS the ways over PCIe and between sockets. Both halves must agree.
 */
import type { FoundNode, FoundNodeLink } from "../../records/found-node.ts";
import type { Complaint } from "../issue.ts";
import { refuse, shown } from "../issue.ts";

/** Terminals may underline the head. */
export const SMI_WORD = /^[ \t]*(?:\P{L}\[\dm)?GPU0\b/mu;
const DEVICE = /^(GPU\d{1,3}|NIC\d{1,3}|(?:mlx|bnxt_re|irdma|hns)[\w-]*)$/;
const CELL = /^(X|NV\d{1,2}|PIX|PXB|PHB|NODE|SYS)$/;

export function nodeFromNvidiaSmi(text: string, file: string): FoundNode {
  const lines = text.split(/\r?\n/).map((line) => plain(line));
  const headAt = lines.findIndex((line) => /^\s*GPU0\b/.test(line));
  const names = words(lines[headAt] ?? "").filter((word) => DEVICE.test(word));
  if (!names.some(isGpu)) {
    const place = { file, line: headAt + 1, column: 1, pointer: "" };
    refuse(place, { ...TORN, found: shown(lines[headAt] ?? "") });
  }
  const rows = names.map((name, i) => {
    const at = headAt + 1 + i;
    const place = { file, line: at + 1, column: 1, pointer: "" };
    const [own, ...cells] = words(lines[at] ?? "");
    const row = cells.slice(0, names.length);
    const wrong = row.find((cell) => !CELL.test(cell));
    if (own !== name || row.length < names.length || wrong !== undefined) {
      const found = wrong === undefined ? shown(lines[at] ?? "") : `the cell ${shown(wrong)}`;
      return refuse(place, { ...TORN, found });
    }
    return { place, row };
  });
  const links: FoundNodeLink[] = [];
  rows.forEach(({ place, row }, i) => {
    row.forEach((cell, k) => {
      const back = rows[k]?.row[i];
      if (cell !== back || (cell === "X") !== (i === k)) {
        refuse(place, { ...TORN, found: `${names[i]} to ${names[k]} ${cell}, back ${back}` });
      }
      const linkCount = cell.startsWith("NV") ? Number(cell.slice(2)) : 0;
      if (i < k && linkCount > 0) {
        links.push({ from: names[i] ?? "", to: names[k] ?? "", linkCount });
      }
    });
  });
  const sockets = new Set(lines.slice(headAt + 1, headAt + 1 + names.length).flatMap(socketOf));
  return {
    format: "nvidia-smi topo -m",
    accelerators: names.filter(isGpu).map((name) => ({ name })),
    adapters: names.filter((name) => !isGpu(name)).map((name) => ({ name })),
    links,
    socketCount: sockets.size,
    notes: [
      "rates of links and adapters, and which accelerator it is, are not in this table",
      ...(sockets.size === 0 ? ["nor are the sockets"] : []),
    ],
  };
}

const isGpu = (name: string): boolean => name.startsWith("GPU");

/** Terminals underline the head. */
function plain(line: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences are the subject here
  return line.replaceAll(/\u001b\[[0-9;]*m/g, "");
}

function words(line: string): string[] {
  return line.trim().split(/\s+/);
}

/** The NUMA node, behind the cores, where the line has both. */
function socketOf(line: string): string[] {
  const [, numa] = /\s[\d,-]*\d-\d[\d,-]*\s+(\d{1,3})\b/.exec(line) ?? [];
  return numa === undefined ? [] : [numa];
}

const TORN: Complaint = {
  code: "not-a-fabric",
  found: "a torn table",
  expected: "what nvidia-smi topo -m prints, the same from both ends",
  nextStep: "print it again",
};
