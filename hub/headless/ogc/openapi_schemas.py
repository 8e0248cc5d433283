"""The schemas of the standard's 1.0 that this API answers with, in OpenAPI 3.0's keywords."""

from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
OBJECT: Json = {"type": "object"}
TIME: Json = {"type": "string", "format": "date-time"}
STATUSES = ["accepted", "running", "successful", "failed", "dismissed"]


def ref(name: str) -> Json:
    """A schema of `components`."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: list[str] | None = None, /, **properties: Json) -> Json:
    said = {"type": "object", "properties": properties}
    return {**said, "required": required} if required else said


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _map(values: Json) -> Json:
    return {"type": "object", "additionalProperties": values}


ABOUT = {"title": TEXT, "description": TEXT, "keywords": _list(TEXT)}
LINKS = _list(ref("link"))
SUMMARY = {
    **ABOUT,
    "id": TEXT,
    "version": TEXT,
    "jobControlOptions": _list({"type": "string", "enum": ["sync-execute", "async-execute", "dismiss"]}),
    "outputTransmission": _list({"type": "string", "enum": ["value", "reference"]}),
    "mutable": {"type": "boolean"},
    "links": LINKS,
}

SCHEMAS: dict[str, Json] = {
    "link": _object(["href"], href=TEXT, rel=TEXT, type=TEXT, hreflang=TEXT, title=TEXT),
    "exception": {
        **_object(
            ["type"],
            type=TEXT,
            title=TEXT,
            status={"type": "integer"},
            detail=TEXT,
            instance=TEXT,
            where=TEXT,
        ),
        "additionalProperties": True,
    },
    "landingPage": _object(["links"], title=TEXT, description=TEXT, links=LINKS),
    "confClasses": _object(["conformsTo"], conformsTo=_list(TEXT)),
    "callbackKey": _object(["key"], key=TEXT),
    "processSummary": _object(["id", "version"], **SUMMARY),
    "processList": _object(["processes", "links"], processes=_list(ref("processSummary")), links=LINKS),
    "inputDescription": _object(
        ["schema"],
        **ABOUT,
        schema=OBJECT,
        minOccurs={"type": "integer"},
        maxOccurs={"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["unbounded"]}]},
    ),
    "outputDescription": _object(["schema"], **ABOUT, schema=OBJECT),
    "process": _object(
        ["id", "version"],
        **SUMMARY,
        inputs=_map(ref("inputDescription")),
        outputs=_map(ref("outputDescription")),
    ),
    "statusCode": {"type": "string", "enum": STATUSES},
    "statusInfo": _object(
        ["jobID", "processID", "status", "type"],
        processID=TEXT,
        type={"type": "string", "enum": ["process"]},
        jobID=TEXT,
        status=ref("statusCode"),
        message=TEXT,
        created=TIME,
        started=TIME,
        finished=TIME,
        updated=TIME,
        progress={"type": "integer", "minimum": 0, "maximum": 100},
        polarhub=OBJECT,
        links=LINKS,
    ),
    "jobList": _object(["jobs", "links"], jobs=_list(ref("statusInfo")), links=LINKS),
    "fileList": _object(["files", "links"], files=_list(ref("link")), links=LINKS),
    "format": _object(
        mediaType=TEXT, encoding=TEXT, schema={"anyOf": [{"type": "string", "format": "uri"}, OBJECT]}
    ),
    "bbox": _object(
        ["bbox"],
        bbox={**_list({"type": "number"}), "minItems": 4, "maxItems": 6},
        crs={"type": "string", "format": "uri"},
    ),
    "inputValueNoObject": {
        "anyOf": [TEXT, {"type": "number"}, {"type": "boolean"}, _list({}), ref("bbox")],
    },
    "inputValue": {"anyOf": [ref("inputValueNoObject"), OBJECT]},
    "qualifiedInputValue": {
        "allOf": [ref("format"), _object(["value"], value=ref("inputValue"))],
    },
    "inlineOrRefData": {"anyOf": [ref("inputValueNoObject"), ref("qualifiedInputValue"), ref("link")]},
    "results": _map(ref("inlineOrRefData")),
    "output": {
        **_object(format=ref("format"), transmissionMode={"type": "string", "enum": ["value", "reference"]}),
        "additionalProperties": False,
    },
    "subscriber": {
        **_object(
            ["successUri"],
            successUri={"type": "string", "format": "uri"},
            inProgressUri={"type": "string", "format": "uri"},
            failedUri={"type": "string", "format": "uri"},
        ),
        "additionalProperties": False,
    },
    "execute": {
        **_object(
            inputs=_map({"anyOf": [ref("inlineOrRefData"), _list(ref("inlineOrRefData"))]}),
            outputs=_map(ref("output")),
            response={"type": "string", "enum": ["raw", "document"], "default": "raw"},
            subscriber=ref("subscriber"),
        ),
        "additionalProperties": False,
    },
    "ogcapppkg": _object(
        ["executionUnit"],
        processDescription=_object(
            ["id"],
            id={"type": "string", "description": "your name and a colon may stand before it: `ada:sea-ice`"},
            **ABOUT,
            inputs=_map(ref("inputDescription")),
            outputs=_map(ref("outputDescription")),
        ),
        executionUnit={
            "description": "The notebook: {type: notebook, value: the .ipynb}, or {href: its address}; "
            "`definition` may hold what a processor.json holds",
            "anyOf": [ref("executionUnit"), {**_list(ref("executionUnit")), "minItems": 1, "maxItems": 1}],
        },
    ),
    "executionUnit": _object(
        type={"type": "string", "enum": ["notebook", "application/x-ipynb+json"]},
        value=OBJECT,
        href=TEXT,
        definition=OBJECT,
    ),
}
