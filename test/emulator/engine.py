"""Mends of the engine: no network, one request at a time, REQUIRED columns, and errors of scripts as answers."""

from functools import partial

import fastapi.routing
import uvicorn
from bqemulator.catalog.memory_repository import MemoryCatalogRepository
from bqemulator.jobs import executor
from bqemulator.scripting.exceptions import ScriptRaise
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.storage.sql_identifiers import quoted_table_ref

run_script = executor._run_script
create_table = MemoryCatalogRepository.create_table
apply_pragmas = DuckDBEngine._apply_session_pragmas


def mend():
    DuckDBEngine._apply_session_pragmas = apply_pragmas_offline
    DuckDBEngine._load_spatial = lambda self: None
    fastapi.routing.run_in_threadpool = run_here
    MemoryCatalogRepository.create_table = create_table_with_required
    executor._run_script = run_script_to_an_answer
    # Google keeps idle connections for minutes. The emulator closes them after 5 s, perhaps when the next request is on
    # its way, and the client does not repeat an upload.
    uvicorn.Config = partial(uvicorn.Config, timeout_keep_alive=3600)


def apply_pragmas_offline(self):
    """BigQuery needs nothing. The emulator fetches DuckDB's spatial and avro extensions when it starts, and ends
    without a network; DuckDB itself would fetch whatever a query names. Neither is needed: no geography, no Avro."""
    apply_pragmas(self)
    self.execute("SET autoinstall_known_extensions = false")


async def run_here(call, *args, **kwargs):
    """BigQuery isolates readers from writers. The emulator has one DuckDB connection, and reads it from other threads
    in the middle of a transaction. On the event loop alone, requests follow one another."""
    return call(*args, **kwargs)


def create_table_with_required(self, table):
    """BigQuery refuses null in a REQUIRED column, loaded or by SQL. The emulator only writes the mode down."""
    if table.table_type == "TABLE":
        target = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
        for field in table.schema_.fields:
            if field.mode == "REQUIRED":
                self._engine.execute(f'ALTER TABLE {target} ALTER COLUMN "{field.name}" SET NOT NULL')
    return create_table(self, table)


async def run_script_to_an_answer(interpreter, source, ctx):
    """BigQuery reports RAISE as the job's error, with reason invalidQuery. The emulator answers HTTP 500."""
    try:
        return await run_script(interpreter, source, ctx)
    except ScriptRaise as raised:
        raised.error.location = "query"
        raise raised.error from raised
