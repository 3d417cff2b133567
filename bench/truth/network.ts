import { type Behaviour, createLife } from "./truth.ts";
import type { NetworkQuality, World } from "./world.ts";

/** What comes of one question: an answer after a while, or silence for ever. */
export type Fate =
  | { readonly kind: "silence" }
  | { readonly kind: "reply"; readonly reply: "serving" | "not-serving" | "refused"; readonly latencyMs: number };

/** Ask an upstream from a place at a time. */
export type Ask = (upstream: number, place: number, nowMs: number) => Fate;

/** The network of a world; what is lost and what is slow is drawn anew for each question. */
export function createNetwork({ lives, network }: World, random: () => number): Ask {
  return (upstream, place, nowMs) => {
    if (isCutOff(network, place, nowMs)) return SILENCE;
    const life = lives[upstream] ?? CANARY;
    const { behaviour, fromMs, untilMs } = life.at(nowMs);
    const decay = behaviour === "dying" ? (nowMs - fromMs) / (untilMs - fromMs) : 0;
    // Lost on its way, or in a server that is about to die.
    if (random() < network.lossShare + DYING_LOSS * decay) return SILENCE;
    const latencyMs = Math.ceil(latency(network, random) * (1 + DYING_FACTOR * decay * decay));
    return replyOf(life.at(nowMs + latencyMs).behaviour, latencyMs);
  };
}

/** Whether a place reaches nothing at all at this time, upstreams and canaries alike. */
export function isCutOff({ blackouts }: NetworkQuality, place: number, nowMs: number): boolean {
  return blackouts.some((blackout) => blackout.place === place && blackout.fromMs <= nowMs && nowMs < blackout.untilMs);
}

/** Beyond the last upstream there is the canary: somebody else's server, which always serves. */
const CANARY = createLife(0, Infinity, []);

const SILENCE: Fate = { kind: "silence" };

/** Just before it hangs, a dying server loses this share of questions, and takes so much longer for the others. */
const DYING_LOSS = 0.6;
const DYING_FACTOR = 60;

/** Answers of healthy servers: median and spread of a lognormal distribution, in milliseconds. */
const LATENCY = { medianMs: 40, sigma: 0.5 };

function latency({ tailShare }: NetworkQuality, random: () => number): number {
  if (random() < tailShare) return 500 + 3_500 * random();
  return LATENCY.medianMs * Math.exp(LATENCY.sigma * normal(random));
}

/** Normally distributed around 0. Source: Box and Muller, 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What a server in this state does with a question that has come in. */
function replyOf(behaviour: Behaviour, latencyMs: number): Fate {
  return behaviour === "hanging" ? SILENCE : { kind: "reply", reply: REPLY[behaviour], latencyMs };
}

const REPLY = {
  serving: "serving",
  dying: "serving",
  "not-serving": "not-serving",
  refusing: "refused",
} as const satisfies Record<Exclude<Behaviour, "hanging">, string>;
