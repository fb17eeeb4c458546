/** SimGrid's models: finish times that its examples and tests print, to the microsecond. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { replaySimgrid } from "../../../src/answers/replay-simgrid.ts";
import { parseMessageWords, readMessages } from "../../../src/files/formats/simgrid-messages.ts";
import {
  parseSimgridPlatform,
  readSimgridPlatform,
} from "../../../src/files/formats/simgrid-platform.ts";
import { simgridShares } from "../../../src/network/compat/simgrid-shares.ts";
import type { SimgridModel } from "../../../src/network/compat/simgrid.ts";
import type { SimgridSettings } from "../../../src/records/simgrid.ts";

const HERE = "scenarios/neighbors/simgrid";
const small = await readSimgridPlatform(`${HERE}/small.xml`);
const clusters = await readSimgridPlatform(`${HERE}/two-clusters.xml`);

/** As the program prints them. */
const printed = (
  mode: SimgridModel,
  platform: typeof small,
  words: string,
  settings: Partial<SimgridSettings> = {},
) => {
  const messages = parseMessageWords(words, platform.hosts);
  return replaySimgrid(mode, platform, messages, settings).arrivalsS.map((s) => s.toFixed(6));
};

test("comm-pingpong: a byte there, 10^9 back, by both models", () => {
  // s4u-comm-pingpong.tesh: 0.019014 then 150.178356 with LV08, 0.001462 then 145.639041 with CM02.
  const after = (mode: SimgridModel) => {
    const messages = parseMessageWords("Tremblay:Jupiter:1,Jupiter:Tremblay:1e9", small.hosts);
    const chained = messages.map((message, i) =>
      i === 0 ? message : { ...message, afterIndices: [0] },
    );
    return replaySimgrid(mode, small, chained, {}).arrivalsS.map((s) => s.toFixed(6));
  };
  deepEqual(after("simgrid-lv08"), ["0.019014", "150.178356"]);
  deepEqual(after("simgrid-cm02"), ["0.001462", "145.639041"]);
});

test("comm-host2host: two messages over one link, one beside, one after", async () => {
  // s4u-comm-host2host.tesh: c12 at 2.272621, c34 at 2.343278, the last at 2.359841.
  const messages = await readMessages(`${HERE}/two-messages.csv`, small.hosts);
  const { arrivalsS } = replaySimgrid("simgrid-lv08", small, messages, {});
  const [c12, , c34, c14] = arrivalsS.map((s) => s.toFixed(6));
  deepEqual([c12, c34, c14], ["2.272621", "2.343278", "2.359841"]);
});

test("app-token-ring: around two clusters, with shared and split links", () => {
  // s4u-app-token-ring.tesh on routing_cluster.xml prints these arrivals of 10^6 bytes.
  const hosts = ["host1", "host2", "host3", "host4", "host5", "host6"];
  const words = hosts.map((host, i) => `${host}:${hosts[(i + 1) % 6] ?? ""}:1e6`).join(",");
  const ring = parseMessageWords(words, clusters.hosts).map((message, i) => ({
    ...message,
    afterIndices: i === 0 ? [] : [i - 1],
  }));
  deepEqual(
    replaySimgrid("simgrid-lv08", clusters, ring, {}).arrivalsS.map((s) => s.toFixed(6)),
    ["0.017354", "0.035121", "0.065898", "0.083252", "0.101019", "0.131796"],
  );
});

const oneLink = (latency: string) =>
  parseSimgridPlatform(
    `<platform><zone id="z" routing="Full"><host id="a"/><host id="b"/>
     <link id="l" bandwidth="1e10" latency="${latency}"/>
     <route src="a" dst="b"><link_ctn id="l"/></route></zone></platform>`,
    "one.xml",
  );

test("cm02-tcpgamma: the window bounds the rate, unless it is 0", () => {
  const time = (latency: string, gamma?: number) =>
    printed("simgrid-cm02", oneLink(latency), "a:b:1e10", {
      ...{ isCrossed: false },
      ...(gamma === undefined ? {} : { windowBytes: gamma }),
    })[0];
  deepEqual(
    [time("0"), time("0.00001"), time("0.001"), time("0.1"), time("0.001", 0)],
    ["1.000000", "1.000010", "4.769372", "476.937158", "1.001000"],
  );
});

test("cm02-set-lat-bw: equal weights share a neck, twice the weight gets half as much", () => {
  // Its dog bone: 10^3 bytes each over a neck of 10^3, so both end after 2 s.
  const bone = (latency: string) =>
    parseSimgridPlatform(
      `<platform><zone id="z" routing="Full">${["S1", "S2", "C1", "C2"]
        .map((id) => `<host id="${id}"/>`)
        .join("")}${[1, 2, 3, 4]
        .map((i) => `<link id="${i}" bandwidth="1e9" latency="${i === 4 ? latency : "1e-9"}"/>`)
        .join("")}<link id="0" bandwidth="1e3" latency="0"/>
       <route src="S1" dst="C1"><link_ctn id="1"/><link_ctn id="0"/><link_ctn id="2"/></route>
       <route src="S2" dst="C2"><link_ctn id="3"/><link_ctn id="0"/><link_ctn id="4"/></route>
       </zone></platform>`,
      "bone.xml",
    );
  const settings = { weightBytes: 20_537, isCrossed: false };
  deepEqual(printed("simgrid-cm02", bone("1e-9"), "S1:C1:1e3,S2:C2:1e3", settings), [
    "2.000000",
    "2.000000",
  ]);
  // Latency 20.537 on top of 20.537 s of weight: a third of the neck, but from 20.537 s on only.
  const [first, second] = printed("simgrid-cm02", bone("20.537"), "S1:C1:1e6@20.537,S2:C2:1e3", {
    ...settings,
    windowBytes: 0,
  });
  // The links of 10^9 weigh 2·10^-5 s besides, hence no more digits.
  equal(Number(second).toFixed(4), (20.537 + 3).toFixed(4));
  equal(Number(first).toFixed(4), (20.537 + 1001).toFixed(4));
});

test("as the docs work out, 100 kB over 1 Mb/s and 10 ms take 0.996079 s with LV08", () => {
  const platform = parseSimgridPlatform(
    `<platform><zone id="z" routing="Full"><host id="a"/><host id="b"/>
     <link id="l" bandwidth="1Mbps" latency="10ms"/>
     <route src="a" dst="b"><link_ctn id="l"/></route></zone></platform>`,
    "doc.xml",
  );
  deepEqual(printed("simgrid-lv08", platform, "a:b:100000"), ["0.996079"]);
});

const user = (weight: number, elements: readonly (readonly [number, number])[], bound = -1) => ({
  weight,
  boundBytesPerS: bound,
  elements: elements.map(([linkIndex, consumptionShare]) => ({ linkIndex, consumptionShare })),
});
const link = (bytesPerS: number, isFatpipe = false) => ({ bytesPerS, isFatpipe });
const rounded = (rates: readonly number[]) => rates.map((rate) => Math.round(rate * 1e6) / 1e6);

test("max-min sharing as its unit tests have it", () => {
  // maxmin_test.cpp: consumptions 1 and 2 of 3; 1 and 2 of 20 with penalties 1 and 2; two links.
  deepEqual(rounded(simgridShares([link(3)], [user(1, [[0, 1]]), user(1, [[0, 2]])])), [1, 1]);
  const weighted = [user(1, [[0, 1]]), user(2, [[0, 2]])];
  deepEqual(rounded(simgridShares([link(20)], weighted)), [10, 5]);
  const fat = [user(1, [[0, 1]]), user(2, [[0, 1]])];
  deepEqual(rounded(simgridShares([link(10, true)], fat)), [10, 5]);
  // A bound below its share leaves the rest to the others: 2, and 8 for the other.
  const bounded = [user(1, [[0, 1]], 2), user(1, [[0, 1]])];
  deepEqual(rounded(simgridShares([link(10)], bounded)), [2, 8]);
  deepEqual(simgridShares([], [user(1, [], 7), user(1, [])]), [7, Infinity]);
});

test("settings come from the model, then the platform, then the flag", () => {
  const platform = parseSimgridPlatform(
    `<platform><config><prop id="network/crosstraffic" value="0"/>
     <prop id="network/latency-factor" value="2"/></config>
     <zone id="z" routing="Full"><host id="a"/><host id="b"/>
     <link id="l" bandwidth="1kBps" latency="1s"/>
     <route src="a" dst="b"><link_ctn id="l"/></route></zone></platform>`,
    "config.xml",
  );
  // 2 s of latency and 1,000 bytes; a factor of 3 from the flag.
  deepEqual(printed("simgrid-cm02", platform, "a:b:1000", { windowBytes: 0 }), ["3.000000"]);
  const settings = { windowBytes: 0, latencyFactor: 3 };
  deepEqual(printed("simgrid-cm02", platform, "a:b:1000", settings), ["4.000000"]);
});

test("too many messages are refused, not left to run", () => {
  const messages = Array.from({ length: 20_001 }, () => ({
    ...{ id: "m", sourceIndex: 0, targetIndex: 1, sizeBytes: 1, startS: 0, afterIndices: [] },
  }));
  throws(() => replaySimgrid("simgrid-cm02", small, messages, {}), /at most 20000/);
  ok(small.hosts.length === 4);
});
