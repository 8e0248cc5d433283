"""Processes as the standard lists, describes and runs them."""

import base64
import email
from typing import Any

import httpx
import pytest

from hub.headless.ogc import names
from tests.fakes.serving import served
from tests.headless.service import Place
from tests.headless.standard import RESULTS, fits

ASYNC = {"Prefer": "respond-async"}
PIXEL = base64.b64encode(b"\x89PNG not really").decode()
BOX = {"bbox": [170, 65, -170, 72], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
RUN = "/processes/echo/execution"


def links(document: dict[str, Any]) -> dict[str, str]:
    """Relation -> address; the last of several."""
    return {link["rel"]: link["href"] for link in document["links"]}


def test_every_link_of_the_landing_page_leads_somewhere(here: Place, ada: httpx.Client) -> None:
    found = links(ada.get("/").json())
    assert {"self", "service-desc", names.CONFORMANCE, names.PROCESSES, names.JOB_LIST} <= set(found)
    for href in found.values():
        assert href.startswith(here.address), "from the address that the client used"
        assert ada.get(href).status_code == 200, href


def test_links_begin_with_the_address_that_the_client_used(ada: httpx.Client) -> None:
    headers = {"X-Forwarded-Host": "hub.example.org", "X-Forwarded-Proto": "https"}
    for href in links(ada.get("/", headers=headers).json()).values():
        assert href.startswith("https://hub.example.org/services/api/ogc/")


def test_it_says_what_it_conforms_to(ada: httpx.Client) -> None:
    classes = ada.get("/conformance").json()["conformsTo"]
    for name in (
        "core",
        "ogc-process-description",
        "json",
        "html",
        "oas30",
        "job-list",
        "callback",
        "dismiss",
    ):
        assert f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" in classes


def test_processes_come_in_pages(ada: httpx.Client) -> None:
    everything = [p["id"] for p in ada.get("/processes?limit=1000").json()["processes"]]
    assert "echo" in everything
    seen, address = [], "/processes?limit=1"
    while address:
        page = ada.get(address).json()
        assert len(page["processes"]) <= 1
        seen += [p["id"] for p in page["processes"]]
        address = links(page).get("next", "")
    assert seen == everything


def test_echo_is_described_as_the_test_suite_of_the_standard_wants_it(ada: httpx.Client) -> None:
    echo = ada.get("/processes/echo").json()
    first, *_ = echo["inputs"]
    assert echo["inputs"][first]["schema"] == {"type": "string"} and echo["inputs"][first]["minOccurs"] == 1
    assert echo["inputs"]["pause"]["schema"]["type"] == "integer"
    assert "bbox" in echo["inputs"]["box"]["schema"]["properties"]
    assert [s["type"] for s in echo["inputs"]["note"]["schema"]["oneOf"]] == ["string", "object"]
    assert echo["inputs"]["image"]["schema"]["contentEncoding"] in ("base64", "binary")
    assert set(echo["outputs"]) == set(echo["inputs"]), "an output of the same name for each"
    assert set(echo["jobControlOptions"]) == {"sync-execute", "async-execute", "dismiss"}


INPUTS: list[tuple[str, Any, Any]] = [
    ("message", "plain", "plain"),
    ("message", {"value": "qualified", "mediaType": "text/plain"}, "qualified"),
    ("numbers", [1, 2, 3], [1, 2, 3]),
    ("numbers", {"value": [4]}, [4]),
    ("box", BOX, BOX),
    ("box", {"value": BOX}, BOX),
    ("box", {"bbox": [0, 1, 2, 3, 4, 5]}, {"bbox": [0, 1, 2, 3, 4, 5]}),
    ("box", {"bbox": [3e8, 3e8, 3e8, 3e8], "crs": "urn:ogc:def:crs:EPSG:6.6:4326"}, None),
    ("image", PIXEL, {"value": PIXEL, "encoding": "base64", "mediaType": "image/png"}),
    ("image", {"value": PIXEL, "encoding": "base64", "mediaType": "image/png"}, None),
    ("image", {"value": PIXEL, "format": {"mediaType": "image/png", "encoding": "base64"}}, None),
    ("note", "text", "text"),
    ("note", {"value": "text"}, "text"),
    ("note", {"value": {"a": [1, None]}}, {"value": {"a": [1, None]}, "mediaType": "application/json"}),
    ("note", {"b": 2}, {"value": {"b": 2}, "mediaType": "application/json"}),
    ("pause", 0, 0),
]


@pytest.mark.parametrize(("name", "given", "wanted"), INPUTS, ids=lambda v: str(v)[:40])
def test_every_kind_of_input_comes_back(ada: httpx.Client, name: str, given: Any, wanted: Any) -> None:
    asked = {"inputs": {"message": "m", name: given}, "outputs": {name: {}}, "response": "document"}
    answer = ada.post(RUN, json=asked)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), RESULTS)
    if wanted is not None:
        assert answer.json() == {name: wanted}


REFERENCE = {"transmissionMode": "x"}
FORM = {"format": {"mediaType": "a/b"}}
WRONG: list[tuple[Any, str]] = [
    ({"inputs": {}}, "inputs.message"),
    ({"inputs": {"message": 5}}, "inputs.message"),
    ({"inputs": {"message": "m", "pause": 1.5}}, "inputs.pause"),
    ({"inputs": {"message": "m", "pause": 601}}, "inputs.pause"),
    ({"inputs": {"message": "m", "pause": True}}, "inputs.pause"),
    ({"inputs": {"message": "m", "numbers": [1, "x"]}}, "inputs.numbers.1"),
    ({"inputs": {"message": "m", "box": {"bbox": [1, 2, 3]}}}, "inputs.box"),
    ({"inputs": {"message": "m", "image": "not base64!"}}, "inputs.image"),
    ({"inputs": {"message": "m", "image": {"value": PIXEL, "mediaType": "a/b"}}}, "inputs.image.mediaType"),
    ({"inputs": {"message": "m", "image": {"value": PIXEL, "encoding": "gzip"}}}, "inputs.image.encoding"),
    ({"inputs": {"message": "m", "typo": 1}}, "inputs.typo"),
    ({"inputs": {"message": "m", "image": {"href": "file:///etc/passwd"}}}, "inputs.image"),
    ({"inputs": {"message": "m", "image": {"href": "http://a:b@example.org/"}}}, "inputs.image"),
    ({"inputs": []}, "inputs"),
    ({"inputs": {"message": "m"}, "outputs": {"typo": {}}}, "outputs.typo"),
    ({"inputs": {"message": "m"}, "outputs": []}, "outputs"),
    ({"inputs": {"message": "m"}, "outputs": {"message": REFERENCE}}, "outputs.message.transmissionMode"),
    ({"inputs": {"message": "m"}, "outputs": {"message": FORM}}, "outputs.message.format"),
    ({"inputs": {"message": "m"}, "response": "all"}, "response"),
    ({"inputs": {"message": "m"}, "subscriber": {"successUri": "ftp://x"}}, "subscriber.successUri"),
    ({"inputs": {"message": "m"}, "subscriber": {"failedUri": "http://ice"}}, "subscriber.successUri"),
    ({"input": {"message": "m"}}, "input"),
    ([], "body"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "where"), WRONG, ids=lambda v: str(v)[:60])
def test_bad_input_is_400_and_names_its_place(ada: httpx.Client, asked: Any, where: str) -> None:
    answer = ada.post(RUN, json=asked)
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "InvalidParameterValue" and answer.json()["where"].startswith(where)


def test_what_is_no_json_is_said(ada: httpx.Client) -> None:
    for body in (b"{", b'{"inputs": NaN}', b"\xff", b"[" * 100_000):
        answer = ada.post(RUN, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, body[:20]
    assert ada.post(RUN, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert ada.post(RUN, json={"inputs": {"message": "x" * 26_000_000}}).status_code == 413


def test_one_raw_value_comes_bare(ada: httpx.Client) -> None:
    one = ada.post(RUN, json={"inputs": {"message": "m", "numbers": [7]}, "outputs": {"numbers": {}}})
    assert (one.headers["content-type"], one.json()) == ("application/json", [7])
    assert "link" not in one.headers, "the test suite of the standard cannot read one"
    assert ada.get(one.headers["content-location"]).json() == [7], "the same, to be read again"
    image = ada.post(RUN, json={"inputs": {"message": "m", "image": PIXEL}, "outputs": {"image": {}}})
    assert (image.headers["content-type"], image.content) == ("image/png", base64.b64decode(PIXEL))


def parts_of(answer: httpx.Response) -> dict[str, Any]:
    """The parts of a multipart answer by their Content-ID."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content)
    assert message.is_multipart() and message.get_content_type() == "multipart/related"
    found = message.get_payload()
    assert isinstance(found, list)
    return {str(part["Content-ID"]): part for part in found}


def test_several_raw_values_are_parts(ada: httpx.Client) -> None:
    asked = {"inputs": {"message": "m", "image": PIXEL}, "outputs": {"message": {}, "image": {}, "pause": {}}}
    found = parts_of(ada.post(RUN, json=asked))
    assert list(found) == ["message", "image", "pause"]
    assert found["message"].get_payload() == '"m"' and found["image"].get_content_type() == "image/png"
    assert found["image"].get_payload(decode=True) == base64.b64decode(PIXEL)


def test_values_and_references_mix(ada: httpx.Client) -> None:
    by_reference = {"transmissionMode": "reference"}
    asked = {"inputs": {"message": "m", "pause": 0}, "outputs": {"message": by_reference, "pause": {}}}
    found = parts_of(ada.post(RUN, json=asked))
    assert found["message"].get_payload() == ""
    assert ada.get(found["message"]["Content-Location"]).json() == "m"
    document = ada.post(RUN, json={**asked, "response": "document"}).json()
    assert document["pause"] == 0 and ada.get(document["message"]["href"]).json() == "m"
    asked["outputs"] = {"message": by_reference, "pause": by_reference}
    behind = ada.post(RUN, json=asked)
    assert behind.status_code == 204 and behind.content == b""
    addresses = [one.partition(">")[0].strip(" <") for one in behind.headers.get_list("link", True)]
    assert [ada.get(address).json() for address in addresses] == ["m", 0]


def test_all_outputs_are_meant_where_none_is_named(ada: httpx.Client) -> None:
    document = ada.post(RUN, json={"inputs": {"message": "m"}, "response": "document"}).json()
    assert document == {"message": "m", "pause": 0}, "what was not given does not come back"
    assert ada.post(RUN, json={"inputs": {"message": "m"}, "outputs": {}}).status_code == 204


def test_the_client_says_whether_it_waits(ada: httpx.Client, ben: httpx.Client) -> None:
    asked = {"inputs": {"message": "m"}, "response": "document"}
    accepted = ada.post(RUN, json=asked, headers=ASYNC)
    assert accepted.status_code == 201 and accepted.headers["preference-applied"] == "respond-async"
    assert ada.get(accepted.headers["location"]).json()["jobID"] == accepted.json()["jobID"]
    waited = ada.post(RUN, json=asked, headers={"Prefer": "respond-async, wait=5"})
    assert waited.status_code == 200 and waited.headers["preference-applied"] == "respond-async, wait=5"
    tired = ben.post(RUN, json=asked, headers={"Prefer": "wait=1"})
    assert tired.status_code == 201 and tired.json()["status"] == "accepted"
    assert tired.headers["preference-applied"] == "wait=1" and ben.get(tired.headers["location"]).is_success


def test_inputs_come_by_reference(ada: httpx.Client) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, kind = {
            "/text": (b"from afar", b"text/plain"),
            "/numbers": (b"[5, 6]", b"application/json"),
            "/image": (base64.b64decode(PIXEL), b"image/png"),
            "/object": (b'{"far": true}', b"application/json"),
        }.get(scope.get("path", ""), (b"", b"text/plain"))
        if scope["type"] == "http":
            status = 200 if body else 404
            await send(
                {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]}
            )
            await send({"type": "http.response.body", "body": body})

    with served(app) as there:
        inputs = {
            "message": {"href": f"{there}/text"},
            "numbers": {"href": f"{there}/numbers", "type": "application/json"},
            "image": {"href": f"{there}/image", "rel": "item"},
            "note": {"href": f"{there}/object"},
        }
        found = ada.post(RUN, json={"inputs": inputs, "response": "document"}).json()
        assert found["message"] == "from afar" and found["numbers"] == [5, 6]
        assert found["image"]["value"] == PIXEL and found["note"]["value"] == {"far": True}
        missing = ada.post(RUN, json={"inputs": {"message": {"href": f"{there}/none"}}})
        assert missing.status_code == 400 and missing.json()["where"] == "inputs.message"
    wrong = ada.post(RUN, json={"inputs": {"message": {"href": there}}})
    assert wrong.status_code == 400 and "cannot be reached" in wrong.json()["detail"]


def test_there_is_no_such_process(ada: httpx.Client) -> None:
    for answer in (ada.get("/processes/nobody:none"), ada.post("/processes/none/execution", json={})):
        assert answer.status_code == 404 and answer.json()["type"] == names.NO_SUCH_PROCESS


def test_errors_have_the_type_that_the_client_reads(here: Place, ada: httpx.Client) -> None:
    assert ada.get("/jobs/x").headers["content-type"] == "application/problem+json"
    plain = ada.get("/jobs/x", headers={"Accept": "application/json"})
    assert plain.headers["content-type"] == "application/json", "the standard's test suite asks for this"
    assert ada.get("/nothing").status_code == 404 and ada.patch("/jobs").status_code == 405
    with httpx.Client(base_url=str(ada.base_url), trust_env=False) as nobody:
        assert nobody.get("/processes").status_code == 401
        assert nobody.get("/processes", headers={"Authorization": "token wrong"}).status_code == 401
