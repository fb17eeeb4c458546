/** topologies/sites/*.yaml: where a cluster stands. */
import type { Properties } from "./schema.ts";
import { figure, file, group, id, plainFigure, text } from "./schema.ts";

const properties: Properties = {
  id: id("Names the site in clusters", "us-average"),
  name: text("As people call it", "United States, average"),
  energyPrice: figure("Price of electricity", "energyPrice"),
  country: text("Where its electricity is made", "United States"),
  carbon: figure("CO2 equivalent emitted for electricity", "carbonIntensity"),
  pue: plainFigure("Facility power over IT power", 1.25, { minimum: 1, maximum: 10 }),
  loadShare: plainFigure("Share of full power drawn on average while training", 0.75, {
    exclusiveMinimum: 0,
    maximum: 1,
  }),
  life: { ...figure("Years over which capital is spread", "duration", "5 year") },
};

const needed = Object.fromEntries(
  Object.entries(properties).filter(([key]) => key !== "country" && key !== "carbon"),
);

/** In place, inside a cluster: what a training run's cost needs. */
export const siteBody = group("A site", needed);

/** Without a price of electricity, the buyer's own is needed: none is guessed. */
const whole = group("A site", properties, ["country", "carbon", "energyPrice"]);

export const site = file("site", "Energy price, overhead and life of what stands there", whole);
