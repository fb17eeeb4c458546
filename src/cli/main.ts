/** The entry of the command line. `--version` is answered before anything else loads. */
import { VERSION } from "../base/version.ts";

const words = process.argv.slice(2);
if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { run } = await import("./run.ts");
  process.exitCode = await run(words);
}
