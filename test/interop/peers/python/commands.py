"""How a peer is told what to say of itself."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

# What every peer has, SERVING, when it starts.
SERVICE = "acme.Cart"


async def obey(port: int, set_status: Callable[[str, str], Awaitable[None]]) -> None:
    """Print the port, then read lines `STATUS service` and answer each with `ok`, until stdin closes."""
    print(port, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        status, _, service = line.rstrip("\n").partition(" ")
        await set_status(service, status)
        print("ok", flush=True)
