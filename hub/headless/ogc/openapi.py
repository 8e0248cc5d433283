"""The description of this API in OpenAPI 3.0: every operation, every answer, every status that there is."""

from typing import Any

from hub.headless.ogc import names
from hub.headless.ogc.openapi_schemas import SCHEMAS, ref

Json = dict[str, Any]
ANY: Json = {"*/*": {"schema": {}}}
WORDS = {
    400: "Something that was sent cannot be used; `where` names it.",
    401: "No token came, or one that does not open this service.",
    403: "This is not allowed to the user: a month's CPU-hours are spent, or the process is another's.",
    404: "There is no such thing, or it is another's, or not there yet.",
    409: "It does not fit what is there.",
    413: "The request is too large.",
    415: "The request has a media type that is not read here.",
    500: "The run failed, or something broke on our side.",
    503: "Something that is needed does not answer now.",
}


def openapi(base: str) -> Json:
    """The document, for the address that the client used."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "polarhub: OGC API - Processes",
            "version": "1.0.0",
            "description": "Notebooks as processes. A token of the hub opens it: `Authorization: token …`.",
        },
        "servers": [{"url": base}],
        "security": [{"token": []}, {"bearer": []}],
        "tags": [{"name": name} for name in ("about", "processes", "jobs", "results")],
        "paths": {**_about(), **_processes(), **_jobs(), **_results()},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`token …`: a token of JupyterHub with access:services!service=api",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


# -- the words of one operation
def _json(schema: Json, kind: str = names.JSON) -> Json:
    return {kind: {"schema": schema}, names.HTML: {"schema": {"type": "string"}}}


def _answers(good: dict[int, Json], *bad: int) -> Json:
    told = {names.PROBLEM: {"schema": ref("exception")}, **_json(ref("exception"))}
    errors = {status: {"description": WORDS[status], "content": told} for status in (401, 503, *bad)}
    return {str(status): said for status, said in sorted({**errors, **good}.items())}


def _operation(name: str, tag: str, summary: str, answers: Json, *parameters: Json, **more: Any) -> Json:
    said = {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": answers}
    return {**said, "parameters": list(parameters)} if parameters else said


def _query(name: str, schema: Json, description: str = "") -> Json:
    said: Json = {"name": name, "in": "query", "required": False, "schema": schema}
    if schema.get("type") == "array":
        said |= {"style": "form", "explode": False}
    return {**said, "description": description} if description else said


def _path(name: str, description: str, **schema: Any) -> Json:
    text = {"type": "string", "minLength": 1, **schema}
    return {"name": name, "in": "path", "required": True, "schema": text, "description": description}


def _list_of(**items: Any) -> Json:
    return {"type": "array", "items": items}


F = _query("f", {"type": "string", "enum": ["json", "html"]}, "the face of the answer, whatever Accept says")
LIMIT = _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10})
AFTER = _query("after", {"type": "string"}, "where the page begins: as a `next` link has it")
PROCESS, JOB = _path("processID", "id of a process"), _path("jobID", "id of a job")
PREFER = {
    "name": "Prefer",
    "in": "header",
    "schema": {"type": "string", "example": "respond-async, wait=10"},
    "description": "RFC 7240. Without it the answer waits; what takes too long turns asynchronous.",
}
SPAN = {"type": "integer", "minimum": 0, "maximum": 999999999}


def _read(
    name: str, tag: str, summary: str, schema: Json, *parameters: Json, bad: tuple[int, ...] = ()
) -> Json:
    good = {200: {"description": summary, "content": _json(schema)}}
    return {"get": _operation(name, tag, summary, _answers(good, 400, *bad), *parameters, F)}


def _about() -> Json:
    document = {names.OPENAPI: {"schema": {"type": "object"}}, names.HTML: {"schema": {"type": "string"}}}
    api = {200: {"description": "This description", "content": document}}
    return {
        "/": _read("getLandingPage", "about", "Where everything is", ref("landingPage")),
        "/conformance": _read("getConformance", "about", "What this conforms to", ref("confClasses")),
        "/api": {"get": _operation("getApi", "about", "This description", _answers(api, 400), F)},
        "/callback-key": {
            "get": _operation(
                "getCallbackKey",
                "about",
                "The key that your call-backs are signed with (Standard Webhooks)",
                _answers({200: {"description": "The key", "content": _json(ref("callbackKey"))}}, 400),
                F,
            )
        },
    }


def _processes() -> Json:
    package = {kind: {"schema": ref("ogcapppkg")} for kind in (names.JSON, "application/ogcapppkg+json")}
    made = {"description": "The process is there", "content": _json(ref("processSummary"))}
    located = {"Location": {"schema": {"type": "string"}, "description": "where the process is"}}
    body = {"requestBody": {"required": True, "content": package}}
    bad = (400, 403, 404, 409, 413, 415)
    return {
        "/processes": {
            **_read("getProcesses", "processes", "What you may run", ref("processList"), LIMIT, AFTER),
            "post": _operation(
                "deploy",
                "processes",
                "Publish a notebook",
                _answers({201: {**made, "headers": located}}, *bad),
                **body,
            ),
        },
        "/processes/{processID}": {
            "parameters": [PROCESS],
            **_read(
                "getProcessDescription",
                "processes",
                "Inputs and outputs of a process",
                ref("process"),
                bad=(404,),
            ),
            "put": _operation(
                "replace", "processes", "Publish a new version", _answers({200: made}, *bad), **body
            ),
            "delete": _operation(
                "undeploy",
                "processes",
                "Take a process off the list",
                _answers({204: {"description": "Done"}}, 403, 404),
            ),
        },
        "/processes/{processID}/execution": {
            "parameters": [PROCESS],
            "post": _operation("execute", "processes", "Run it", _executed(), PREFER, **_execute_body()),
        },
    }


def _execute_body() -> Json:
    callbacks = {
        name: {
            f"{{$request.body#/subscriber/{name}}}": {
                "post": {
                    "requestBody": {"content": {names.JSON: {"schema": ref(schema)}}},
                    "responses": {"2XX": {"description": "Heard; anything else is tried again later"}},
                }
            }
        }
        for name, schema in (
            ("successUri", "results"),
            ("inProgressUri", "statusInfo"),
            ("failedUri", "statusInfo"),
        )
    }
    content = {names.JSON: {"schema": ref("execute")}}
    return {"requestBody": {"required": True, "content": content}, "callbacks": callbacks}


def _executed() -> Json:
    applied = {"Preference-Applied": {"schema": {"type": "string"}}}
    place = {
        "Content-Location": {
            "schema": {"type": "string"},
            "description": "the same results, to be read again",
        }
    }
    location = {"Location": {"schema": {"type": "string"}, "description": "where the job is"}}
    link = {"Link": {"schema": {"type": "string"}, "description": "one for each output"}}
    many = {"multipart/related": {"schema": {"type": "string"}}}
    good: dict[int, Json] = {
        200: {
            "description": "The results",
            "headers": {**applied, **place},
            "content": {names.JSON: {"schema": {}}, **many, **ANY},
        },
        201: {
            "description": "The run was accepted; its job tells how it does",
            "headers": {**applied, **location},
            "content": {names.JSON: {"schema": ref("statusInfo")}},
        },
        204: {"description": "The results are behind the links", "headers": {**applied, **link}},
    }
    return _answers(good, 400, 403, 404, 413, 415, 500)


def _jobs() -> Json:
    filters = (
        _query("type", _list_of(type="string", enum=["process"])),
        _query("processID", _list_of(type="string")),
        _query("status", _list_of(**ref("statusCode"))),
        _query(
            "datetime", {"type": "string"}, "when they were accepted: a time, or start/end with `..` for open"
        ),
        _query("minDuration", SPAN, "seconds"),
        _query("maxDuration", SPAN, "seconds"),
    )
    ended = {200: {"description": "It is dismissed", "content": {names.JSON: {"schema": ref("statusInfo")}}}}
    one = _read("getStatus", "jobs", "How far a job is", ref("statusInfo"), bad=(404,))
    stream = {
        200: {"description": "statusInfo at each change", "content": {"text/event-stream": {"schema": {}}}}
    }
    asked = {200: {"description": "The execute request", "content": {names.JSON: {"schema": ref("execute")}}}}
    return {
        "/jobs": _read("getJobs", "jobs", "Your jobs, newest first", ref("jobList"), *filters, LIMIT, AFTER),
        "/jobs/{jobID}": {
            "parameters": [JOB],
            **one,
            "delete": _operation("dismiss", "jobs", "End a job", _answers(ended, 400, 404, 409)),
        },
        "/jobs/{jobID}/request": {
            "parameters": [JOB],
            "get": _operation("getRequest", "jobs", "What was asked", _answers(asked, 400, 404)),
        },
        "/jobs/{jobID}/events": {
            "parameters": [JOB],
            "get": _operation(
                "getEvents", "jobs", "How far it is, as it changes", _answers(stream, 400, 404)
            ),
        },
    }


def _results() -> Json:
    bare = {"description": "As it is", "content": ANY}
    all_of_it = {"description": "The results", "content": {names.JSON: {"schema": {}}, **ANY}}
    behind = {"description": "The results are behind the links of the header `Link`"}
    text = {"description": "Text", "content": {names.TEXT: {"schema": {"type": "string"}}}}
    crate = {"description": "RO-Crate metadata", "content": {"application/ld+json": {"schema": {}}}}
    page = {"description": "A page", "content": {names.HTML: {"schema": {"type": "string"}}}}
    only = _query("outputs", _list_of(type="string"), "only these")
    here = "/jobs/{jobID}"

    def got(
        name: str, summary: str, good: dict[int, Json], *parameters: Json, bad: tuple[int, ...] = ()
    ) -> Json:
        return {"get": _operation(name, "results", summary, _answers(good, 400, 404, *bad), JOB, *parameters)}

    return {
        f"{here}/results": got(
            "getResults", "The results", {200: all_of_it, 204: behind}, only, F, bad=(500,)
        ),
        f"{here}/results/{{outputID}}": got(
            "getResult", "One output", {200: bare}, _path("outputID", "name of an output"), F, bad=(500,)
        ),
        f"{here}/files": _read("getFiles", "results", "What the run left", ref("fileList"), JOB, bad=(404,)),
        f"{here}/files/ro-crate-metadata.json": got(
            "getProvenance", "Where the results come from", {200: crate}
        ),
        f"{here}/crate.zip": got("getCrate", "The run as a zip", {200: bare}),
        f"{here}/files/{{path}}": got("getFile", "One file", {200: bare}, _path("path", "path of a file")),
        f"{here}/log": got("getLog", "What it printed", {200: text}, F),
        f"{here}/notebook": got("getNotebook", "The notebook as it ran, for reading", {200: page}),
    }
