"""grpcio-health-checking on grpc.aio, as Jina runs it, as an upstream. Argument: the port, 0 for a free one."""

import asyncio
import sys

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from commands import SERVICE, obey


async def main() -> None:
    servicer = health.aio.HealthServicer()
    await servicer.set(SERVICE, health_pb2.HealthCheckResponse.SERVING)
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
    await server.start()

    async def set_status(service: str, status: str) -> None:
        await servicer.set(service, health_pb2.HealthCheckResponse.ServingStatus.Value(status))

    await obey(port, set_status)
    await server.stop(grace=None)


asyncio.run(main())
