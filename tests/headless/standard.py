"""OGC API Processes 1.0 (18-062r2) as schemas, written down from its text, and which answer must fit which.

`oneOf` of the standard's value schemas is `anyOf` here: it lists number beside integer and string beside
base64, so that no whole number and no string could ever fit exactly one of them.
"""

import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

Json = dict[str, Any]
ERRORS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


LINK: Json = {
    "type": "object",
    "required": ["href"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "hreflang", "title")},
}
LINKS: Json = {"type": "array", "items": LINK}
EXCEPTION: Json = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}
LANDING: Json = {
    "type": "object",
    "required": ["links"],
    "properties": {"title": {"type": "string"}, "description": {"type": "string"}, "links": LINKS},
}
CLASSES: Json = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
}
METADATA: Json = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("title", "role", "href")},
}
DESCRIPTION: Json = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "description": {"type": "string"},
        "keywords": {"type": "array", "items": {"type": "string"}},
        "metadata": {"type": "array", "items": METADATA},
        "additionalParameters": {"allOf": [METADATA, {"properties": {"parameters": {"type": "array"}}}]},
    },
}
SUMMARY: Json = {
    "allOf": [
        DESCRIPTION,
        {
            "type": "object",
            "required": ["id", "version"],
            "properties": {
                "id": {"type": "string"},
                "version": {"type": "string"},
                "jobControlOptions": {
                    "type": "array",
                    "items": {"enum": ["sync-execute", "async-execute", "dismiss"]},
                },
                "outputTransmission": {"type": "array", "items": {"enum": ["value", "reference"]}},
                "links": LINKS,
            },
        },
    ]
}
PROCESS_LIST: Json = {
    "type": "object",
    "required": ["processes", "links"],
    "properties": {"processes": {"type": "array", "items": SUMMARY}, "links": LINKS},
}
COUNT: Json = {"type": "integer", "minimum": 0}
FLAG: Json = {"type": "boolean"}
NUMBER: Json = {"type": "number"}
TEXT: Json = {"type": "string"}
SOME: Json = {"type": "array", "items": {"$ref": "#/$defs/schema"}}
# OpenAPI 3.0's part of JSON Schema: a boolean exclusiveMinimum, nullable, one type, nothing else
SCHEMA: Json = {
    "oneOf": [
        {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string"}}},
        {
            "type": "object",
            "not": {"required": ["$ref"]},
            "additionalProperties": False,
            "properties": {
                "title": TEXT,
                "multipleOf": {"type": "number", "exclusiveMinimum": 0},
                "maximum": NUMBER,
                "exclusiveMaximum": FLAG,
                "minimum": NUMBER,
                "exclusiveMinimum": FLAG,
                "maxLength": COUNT,
                "minLength": COUNT,
                "pattern": {"type": "string", "format": "regex"},
                "maxItems": COUNT,
                "minItems": COUNT,
                "uniqueItems": FLAG,
                "maxProperties": COUNT,
                "minProperties": COUNT,
                "required": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
                "enum": {"type": "array", "minItems": 1},
                "type": {"enum": ["array", "boolean", "integer", "number", "object", "string"]},
                "not": {"$ref": "#/$defs/schema"},
                "allOf": SOME,
                "oneOf": SOME,
                "anyOf": SOME,
                "items": {"$ref": "#/$defs/schema"},
                "properties": {"type": "object", "additionalProperties": {"$ref": "#/$defs/schema"}},
                "additionalProperties": {"anyOf": [{"$ref": "#/$defs/schema"}, FLAG]},
                "description": TEXT,
                "format": TEXT,
                "default": {},
                "nullable": FLAG,
                "readOnly": FLAG,
                "writeOnly": FLAG,
                "example": {},
                "deprecated": FLAG,
                "contentMediaType": TEXT,
                "contentEncoding": TEXT,
                "contentSchema": TEXT,
            },
        },
    ]
}
OCCURS: Json = {"anyOf": [{"type": "integer"}, {"enum": ["unbounded"]}]}
INPUT: Json = {
    "allOf": [
        DESCRIPTION,
        {
            "required": ["schema"],
            "properties": {
                "minOccurs": {"type": "integer"},
                "maxOccurs": OCCURS,
                "schema": {"$ref": "#/$defs/schema"},
            },
        },
    ]
}
OUTPUT: Json = {
    "allOf": [DESCRIPTION, {"required": ["schema"], "properties": {"schema": {"$ref": "#/$defs/schema"}}}]
}
PROCESS: Json = {
    "allOf": [
        SUMMARY,
        {
            "properties": {
                "inputs": {"type": "object", "additionalProperties": INPUT},
                "outputs": {"type": "object", "additionalProperties": OUTPUT},
            }
        },
    ]
}
TIME: Json = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
STATUS: Json = {
    "type": "object",
    "required": ["jobID", "status", "type", "processID"],  # the last by the class `job-list`
    "properties": {
        "processID": TEXT,
        "type": {"enum": ["process"]},
        "jobID": TEXT,
        "status": {"enum": ["accepted", "running", "successful", "failed", "dismissed"]},
        "message": TEXT,
        "created": TIME,
        "started": TIME,
        "finished": TIME,
        "updated": TIME,
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "links": LINKS,
    },
}
JOB_LIST: Json = {
    "type": "object",
    "required": ["jobs", "links"],
    "properties": {"jobs": {"type": "array", "items": STATUS}, "links": LINKS},
}
BOX: Json = {
    "type": "object",
    "required": ["bbox"],
    "properties": {
        "bbox": {
            "type": "array",
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "items": NUMBER,
        },
        "crs": {"type": "string", "format": "uri"},
    },
}
NO_OBJECT: Json = {"anyOf": [TEXT, NUMBER, FLAG, {"type": "array"}, BOX]}
FORMAT: Json = {
    "type": "object",
    "properties": {"mediaType": TEXT, "encoding": TEXT, "schema": {"type": ["string", "object"]}},
}
QUALIFIED: Json = {
    "allOf": [
        FORMAT,
        {"required": ["value"], "properties": {"value": {"anyOf": [NO_OBJECT, {"type": "object"}]}}},
    ]
}
INLINE_OR_REFERENCE: Json = {"anyOf": [NO_OBJECT, QUALIFIED, LINK]}
RESULTS: Json = {"type": "object", "additionalProperties": INLINE_OR_REFERENCE}
EXECUTE: Json = {
    "type": "object",
    "properties": {
        "inputs": {
            "type": "object",
            "additionalProperties": {
                "anyOf": [INLINE_OR_REFERENCE, {"type": "array", "items": INLINE_OR_REFERENCE}]
            },
        },
        "outputs": {
            "type": "object",
            "additionalProperties": {
                "properties": {"format": FORMAT, "transmissionMode": {"enum": ["value", "reference"]}}
            },
        },
        "response": {"enum": ["raw", "document"]},
        "subscriber": {
            "type": "object",
            "properties": dict.fromkeys(("successUri", "inProgressUri", "failedUri"), TEXT),
        },
    },
}

# method, path below the landing page, good status -> what the body must be; None: no JSON of the standard's
GOOD: list[tuple[str, str, int, Json | None]] = [
    ("GET", r"/", 200, LANDING),
    ("GET", r"/conformance", 200, CLASSES),
    ("GET", r"/api", 200, None),
    ("GET", r"/callback-key", 200, None),
    ("GET", r"/processes", 200, PROCESS_LIST),
    ("POST", r"/processes", 201, SUMMARY),
    ("GET", r"/processes/[^/]+", 200, PROCESS),
    ("PUT", r"/processes/[^/]+", 200, SUMMARY),
    ("DELETE", r"/processes/[^/]+", 204, None),
    ("POST", r"/processes/[^/]+/execution", 200, None),  # raw, or a document: tests hold it to RESULTS
    ("POST", r"/processes/[^/]+/execution", 201, STATUS),
    ("POST", r"/processes/[^/]+/execution", 204, None),
    ("GET", r"/jobs", 200, JOB_LIST),
    ("GET", r"/jobs/[^/]+", 200, STATUS),
    ("DELETE", r"/jobs/[^/]+", 200, STATUS),
    ("GET", r"/jobs/[^/]+/results", 200, None),
    ("GET", r"/jobs/[^/]+/results", 204, None),
    ("GET", r"/jobs/[^/]+/results/[^/]+", 200, None),
    ("GET", r"/jobs/[^/]+/request", 200, EXECUTE),
    ("GET", r"/jobs/[^/]+/(log|events|notebook|files)", 200, None),
    ("GET", r"/jobs/[^/]+/files/.+", 200, None),
    ("GET", r"/jobs/[^/]+/crate\.zip", 200, None),
]


def fits(document: Any, schema: Json) -> None:
    """Raises AssertionError with the place where a document does not fit."""
    try:
        Draft202012Validator({**schema, "$defs": {"schema": SCHEMA}}).validate(document)
    except ValidationError as error:
        raise AssertionError(f"{error.json_path}: {error.message[:500]}") from None
    assert _nulls(document) == [], "the standard has no nulls"


def _nulls(document: Any, place: str = "$") -> list[str]:
    if isinstance(document, dict):
        return [
            p
            for name, part in document.items()
            if name not in ("default", "enum", "example", "value")
            for p in _nulls(part, f"{place}.{name}")
        ]
    if isinstance(document, list):
        return [p for index, part in enumerate(document) for p in _nulls(part, f"{place}.{index}")]
    return [place] if document is None else []


def check(answer: httpx.Response) -> None:
    """Holds an answer of the API to the standard, whatever it is. Raises AssertionError."""
    path = answer.request.url.path.partition("/services/api/ogc")[2]
    if answer.status_code >= 400:
        answer.read()
        assert answer.headers["content-type"] in ("application/problem+json", "application/json"), answer.text
        document = answer.json()
        fits(document, EXCEPTION)
        assert document["status"] == answer.status_code and document["detail"], document

        return
    if answer.headers.get("content-type", "").startswith(("text/html", "text/event-stream")):
        return
    for method, pattern, status, schema in GOOD:
        same = (method, status) == (answer.request.method, answer.status_code)
        if same and re.fullmatch(pattern, path):
            if schema is not None:
                answer.read()
                assert answer.headers["content-type"] == "application/json"
                fits(answer.json(), schema)
            return
    raise AssertionError(f"the standard has no {answer.status_code} for {answer.request.method} {path}")
