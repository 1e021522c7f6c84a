"""Mends of SQL: characters that are written by their code, members of JSON objects, and views of views."""

import re

from bqemulator.api.routes import jobs as job_routes
from bqemulator.jobs import executor
from bqemulator.sql import inner_query, rules
from sqlglot import exp

execute_query_job = executor.execute_query_job

CODE = re.compile(r"\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|.)", re.DOTALL)
ESCAPED = {"\n": r"\n", "\r": r"\r", "\\": r"\\", "'": r"\'"}


def mend():
    executor.execute_query_job = job_routes.execute_query_job = execute_query_with_characters
    rules.register(Member)
    executor._translator._rules.append(Member())
    # BigQuery applies policies of row access to what a view reads. The emulator does so by putting the texts of views in
    # place of their names, which takes it minutes where views read views. There is no such policy here.
    inner_query.rewrite_for_row_access = lambda bq_sql, *args, **kwargs: bq_sql


async def execute_query_with_characters(project_id, job_id, sql, *args, **kwargs):
    r"""BigQuery takes \u and \U in a string for the character of that code. The emulator takes them as they stand."""
    return await execute_query_job(project_id, job_id, CODE.sub(character, sql), *args, **kwargs)


def character(match):
    code = match.group(1) or match.group(2)
    if code is None:
        return match.group()
    return ESCAPED.get(chr(int(code, 16)), chr(int(code, 16)))


class Member(rules.TranslationRule):
    """BigQuery takes any text in `json['…']` for a name. DuckDB takes one that begins with `$` or `/` for a path, so it gets a
    path that begins with `/`."""

    name = "JSON_MEMBER"

    def applies_to(self, node):
        return isinstance(node, exp.Bracket) and len(node.expressions) == 1 and node.expressions[0].is_string

    def rewrite(self, node):
        pointer = "/" + node.expressions[0].this.replace("~", "~0").replace("/", "~1")
        return exp.Anonymous(this="json_extract", expressions=[node.this.copy(), exp.Literal.string(pointer)])
