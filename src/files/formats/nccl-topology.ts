/**
 * What NCCL writes to NCCL_TOPO_DUMP_FILE (NVIDIA/nccl, src/graph/xml.cc): <system> of <cpu> of
 * nested <pci> with <gpu>, <nvlink> and <net>. An NVLink to a device that is no accelerator of
 * the file goes to a switch. Speeds of <net> are megabits a second.
 */
import type { FoundNode, FoundNodeLink } from "../../records/found-node.ts";
import type { Complaint } from "../issue.ts";
import { listed, refuse, shown } from "../issue.ts";
import type { XmlElement } from "./xml.ts";
import { parseXml } from "./xml.ts";

/** Whether the text is XML whose first element is NCCL's. */
export const NCCL_WORD = /^\s*(?:<\?[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<system\b/;

export function nodeFromNccl(text: string, file: string): FoundNode {
  const root = parseXml(text, file);
  const walk = new Walk();
  walk.into(root, undefined);
  return walk.finish(root);
}

interface Found {
  readonly element: XmlElement;
  /** Of the <pci> around it. */
  readonly busId: string;
}

class Walk {
  readonly #gpus: Found[] = [];
  readonly #nets: XmlElement[] = [];
  #socketCount = 0;

  into(element: XmlElement, busId: string | undefined): void {
    const own = element.name === "pci" ? (element.attributes.get("busid") ?? busId) : busId;
    if (element.name === "cpu") this.#socketCount++;
    if (element.name === "net") this.#nets.push(element);
    if (element.name === "gpu") {
      this.#gpus.push({ element, busId: (own ?? this.#refuse(element, NO_PCI)).toLowerCase() });
    }
    for (const child of element.children) this.into(child, own);
  }

  finish(root: XmlElement): FoundNode {
    if (this.#gpus.length === 0) this.#refuse(root, { ...NO_PCI, found: "no <gpu>" });
    const names = new Map(
      this.#gpus.map(({ element, busId }) => [busId, `GPU ${this.#number(element, "dev")}`]),
    );
    if (new Set(names.values()).size !== this.#gpus.length) {
      this.#refuse(root, { ...NO_PCI, found: "two accelerators with one number or bus id" });
    }
    const links = this.#gpus.flatMap(({ element, busId }) => this.#links(element, busId, names));
    this.#refuseOneSided(root, links);
    const silent = this.#nets.filter(({ attributes }) => !attributes.has("speed"));
    return {
      format: "NCCL topology",
      accelerators: this.#gpus.map(({ element, busId }) => {
        const capability = element.attributes.get("sm");
        return {
          name: names.get(busId) ?? "",
          ...(capability === undefined ? {} : { capability }),
        };
      }),
      adapters: this.#adapters(root),
      links: links.filter(({ from, to }) => to === undefined || from < to),
      socketCount: this.#socketCount,
      notes: silent.length === 0 ? [] : [`${silent.length} network ports do not say their speed`],
    };
  }

  #links(gpu: XmlElement, busId: string, names: ReadonlyMap<string, string>): FoundNodeLink[] {
    const from = names.get(busId) ?? "";
    const sums = new Map<string, number>();
    for (const child of gpu.children) {
      if (child.name !== "nvlink") continue;
      const target = child.attributes.get("target")?.toLowerCase() ?? "";
      const to = names.get(target) ?? "";
      if (to === from) this.#refuse(child, { ...NO_PCI, found: `a link of ${from} to itself` });
      sums.set(to, (sums.get(to) ?? 0) + this.#number(child, "count"));
    }
    return [...sums].map(([to, linkCount]) => {
      return to === "" ? { from, linkCount } : { from, to, linkCount };
    });
  }

  #refuseOneSided(root: XmlElement, links: readonly FoundNodeLink[]): void {
    const counts = new Map(links.map(({ from, to, linkCount }) => [`${from}>${to}`, linkCount]));
    const odd = links.filter(
      ({ from, to, linkCount }) => to !== undefined && counts.get(`${to}>${from}`) !== linkCount,
    );
    if (odd.length === 0) return;
    const words = odd.map(({ from, to, linkCount }) => `${linkCount} from ${from} to ${to}`);
    this.#refuse(root, {
      code: "not-a-fabric",
      found: `links that the other end does not have: ${listed(words)}`,
      expected: "as many from one to the other as back",
      nextStep: "dump the topology again",
    });
  }

  /** Ports of one card with one name are one. */
  #adapters(root: XmlElement) {
    const found = new Map<string, number | undefined>();
    for (const net of this.#nets) {
      const name = `${net.attributes.get("name") ?? ""}:${net.attributes.get("port") ?? "1"}`;
      if (found.has(name))
        this.#refuse(root, { ...NO_PCI, found: `the port ${shown(name)} twice` });
      const speed = net.attributes.has("speed") ? this.#number(net, "speed") : undefined;
      found.set(name, speed === undefined ? undefined : (speed * 1e6) / 8);
    }
    return [...found].map(([name, rateBytesPerS]) => {
      return rateBytesPerS === undefined ? { name } : { name, rateBytesPerS };
    });
  }

  #number(element: XmlElement, key: string): number {
    const value = element.attributes.get(key);
    if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value);
    const found = `${key} ${shown(value ?? null)} of <${element.name}>`;
    return this.#refuse(element, { ...NO_PCI, found, expected: "a whole number" });
  }

  #refuse({ place }: XmlElement, complaint: Complaint): never {
    return refuse(place, complaint);
  }
}

const NO_PCI: Complaint = {
  code: "not-a-fabric",
  found: "a <gpu> outside of <pci>",
  expected: "what NCCL writes to NCCL_TOPO_DUMP_FILE",
  nextStep: "dump it again",
};
