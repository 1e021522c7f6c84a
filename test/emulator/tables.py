"""Mends of table patches: etags are minded, and a changed schema changes the table. Of views. And of ALTER TABLE."""

from typing import Annotated
from uuid import uuid4

import sqlglot
from bqemulator.api.dependencies import AppContext, get_context
from bqemulator.api.routes import tables
from bqemulator.catalog import ddl_sync
from bqemulator.catalog.etag import generate_etag
from bqemulator.catalog.models import TableSchema
from bqemulator.domain.errors import (
    DomainError,
    ResourceRef,
    ValidationError,
    resource_already_exists,
    resource_not_found,
)
from bqemulator.jobs import executor
from bqemulator.storage.sql_identifiers import quoted_table_ref
from bqemulator.storage.type_map import bq_schema_to_duckdb_columns
from fastapi import APIRouter, Depends, Request, Response

router = APIRouter()

sync_dropped_object = executor.sync_dropped_object

SAME_TYPE = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD"}


def mend():
    executor.sync_dropped_object = sync_changed_object


def sync_changed_object(sql, project_id, ctx):
    """BigQuery shows what ALTER TABLE did in the table's schema. The emulator knows only of CREATE and DROP."""
    sync_dropped_object(sql, project_id, ctx)
    if not sql.lstrip().upper().startswith("ALTER TABLE"):
        return
    target = sqlglot.parse_one(sql, read="bigquery").find(sqlglot.exp.Table)
    names = ddl_sync._split_target(target, project_id)
    table = ctx.catalog.get_table(*names)
    known = {field.name: field for field in table.schema_.fields}
    found = ddl_sync._introspect_schema(*names, ctx).fields
    schema = TableSchema(fields=tuple(known.get(field.name, field) for field in found))
    etag = generate_etag(*names, "TABLE", str(ctx.clock.now()))
    ctx.catalog.update_table(table.model_copy(update={"schema_": schema, "etag": etag}))


class ConditionNotMet(DomainError):
    http_status = 412
    bq_reason = "conditionNotMet"
    grpc_status_name = "FAILED_PRECONDITION"


@router.api_route(
    "/bigquery/v2/projects/{project_id}/datasets/{dataset_id}/tables/{table_id}", methods=["PATCH", "PUT"]
)
async def change_table(
    project_id: str,
    dataset_id: str,
    table_id: str,
    request: Request,
    ctx: Annotated[AppContext, Depends(get_context)],
):
    """BigQuery refuses a patch whose If-Match is not the table's etag. The emulator does not look at it."""
    table = ctx.catalog.get_table(project_id, dataset_id, table_id)
    if table is None:
        raise resource_not_found(ResourceRef("table", project_id, dataset_id, table_id))
    if request.headers.get("if-match", table.etag) not in ("*", table.etag):
        raise ConditionNotMet("Precondition check failed.")
    body = await request.json()
    if "view" in body:
        await replace_view(project_id, dataset_id, table_id, body, ctx)
        return get_table(project_id, dataset_id, table_id, ctx)
    fields = body.get("schema", {}).get("fields", [])
    if fields and table.table_type == "TABLE":
        change_columns(table, fields, ctx)
    return await tables.patch_table(project_id, dataset_id, table_id, request, ctx)


def change_columns(table, fields, ctx):
    """BigQuery adds NULLABLE and REPEATED columns and relaxes REQUIRED ones, and refuses to drop or retype any. The
    emulator writes down whatever comes, and leaves the table as it is."""
    old = {field.name.lower(): tables._field_to_rest(field) for field in table.schema_.fields}
    new = {field["name"].lower(): field for field in fields}
    where = f"Provided Schema does not match Table {table.project_id}:{table.dataset_id}.{table.table_id}."
    if len(new) < len(fields):
        raise ValidationError(f"{where} A field is there twice")
    for name, field in old.items():
        if name not in new:
            raise ValidationError(f"{where} Field {field['name']} is missing in new schema")
        check_kept(field, new[name], where)
    added = [field for name, field in new.items() if name not in old]
    for field in added:
        if field.get("mode") == "REQUIRED":
            raise ValidationError(f"{where} Cannot add required fields to an existing schema. (field: {field['name']})")
    target = quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
    for name, kind in bq_schema_to_duckdb_columns(added):
        ctx.engine.execute(f'ALTER TABLE {target} ADD COLUMN "{name}" {kind}')
    for name, field in old.items():
        if field["mode"] == "REQUIRED" and mode_of(new[name]) == "NULLABLE":
            ctx.engine.execute(f'ALTER TABLE {target} ALTER COLUMN "{field["name"]}" DROP NOT NULL')


def check_kept(old, new, where):
    if type_of(old) != type_of(new):
        raise ValidationError(
            f"{where} Field {old['name']} has changed type from {type_of(old)} to {type_of(new)}"
        )
    if mode_of(old) != mode_of(new) and (mode_of(old), mode_of(new)) != ("REQUIRED", "NULLABLE"):
        raise ValidationError(f"{where} Field {old['name']} has changed mode from {mode_of(old)} to {mode_of(new)}")
    if len(old.get("fields", [])) != len(new.get("fields", [])):
        raise ValidationError(f"{where} Field {old['name']}: this emulator adds columns of tables, not of records")


def mode_of(field):
    return field.get("mode") or "NULLABLE"


def type_of(field):
    return SAME_TYPE.get(field["type"].upper(), field["type"].upper())


@router.post("/bigquery/v2/projects/{project_id}/datasets/{dataset_id}/tables")
async def insert_table(
    project_id: str, dataset_id: str, request: Request, ctx: Annotated[AppContext, Depends(get_context)]
):
    """BigQuery makes a view of a `view` block, and refuses a schema beside it. The emulator makes an empty table."""
    body = await request.json()
    if "view" not in body:
        return await tables.insert_table(project_id, dataset_id, request, ctx)
    if "schema" in body:
        raise ValidationError("Schema field shouldn't be used as input with a view")
    table_id = body["tableReference"]["tableId"]
    if ctx.catalog.get_table(project_id, dataset_id, table_id) is not None:
        raise resource_already_exists(ResourceRef("table", project_id, dataset_id, table_id))
    await replace_view(project_id, dataset_id, table_id, body, ctx)
    return get_table(project_id, dataset_id, table_id, ctx)


@router.get("/bigquery/v2/projects/{project_id}/datasets/{dataset_id}/tables/{table_id}")
def get_table(project_id: str, dataset_id: str, table_id: str, ctx: Annotated[AppContext, Depends(get_context)]):
    """BigQuery tells the query of a view, and how many rows a table has. The emulator does not."""
    answer = tables.get_table(project_id, dataset_id, table_id, ctx)
    table = ctx.catalog.get_table(project_id, dataset_id, table_id)
    if table is not None and table.table_type == "VIEW":
        answer["view"] = {"query": table.view_query, "useLegacySql": False}
    if table is not None and table.table_type == "TABLE":
        target = quoted_table_ref(project_id, dataset_id, table_id)
        answer["numRows"] = str(ctx.engine.execute(f"SELECT COUNT(*) FROM {target}").fetchone()[0])
    return answer


@router.delete("/bigquery/v2/projects/{project_id}/datasets/{dataset_id}/tables/{table_id}", status_code=204)
async def delete_table(
    project_id: str, dataset_id: str, table_id: str, ctx: Annotated[AppContext, Depends(get_context)]
):
    """BigQuery drops views as it drops tables. The emulator answers 500."""
    table = ctx.catalog.get_table(project_id, dataset_id, table_id)
    if table is None or table.table_type != "VIEW":
        return await tables.delete_table(project_id, dataset_id, table_id, ctx)
    ctx.engine.execute(f"DROP VIEW {quoted_table_ref(project_id, dataset_id, table_id)}")
    ctx.catalog.delete_table(project_id, dataset_id, table_id, not_found_ok=True)
    return Response(status_code=204)


async def replace_view(project_id, dataset_id, table_id, body, ctx):
    name = f"`{project_id}`.`{dataset_id}`.`{table_id}`"
    sql = f"CREATE OR REPLACE VIEW {name} AS {body['view']['query']}"
    await executor.execute_query_job(project_id, f"view_{uuid4().hex}", sql, None, ctx)
    table = ctx.catalog.get_table(project_id, dataset_id, table_id)
    changed = {"description": body.get("description"), "labels": body.get("labels", {})}
    ctx.catalog.update_table(table.model_copy(update={**changed, "view_query": body["view"]["query"]}))
