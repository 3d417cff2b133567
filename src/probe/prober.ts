import type { ProbeOutcome } from "../core/observation.ts";
import { isDiscovered, type Protocol, type Target } from "../core/registry.ts";
import type { Authority, Clock, ProbeOptions, Prober } from "../ports.ts";
import { askConnect } from "./connect.ts";
import { discover } from "./discover.ts";
import { askGrpc } from "./grpc.ts";
import { askGrpcWeb } from "./grpc-web.ts";
import { createGrpcClient } from "./grpc/client.ts";
import { CHECK } from "./health-method.ts";
import { askHttp } from "./http.ts";
import { askJina } from "./jina.ts";
import { withCleanMessage } from "./message.ts";
import { negotiate } from "./negotiate.ts";
import type { Network } from "./network.ts";
import { thrownVerdict } from "./thrown.ts";
import { createToldReader, type ToldLog } from "./told.ts";
import type { Verdict } from "./verdict.ts";
import type { Asking, Way } from "./way.ts";

/** What a prober asks with. */
export interface ProberOptions {
  readonly clock: Clock;
  readonly network: Network;
  /** Where upstreams tell their status that are not asked; without it, nothing is learned of them. */
  readonly authority?: Authority;
  /** Told when the authority begins to fail, and when it is back; default nobody. */
  readonly log?: (entry: ToldLog) => void;
  /** Makes the client of native gRPC; default {@link createGrpcClient}. */
  readonly openGrpc?: typeof createGrpcClient;
}

/**
 * Create the prober over a platform's network.
 *
 * Whatever is thrown becomes an outcome. Redirects are not followed, what is not read of an answer is cancelled, and
 * messages are cleaned of the header values that were sent.
 */
export function createProber(options: ProberOptions): Prober {
  const { clock, network, authority, log = () => {}, openGrpc = createGrpcClient } = options;
  const beginTold = createToldReader({ clock, authority, log });
  const openClient = () => openGrpc({ ...network, clock });
  const kept = network.keepsConnections ? openClient() : undefined;
  return {
    begin(hops) {
      const grpc = kept ?? openClient();
      const readTold = beginTold();
      return {
        async probe(target, options) {
          const { protocol } = target.upstream;
          if (protocol === "push" || protocol === "satellite") {
            return await readTold(target, protocol, options.timeoutMs);
          }
          const startedMs = clock.nowMs();
          const isFresh = options.attempt > 0 || options.known.isFailing;
          const verdict = await ask({ target, protocol, hops, network, grpc, clock, isFresh, ...options });
          return outcomeOf(verdict, target, Math.max(0, Math.round(clock.nowMs() - startedMs)));
        },
        end: () => {
          if (kept === undefined) grpc.close();
        },
      };
    },
  };
}

const WAYS: Readonly<Record<Protocol, Way>> = {
  "grpc-web": askGrpcWeb,
  connect: askConnect,
  grpc: askGrpc,
  http: askHttp,
  jina: askJina,
};

interface Probe extends ProbeOptions, Asking {
  readonly protocol: Protocol | "auto";
  readonly clock: Clock;
}

async function ask(probe: Probe): Promise<Verdict> {
  const { protocol } = probe;
  const askIn = (protocol: Protocol, signal: AbortSignal) => askWith(WAYS[protocol], { ...probe, signal });
  if (protocol !== "auto") return await askIn(protocol, probe.signal);
  return await negotiate({ ...probe, ask: askIn });
}

async function askWith(way: Way, probe: Probe): Promise<Verdict> {
  const { target, known, signal } = probe;
  try {
    if (!isDiscovered(target.upstream)) return await way(probe, CHECK);
    return await discover(way, probe, { hasNoList: known.hasNoList === true, pay: probe.pay });
  } catch (error) {
    return thrownVerdict(error, signal.aborted);
  }
}

function outcomeOf({ isFramed: _, ...verdict }: Verdict, target: Target, latencyMs: number): ProbeOutcome {
  const cleaned = withCleanMessage(verdict, target.upstream.headers);
  return cleaned.kind === "not-attempted" ? cleaned : { ...cleaned, latencyMs };
}
