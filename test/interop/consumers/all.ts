import { BUF_CURL } from "./buf.ts";
import type { Consumer } from "./consumer.ts";
import { CURL } from "./curl.ts";
import { ENVOY_CHECKER } from "./envoy.ts";
import { GRPC_HEALTH_PROBE, GRPCURL } from "./go-tools.ts";
import { GRPC_GO_CLIENT } from "./grpc-go.ts";
import { GRPC_JS_CLIENT } from "./grpc-js.ts";
import { JINA } from "./jina.ts";
import { KUBELET } from "./kubelet.ts";
import { BLACKBOX, PROMETHEUS } from "./prometheus.ts";
import { PROMETHEUS_CLIENT, PROMTOOL } from "./promtool.ts";

/** All, in the order of the table. */
export const CONSUMERS: readonly Consumer[] = [
  JINA,
  GRPC_HEALTH_PROBE,
  GRPCURL,
  BUF_CURL,
  GRPC_JS_CLIENT,
  GRPC_GO_CLIENT,
  KUBELET,
  ENVOY_CHECKER,
  BLACKBOX,
  PROMETHEUS,
  PROMTOOL,
  PROMETHEUS_CLIENT,
  CURL,
];
