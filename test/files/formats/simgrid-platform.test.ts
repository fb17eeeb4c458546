/** Platforms of SimGrid: the ways through clusters and zones, and what is refused. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../../src/base/errors.ts";
import { replayModes } from "../../../src/cli/replay-modes.ts";
import { parseMessageWords } from "../../../src/files/formats/simgrid-messages.ts";
import { parseSimgridPlatform } from "../../../src/files/formats/simgrid-platform.ts";
import { parseXml } from "../../../src/files/formats/xml.ts";

const HEAD = `<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
`;
const cluster = (count: number, more: string) =>
  parseSimgridPlatform(
    `${HEAD}<platform version="4.1"><zone id="AS0" routing="Full"><cluster id="bob" prefix="node-"
     suffix=".acme.org" radical="0-${count - 1}" speed="1Gf" bw="125MBps" lat="50us" ${more}/>
     </zone></platform>`,
    "cluster.xml",
  );
const names = ({ links, route }: ReturnType<typeof cluster>, from: number, to: number) =>
  route(from, to).map((link) => links[link]?.id ?? "");

test("a flat cluster goes up, over its backbone if it has one, and down", () => {
  const plain = cluster(4, "");
  deepEqual(names(plain, 0, 2), ["bob_link_0_UP", "bob_link_2_DOWN"]);
  const backbone = cluster(4, 'bb_bw="2.25GBps" bb_lat="500us"');
  deepEqual(names(backbone, 0, 2), ["bob_link_0_UP", "bob_backbone", "bob_link_2_DOWN"]);
  const shared = cluster(4, 'sharing_policy="SHARED"');
  deepEqual(names(shared, 0, 2), ["bob_link_0", "bob_link_2"]);
});

test("a fat tree goes up by the target's place, down by the source's", () => {
  // Leaves of 4; 2 roots, 2 cables from a leaf to each: up from the leaf by ⌊15/1⌋ mod 4 = 3, which
  // is root 3 mod 2 = 1 by cable 1; down by cable 0 mod 2 = 0.
  const tree = cluster(16, 'topology="FAT_TREE" topo_parameters="2;4,4;1,2;1,2"');
  equal(names(tree, 0, 1).length, 2);
  deepEqual(names(tree, 0, 15), [
    "bob_link_0:0.0-0.0_0_UP",
    "bob_link_1:0.0-0.1_1_UP",
    "bob_link_1:0.3-0.1_0_DOWN",
    "bob_link_0:3.3-0.3_0_DOWN",
  ]);
  // From an odd host the other cable down.
  equal(names(tree, 1, 15)[2], "bob_link_1:0.3-0.1_1_DOWN");
});

test("a torus turns the shorter way round, the lowest dimension first", () => {
  const torus = cluster(12, 'topology="TORUS" topo_parameters="3,2,2"');
  // 0 to 2 is one step to the left over the edge: the cable that node 2 has to its right.
  deepEqual(names(torus, 0, 2), ["bob_link_2_0_DOWN"]);
  deepEqual(names(torus, 0, 11).length, 3);
  deepEqual(names(torus, 0, 4), ["bob_link_0_0_UP", "bob_link_1_1_UP"]);
});

test("a dragonfly leaves a group by the router of the group it goes to", () => {
  const fly = cluster(120, 'topology="DRAGONFLY" topo_parameters="3,4;4,3;5,1;2"');
  // Host 0 is on router 0. Host 119: group 2, chassis 3, blade 4. Green to blade 2, blue to group
  // 2's blade 0, green to blade 4, black to chassis 3, and its node.
  deepEqual(names(fly, 0, 119), [
    "bob_node_0_UP",
    "bob_green_0_2_UP",
    "bob_blue_2_40_UP",
    "bob_green_40_44_UP",
    "bob_black_44_59_UP",
    "bob_node_119_DOWN",
  ]);
  const blue = fly.links.find(({ id }) => id.startsWith("bob_blue"));
  equal(blue?.bytesPerS, 4 * 125e6);
});

test("units: bits and bytes, powers of 1000 and 1024, times from picoseconds on", () => {
  const { links } = parseSimgridPlatform(
    `<platform><zone id="z" routing="Full">
     <link id="a" bandwidth="10Gbps" latency="1.5us"/><link id="b" bandwidth="1KiBps" latency="2m"/>
     <link id="c" bandwidth="1e6" latency="0.25"/></zone></platform>`,
    "units.xml",
  );
  deepEqual(
    links.map(({ bytesPerS, latencyS }) => [bytesPerS, latencyS]),
    [
      [1.25e9, 1.5e-6],
      [1024, 120],
      [1e6, 0.25],
    ],
  );
});

test("entities, declarations and broken elements are refused where they stand", () => {
  const refused = (text: string) => {
    try {
      parseXml(text, "a.xml", { allowsBareDocumentType: true });
    } catch (error) {
      ok(error instanceof InputError);
      return error.message;
    }
    return "accepted";
  };
  match(refused(`<!DOCTYPE p [<!ENTITY a "aaaa">]>\n<p>&a;</p>`), /a\.xml:1:1.*no declarations/);
  match(refused(`<p>\n<q name="&a;"/></p>`), /a\.xml:2:3.*no entities/);
  match(refused("<p>&a;</p>"), /an entity/);
  match(refused("<p><![CDATA[x]]></p>"), /no declarations/);
  match(refused("<p><q></p>"), /found <\/p>, expected <\/q>/);
  match(refused("<p>"), /an end before <\/p>/);
  match(refused("<p/><p/>"), /2 root elements/);
  match(refused('<p a="1" a="2"/>'), /a twice/);
  match(refused("<p>".repeat(100)), /nested too deeply/);
  equal(parseXml(`<p a="&lt;1&gt;"/>`, "a.xml").attributes.get("a"), "<1>");
});

test("routings and limits that are not followed are refused by name", () => {
  throws(() => cluster(4, 'limiter_link="1MBps"'), /limiter_link/);
  throws(() => cluster(4, 'topology="TORUS" topo_parameters="3,2"'), /4 hosts for a TORUS of 6/);
  throws(() => cluster(4, 'topology="RING"'), /FLAT, FAT_TREE/);
  const zone = `<platform><zone id="z" routing="Floyd"/></platform>`;
  throws(() => parseSimgridPlatform(zone, "z.xml"), /Full, Cluster or None/);
  const lonely = parseSimgridPlatform(
    `<platform><zone id="z" routing="Full"><host id="a"/><host id="b"/></zone></platform>`,
    "lonely.xml",
  );
  throws(() => lonely.route(0, 1), /no way from a to b/);
});

test("messages name hosts, bytes and seconds; a near name is suggested", async () => {
  const hosts = ["Tremblay", "Jupiter"];
  const [message] = parseMessageWords("Tremblay:Jupiter:1M@2", hosts);
  deepEqual([message?.sizeBytes, message?.startS], [1_048_576, 2]);
  throws(() => parseMessageWords("Tremblay:Jupitre:1M", hosts), /did you mean "Jupiter"/);
  throws(() => parseMessageWords("Tremblay:Jupiter:many", hosts), /bytes, as 1e6 or 1M/);
  const told = await replayModes["simgrid-cm02"]?.("Tremblay:Jupiter:1e6", {
    platform: "scenarios/neighbors/simgrid/small.xml",
    simgrid: "crosstraffic=0,TCP-gamma=0",
  });
  // 1.461517 ms and 10^6 / 7,209,750 s.
  match(told?.words.join("\n") ?? "", /by SimGrid's rules[^]*0\.140163 s/);
});
