import { messages, say } from "../lab/lines.ts";
import { type Case, type CaseSize, runCase } from "./cases.ts";

/** Run the cases that come in line by line, and say what came of each. */
for await (const message of messages()) {
  const { case: given, size } = message as { case: Case; size: CaseSize };
  say(await runCase(given, size));
}
