import { startOnDeno } from "../support/rollcall-deno.ts";
import { nativeTeller } from "../support/tellers.ts";
import { toldSuite } from "./suite/told.ts";

toldSuite("Deno, native gRPC", startOnDeno, ({ grpc }) => [nativeTeller(Number(new URL(`http://${grpc}`).port))]);
