"""Starts bqemulator on free ports of this machine, in memory, mended where it differs from BigQuery in what loading
relies on. Says its port as a line of JSON, and ends when its standard input does, so that it never outlives who
started it. Each mend stands in a file of its own, beside what BigQuery does and what the emulator does.
"""

import asyncio
import json
import os
import sys
import threading

from bqemulator.config import LogFormat, LogLevel, Settings
from bqemulator.observability.logging_ import configure_logging

sys.stdout = sys.stderr  # For the log, which begins with the next imports. What is said to our starter is the port.
configure_logging(level=LogLevel.ERROR, fmt=LogFormat.CONSOLE)

import bqemulator.server

import engine
import jobs
import loads
import speed
import sql
import tables

create_app = bqemulator.server.create_app


def mended_app(context):
    """The emulator's app, whose routes come after ours: the first that fits answers."""
    app = create_app(context)
    theirs = list(app.router.routes)
    app.include_router(jobs.router)
    app.include_router(tables.router)
    ours = [route for route in app.router.routes if route not in theirs]
    app.router.routes[:] = ours + theirs
    return app


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)  # Everything is in memory: there is nothing to close.


async def serve():
    server = bqemulator.server.EmulatorServer(
        Settings(
            rest_port=0,
            grpc_port=0,
            enable_format_extensions=False,
            log_level=LogLevel.ERROR,
            log_format=LogFormat.CONSOLE,
        )
    )
    await server.start()
    print(json.dumps({"port": server.rest_port}), file=sys.__stdout__, flush=True)
    await asyncio.Event().wait()


engine.mend()
loads.mend()
tables.mend()
sql.mend()
speed.mend()
bqemulator.server.create_app = mended_app
threading.Thread(target=end_with_stdin, daemon=True).start()
asyncio.run(serve())
