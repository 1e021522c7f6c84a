"""Mends of load jobs: all or nothing, and only rows that fit."""

import json
import re

from bqemulator.api.routes import jobs as job_routes
from bqemulator.jobs import executor

execute_load_job = executor.execute_load_job

INT64 = range(-(2**63), 2**63)
DIGITS = re.compile(r"[+-]?\d+")
DATE = re.compile(r"(?!0000)\d{4}-\d{1,2}-\d{1,2}")
TIMESTAMP = re.compile(DATE.pattern + r"[T ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d{1,6})?( ?UTC|Z|[+-]\d{1,2}:\d{2})?")


def mend():
    job_routes.execute_load_job = load
    for name in ("NEWLINE_DELIMITED_JSON", "JSON"):
        executor._LOAD_FORMAT_HANDLERS[name] = load_json


async def load(project_id, job_id, config, ctx):
    """BigQuery loads all or nothing, and a failed job leaves the table as it was, or absent; outputRows counts what
    this job loaded. The emulator empties or makes the table first, and counts all its rows."""
    spec = config["load"]
    target = spec["destinationTable"]
    table = (target.get("projectId", project_id), target["datasetId"], target["tableId"])
    before = ctx.catalog.get_table(*table)
    old_rows = rows_of(table, ctx) if before and spec.get("writeDisposition") != "WRITE_TRUNCATE" else 0
    ctx.engine.execute("BEGIN TRANSACTION")
    try:
        job = await execute_load_job(project_id, job_id, config, ctx)
        loaded = rows_of(table, ctx) - old_rows
        ctx.engine.execute("COMMIT")
    except BaseException:
        ctx.engine.execute("ROLLBACK")
        if before is None:
            ctx.catalog.delete_table(*table, not_found_ok=True)
        else:
            ctx.catalog.update_table(before)
        raise
    return job.model_copy(update={"statistics": {"load": {"outputRows": str(loaded)}}})


def rows_of(table, ctx):
    return ctx.engine.execute(f"SELECT count(*) FROM {executor.quoted_table_ref(*table)}").fetchone()[0]


def load_json(path, target, ctx):
    """BigQuery refuses a row with a field that the table has not, without a REQUIRED one, or with a value that does
    not fit its type. The emulator drops the field, puts null, and rounds 1.5 to 2."""
    columns = [row[:3] for row in ctx.engine.execute(f"DESCRIBE {target}").fetchall()]
    with open(path, encoding="utf8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                check_row(json.loads(line), columns, number)
    names = ", ".join(f'"{name}"' for name, _, _ in columns)
    values = ", ".join(value_of(name, kind) for name, kind, _ in columns)
    types = ", ".join(f"\"{name}\": 'JSON'" for name, _, _ in columns)
    ctx.engine.execute(
        f"INSERT INTO {target} ({names}) SELECT {values} FROM read_json(?, format = 'newline_delimited', "
        f"columns = {{{types}}}, maximum_object_size = 104857600)",
        [path],
    )


def value_of(name, kind):
    if kind == "JSON":
        return f'"{name}"'
    if kind.endswith("[]") or kind.startswith("STRUCT"):
        return f'CAST("{name}" AS {kind})'
    return f"CAST(\"{name}\" ->> '$' AS {kind})"


def check_row(row, columns, number):
    if not isinstance(row, dict):
        raise ValueError(f"Row {number}: not an object")
    for name in row.keys() - {name for name, _, _ in columns}:
        raise ValueError(f"Row {number}: No such field: {name}.")
    for name, kind, nullable in columns:
        value = row.get(name)
        if value is None and nullable == "NO":
            raise ValueError(f"Row {number}: Missing required field: {name}.")
        if value is not None and not fits(value, kind):
            raise ValueError(f"Row {number}: Could not convert value to {kind}. Field: {name}; Value: {value}")


def fits(value, kind):
    """Whether BigQuery takes the value of NDJSON for a column of the DuckDB type; what it casts is left to DuckDB."""
    if kind == "BIGINT":
        number = int(value) if isinstance(value, str) and DIGITS.fullmatch(value) else value
        return type(number) is int and number in INT64
    if kind == "DOUBLE":
        return type(value) in (int, float, str)
    if kind == "BOOLEAN":
        return isinstance(value, bool) or str(value).lower() in ("true", "false")
    if kind == "VARCHAR":
        return not isinstance(value, (dict, list))
    if kind == "DATE":
        return isinstance(value, str) and DATE.fullmatch(value) is not None
    if kind == "TIMESTAMP WITH TIME ZONE":
        return isinstance(value, str) and TIMESTAMP.fullmatch(value) is not None
    return True
