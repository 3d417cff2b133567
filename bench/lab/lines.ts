import { createInterface } from "node:readline";
import process from "node:process";

/** The other end of `child.ts`: what the parent writes, line by line, until the parent is gone. */
export async function* messages(): AsyncGenerator<unknown> {
  for await (const line of createInterface(process.stdin)) yield JSON.parse(line);
}

/** One line of JSON to the parent. */
export function say(message: unknown): void {
  console.log(JSON.stringify(message));
}
