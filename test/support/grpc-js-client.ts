import {
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";

/** What a call ended with. */
export interface Ended {
  /** The gRPC status code. */
  readonly code: number;
  /** Its message; `""` when there is none. */
  readonly details: string;
  readonly trailers: Metadata;
}

/** How one call is made. */
export interface CallMade {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** A client by other hands, on one connection of its own. */
export interface GrpcJsClient extends Disposable {
  /** Make a call of one message; never rejects. */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { readonly input: I; readonly output: O },
    message: MessageInitShape<I>,
    made?: CallMade,
  ): GrpcJsCall<O>;
  /** Make a call that takes these messages, and then ends its side. */
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { readonly input: I; readonly output: O },
    messages: readonly MessageInitShape<I>[],
  ): GrpcJsCall<O>;
}

/** A call that has begun. */
export interface GrpcJsCall<O extends DescMessage> {
  /** All messages so far, in order. */
  readonly messages: readonly MessageShape<O>[];
  readonly ended: Promise<Ended>;
  cancel(): void;
}

/** Connect to a port of 127.0.0.1, in plaintext unless told otherwise. */
export function grpcJsClient(
  port: number,
  channel: ChannelCredentials = credentials.createInsecure(),
  options: ChannelOptions = {},
): GrpcJsClient {
  // Channels of the same address would share connections.
  const client = new Client(`localhost:${port}`, channel, { "grpc.use_local_subchannel_pool": 1, ...options });

  function begin<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { readonly input: I; readonly output: O },
    sent: readonly MessageInitShape<I>[],
    { metadata = {}, deadlineMs }: CallMade = {},
  ): GrpcJsCall<O> {
    const fields = new Metadata();
    for (const [name, value] of Object.entries(metadata)) fields.set(name, value);
    const path = `/${method.parent.typeName}/${method.name}`;
    const made: CallOptions = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
    const call = client.makeBidiStreamRequest<MessageInitShape<I>, MessageShape<O>>(
      path,
      (message) => Buffer.from(toBinary(method.input, create(method.input, message))),
      (bytes) => fromBinary(method.output, bytes),
      fields,
      made,
    );
    const messages: MessageShape<O>[] = [];
    call.on("data", (message) => messages.push(message));
    // The status tells all that an error does.
    call.on("error", (_error: ServiceError) => {});
    const ended = new Promise<Ended>((resolve) => {
      call.on("status", ({ code, details, metadata }) => resolve({ code, details, trailers: metadata }));
    });
    for (const message of sent) call.write(message);
    call.end();
    return { messages, ended, cancel: () => call.cancel() };
  }

  return {
    call: (method, message, made) => begin(method, [message], made),
    stream: (method, messages) => begin(method, messages),
    [Symbol.dispose]: () => client.close(),
  };
}
