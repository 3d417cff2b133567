"""grpclib with its own health service, as an upstream. Argument: the port, 0 for a free one."""

import asyncio
import sys

from grpclib.const import Cardinality, Handler
from grpclib.health.check import ServiceStatus
from grpclib.health.service import OVERALL, Health
from grpclib.server import Server

from commands import SERVICE, obey

VALUES = {"SERVING": True, "NOT_SERVING": False, "UNKNOWN": None}


class Cart:
    """A service with one method that nobody calls: grpclib reads a service's name off its methods."""

    def __mapping__(self):
        return {f"/{SERVICE}/Get": Handler(self.get, Cardinality.UNARY_UNARY, None, None)}

    async def get(self, stream):
        raise NotImplementedError


async def main() -> None:
    overall, cart = ServiceStatus(), ServiceStatus()
    checks = {"": overall, SERVICE: cart}
    for check in checks.values():
        check.set(True)
    server = Server([Health({OVERALL: [overall], Cart(): [cart]})])
    await server.start("127.0.0.1", int(sys.argv[1]))

    async def set_status(service: str, status: str) -> None:
        checks[service].set(VALUES[status])

    await obey(server._server.sockets[0].getsockname()[1], set_status)
    server.close()


asyncio.run(main())
