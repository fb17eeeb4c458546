/** topologies/parts/{switches,links}/*.yaml: what a fabric is built from. */
import type { Properties } from "./schema.ts";
import { count, figure, file, group, id, oneOf, tag, text } from "./schema.ts";

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

/** In place, inside a cluster: only what the simulation needs is required. */
export const switchBody = group("A switch", switchProperties, [
  "kind",
  "id",
  "name",
  "latency",
  "price",
  "power",
]);

export const linkBody = group("A link", linkProperties, ["kind", "id", "name", "price", "power"]);

export const networkPart = file(
  "network-part",
  "A switch, or a link with both its ends",
  oneOf(
    "A switch or a link",
    "kind",
    group("A switch", switchProperties, ["price", "power"]),
    group("A link", linkProperties, ["price", "power"]),
  ),
);
