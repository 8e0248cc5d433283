"""Who asks: by token or by cookie, and what a cookie alone may not do."""

from collections.abc import Iterator

import httpx
import pytest

from hub.api.sign_in import FLOW, SESSION, local_path, xsrf_word
from tests.headless.service import OGC, Place, place

RUN = f"{OGC}/processes/echo/execution"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A running api."""
    with place(tmp_path_factory.mktemp("sign-in")) as running:
        yield running


@pytest.fixture
def browser(here: Place) -> Iterator[httpx.Client]:
    """Somebody with a session and without a token in a header."""
    cookies = {SESSION: "token-ada"}
    with httpx.Client(base_url=here.address, cookies=cookies, timeout=20, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example/", "//evil.example/services/api/", "/hub/home", "/services/api", "javascript:x",
        "\\\\evil.example/services/api/", "/\\evil.example", "", "/services/api/\nSet-Cookie: x",
        "http:/services/api/", "/services/api/../../hub/logout",
    ],
)  # fmt: skip
def test_one_comes_back_to_a_page_of_this_service_only(given: str) -> None:
    assert local_path(given) == f"{OGC}/"


def test_one_comes_back_to_where_one_was() -> None:
    assert (
        local_path("/services/api/ogc/jobs?status=failed&f=html")
        == "/services/api/ogc/jobs?status=failed&f=html"
    )


def test_whoever_is_not_signed_in_is_sent_to_do_so(here: Place) -> None:
    with httpx.Client(base_url=here.address, trust_env=False) as nobody:
        page = nobody.get(f"{OGC}/jobs?status=failed", headers=HTML)
        assert page.status_code == 302
        assert (
            page.headers["location"]
            == "/services/api/sign-in?next=%2Fservices%2Fapi%2Fogc%2Fjobs%3Fstatus%3Dfailed"
        )
        assert nobody.get(f"{OGC}/jobs").status_code == 401, "a program is told"
        assert nobody.post(RUN, headers=HTML).status_code == 401, "and so is who would change something"


def test_a_session_reads_by_navigation(browser: httpx.Client) -> None:
    page = browser.get(f"{OGC}/processes/echo", headers={**HTML, "Sec-Fetch-Mode": "navigate"})
    assert page.status_code == 200 and xsrf_word("token-ada") in page.text
    assert page.headers["cache-control"] == "no-store", "the word stands in it"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin"])
def test_a_script_does_not_read_by_the_cookie_alone(browser: httpx.Client, mode: str) -> None:
    assert browser.get(f"{OGC}/jobs", headers={"Sec-Fetch-Mode": mode}).status_code == 403
    word = {"Sec-Fetch-Mode": mode, "X-XSRFToken": xsrf_word("token-ada")}
    assert browser.get(f"{OGC}/jobs", headers=word).status_code == 200


def test_nothing_is_changed_by_the_cookie_alone(browser: httpx.Client) -> None:
    form = {"inputs.message": "m"}
    for word in ("", "wrong", xsrf_word("token-ben"), "ä"):
        assert browser.post(RUN, data={**form, "_xsrf": word}).status_code == 403, word
    assert browser.post(RUN, json={"inputs": {"message": "m"}}).status_code == 403
    assert browser.delete(f"{OGC}/jobs/x").status_code == 403
    accepted = browser.post(RUN, data={**form, "_xsrf": xsrf_word("token-ada")})
    assert accepted.status_code == 303 and f"{OGC}/jobs/" in accepted.headers["location"]


def test_a_token_needs_no_word_and_wins_over_the_cookie(browser: httpx.Client) -> None:
    ben = {"Authorization": "token token-ben", "Prefer": "respond-async"}
    accepted = browser.post(RUN, json={"inputs": {"message": "m"}}, headers=ben)
    assert accepted.status_code == 201
    assert browser.get(accepted.headers["location"]).status_code == 404, "it is ben's, not ada's"


def test_coming_back_counts_only_in_the_browser_that_left(here: Place) -> None:
    with httpx.Client(base_url=here.address, trust_env=False) as client:
        for cookie in ("", "other.verifier.%2F"):
            client.cookies.set(FLOW, cookie)
            answer = client.get("/services/api/oauth_callback?state=made-up&code=stolen")
            assert answer.status_code == 400 and SESSION not in answer.cookies


def test_a_session_that_has_run_out_is_told(here: Place) -> None:
    with httpx.Client(base_url=here.address, cookies={SESSION: "gone"}, trust_env=False) as client:
        assert client.get(f"{OGC}/jobs", headers=HTML).status_code == 302
        assert client.get(f"{OGC}/jobs").status_code == 401
