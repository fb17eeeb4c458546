/** topologies/parts/{switches,links,nics,optics}/*.yaml: what a fabric is built from. */
import type { Properties } from "./schema.ts";
import { conflictList, count, figure, file, group, id, oneOf, priceList } from "./schema.ts";
import { tag, text } from "./schema.ts";

const market: Properties = {
  prices: priceList(["purchase", "used"]),
  conflicts: conflictList(),
};

const switchProperties: Properties = {
  kind: tag("switch", "A switch"),
  id: id("Names the part in clusters", "qm9700"),
  name: text("As people call it", "Quantum-2 QM9700"),
  ports: count("Ports at the speed of the links", 64, { maximum: 4096 }),
  latency: figure("From port to port", "duration", "150 ns"),
  price: figure("Price of one", "money", "36000 USD"),
  power: figure("Power of one, optics included", "power", "1.72 kW"),
};

const linkProperties: Properties = {
  kind: tag("link", "A cable with what it needs at both ends"),
  id: id("Names the part in clusters", "link-400g-switch"),
  name: text("As people call it", "400G link between switches"),
  rate: figure("Rate of one direction", "linkSpeed"),
  latency: figure("From one end to the other, ends included", "duration", "500 ns"),
  price: figure("Price of the cable and both ends", "money", "1280 USD"),
  power: figure("Power of both ends where the switch does not count it", "power", "0 W"),
};

const nicProperties: Properties = {
  kind: tag("nic", "A network card"),
  id: id("Names the part in nodes", "connectx-7"),
  name: text("As people call it", "ConnectX-7 400G"),
  rate: figure("Rate of one direction", "linkSpeed"),
  price: figure("Price of one, bought apart", "money", "1599 USD"),
  power: figure("Power of one", "power", "25 W"),
};

const opticProperties: Properties = {
  kind: tag("optic", "A transceiver, or a cable with its ends"),
  id: id("Names the part in the catalog", "dr8-800-100"),
  name: text("As people call it", "MMS4X00-NS 800G 2xDR4"),
  rate: figure("Rate of one direction", "linkSpeed"),
  reach: figure("Longest cable", "length", "100 m"),
  price: figure("Price of one", "money", "1200 USD"),
  powerPerEnd: figure("Power of one end", "power", "16 W"),
};

const priced = ["price", "power"];
const whole = [...priced, "prices", "conflicts"];

/** In place, inside a cluster: only what the simulation needs is required. */
export const switchBody = group("A switch", switchProperties, [
  "kind",
  "id",
  "name",
  "latency",
  ...priced,
]);

export const linkBody = group("A link", linkProperties, ["kind", "id", "name", ...priced]);

export const networkPart = file(
  "network-part",
  "A switch, a link with both its ends, a network card, or a transceiver",
  oneOf(
    "A switch, a link, a network card or a transceiver",
    "kind",
    group("A switch", { ...switchProperties, ...market }, whole),
    group("A link", { ...linkProperties, ...market }, whole),
    group("A network card", { ...nicProperties, ...market }, whole),
    group("A transceiver or cable", { ...opticProperties, ...market }, [
      ...["rate", "reach", "price", "powerPerEnd", "prices", "conflicts"],
    ]),
  ),
);
