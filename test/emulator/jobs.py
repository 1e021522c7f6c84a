"""Mends of jobs: their ids, their locations, their configuration, and uploads."""

import gzip
import json
import re
import tempfile
from email.message import Message
from typing import Annotated
from uuid import uuid4

from bqemulator.api.dependencies import AppContext, get_caller, get_context
from bqemulator.api.routes import jobs
from bqemulator.domain.errors import (
    AlreadyExistsError,
    DomainError,
    InvalidQueryError,
    ResourceRef,
    UnsupportedFeatureError,
    ValidationError,
    resource_not_found,
)
from bqemulator.row_access.identity import CallerIdentity
from bqemulator.scripting.parser import parse_script
from fastapi import APIRouter, Depends, Request

import loads

Context = Annotated[AppContext, Depends(get_context)]
Caller = Annotated[CallerIdentity, Depends(get_caller)]

router = APIRouter()
references = {}  # The job references by project and job id; the emulator has no place for a location.


def claim(project_id, body, ctx):
    """BigQuery runs an id once: later inserts are 409 `duplicate`, whatever became of the job. The emulator runs a
    query again under the same id, and gives a load an id of its own."""
    given = body.get("jobReference", {})
    job_id = given.get("jobId") or f"job_{uuid4().hex}"
    location = given.get("location") or "US"
    if re.fullmatch(r"[A-Za-z0-9_-]{1,1024}", job_id) is None:
        raise ValidationError(f'Invalid job ID "{job_id}".')
    if ctx.catalog.get_job(project_id, job_id) is not None:
        raise AlreadyExistsError(f"Already Exists: Job {project_id}:{location}.{job_id}")
    return {"projectId": project_id, "jobId": job_id, "location": location}


def keep(answer, reference, ctx):
    """BigQuery returns reference, labels and the rest of the configuration whenever it is asked for the job. The
    emulator keeps the SQL of them."""
    key = (reference["projectId"], reference["jobId"])
    job = ctx.catalog.get_job(*key)
    ctx.catalog.upsert_job(job.model_copy(update={"configuration": answer["configuration"]}))
    references[key] = reference
    return located(answer, reference)


def located(answer, reference):
    job = f"{reference['projectId']}:{reference['location']}.{reference['jobId']}"
    return {**answer, "id": job, "jobReference": reference}


@router.post("/bigquery/v2/projects/{project_id}/jobs")
async def insert_job(project_id: str, request: Request, ctx: Context, caller: Caller):
    """BigQuery runs nothing in a dry run. The emulator runs the statements of a script."""
    body = await request.json()
    configuration = body["configuration"]
    if configuration.get("dryRun") and len(parse_script(configuration["query"]["query"]).statements) > 1:
        raise UnsupportedFeatureError("The emulator would run the script instead of checking it")
    reference = claim(project_id, body, ctx)
    body["jobReference"] = reference
    return keep(await jobs.insert_job(project_id, request, ctx, caller), reference, ctx)


@router.post("/bigquery/v2/projects/{project_id}/queries")
async def query(project_id: str, request: Request, ctx: Context, caller: Caller):
    """BigQuery answers 400 when a query without a job of its own fails. The emulator answers 200 and no rows."""
    answer = await jobs.query(project_id, request, ctx, caller)
    for error in answer.get("errors", []):
        raise InvalidQueryError(error["message"])
    return answer


@router.get("/bigquery/v2/projects/{project_id}/jobs/{job_id}")
async def get_job(project_id: str, job_id: str, ctx: Context, location: str | None = None):
    """BigQuery finds a job only where it ran. The emulator takes every place for US."""
    reference = references.get((project_id, job_id))
    if reference is None or location not in (None, reference["location"]):
        raise resource_not_found(ResourceRef("job", project_id, resource_id=job_id))
    return located(jobs.get_job(project_id, job_id, ctx), reference)


@router.post("/upload/bigquery/v2/projects/{project_id}/jobs")
async def upload(project_id: str, request: Request, ctx: Context, uploadType: str):
    if uploadType != "multipart":
        raise UnsupportedFeatureError("Only multipart uploads are mended; the emulator's own ignore the job's id")
    body, media = split(request.headers["content-type"], await request.body())
    reference = claim(project_id, body, ctx)
    job = await run_load(reference, body["configuration"], media, ctx)
    ctx.catalog.upsert_job(job)
    answer = jobs._build_job_response(project_id, reference["jobId"], job, body["configuration"])
    return keep(answer, reference, ctx)


def split(content_type, body):
    """The job and the media. The emulator's parser is one for e-mail: slow, and it changes the ends of lines."""
    header = Message()
    header["content-type"] = content_type
    boundary = b"--" + header.get_boundary().encode()
    _, job, media = body.split(boundary, 2)
    media = media[: media.rindex(b"\r\n" + boundary + b"--")]
    return json.loads(job.partition(b"\r\n\r\n")[2]), media.partition(b"\r\n\r\n")[2]


async def run_load(reference, configuration, media, ctx):
    """BigQuery inflates gzip, and reports a row that it cannot load as the job's error. The emulator inflates
    nothing."""
    project_id, job_id = reference["projectId"], reference["jobId"]
    try:
        with tempfile.NamedTemporaryFile(suffix=".load") as file:
            file.write(gzip.decompress(media) if media.startswith(b"\x1f\x8b") else media)
            file.flush()
            load = {**configuration["load"], "sourceUris": [f"file://{file.name}"]}
            return await loads.load(project_id, job_id, {**configuration, "load": load}, ctx)
    except DomainError:
        raise
    except Exception as error:
        message = f"Error while reading data, error message: {error}"
        failed = {"reason": "invalid", "message": message}
        return jobs._failed_job_meta(project_id, job_id, "LOAD", configuration, failed, ctx.clock.now())
