"""The processes on offer: who sees which, versions that stay, bad definitions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from hub.errors import BadFile, BadInput, Conflict, NotFound
from hub.headless.processes import MOST, Processes
from hub.headless.tables import connect, jobs, versions, writing

A_JOB: dict[str, Any] = {"id": "a", "owner": "ada", "inputs": {}, "wanted": {}, "response": "document"}
A_JOB |= {
    "profile": "small",
    "time_limit": 60,
    "attempts_allowed": 1,
    "origin": "api",
    "created": 0,
    "updated": 0,
}


def a_notebook(code: str = "days = 3  # how many days", **metadata: Any) -> dict[str, Any]:
    """A notebook whose first cell holds the parameters, with outputs of an earlier run."""
    cell = {
        "id": "a",
        "cell_type": "code",
        "metadata": {"tags": ["parameters"]},
        "source": code,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
        "execution_count": 7,
    }
    return {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    engine = connect(f"sqlite:///{tmp_path}/jobs.sqlite")
    yield engine
    engine.dispose()


@pytest.fixture
def processes(engine: Engine, tmp_path: Path) -> Processes:
    """Nothing built in."""
    return Processes(engine, tmp_path / "notebooks")


def ids(processes: Processes, user: str, *groups: str) -> list[str]:
    return [process.id for process in processes.visible(user, groups)]


def test_a_notebook_becomes_a_process_of_its_owner(processes: Processes) -> None:
    published = processes.publish("ada", "thaw", a_notebook())
    assert published.id == "ada:thaw"
    assert published.describe()["inputs"]["days"]["schema"] == {"type": "integer", "default": 3}
    assert ids(processes, "ada") == ["ada:thaw"]
    assert ids(processes, "bob") == []
    with pytest.raises(NotFound):
        processes.get("bob", "ada:thaw")


def test_what_an_earlier_run_left_in_it_is_not_published(processes: Processes) -> None:
    cell = processes.publish("ada", "thaw", a_notebook()).notebook()["cells"][0]
    assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_the_same_content_is_the_same_version(processes: Processes) -> None:
    first = processes.publish("ada", "thaw", a_notebook())
    assert processes.publish("ada", "thaw", json.dumps(a_notebook())).version == first.version
    second = processes.publish("ada", "thaw", a_notebook("days = 4"))
    assert second.version != first.version
    assert processes.get("ada", "ada:thaw").version == second.version
    assert processes.get("ada", "ada:thaw", first.version).definition.inputs["days"].default == 3


def test_inputs_and_outputs_keep_the_order_of_their_author(processes: Processes) -> None:
    definition = {"title": "t", "inputs": {"z": {}, "a": {}}, "outputs": {"y": {}, "b": {}}}
    described = processes.publish("ada", "thaw", a_notebook(), definition).describe()
    assert (list(described["inputs"]), list(described["outputs"])) == (["z", "a"], ["y", "b"])


def test_a_job_keeps_the_version_that_it_ran(processes: Processes) -> None:
    ran = processes.publish("ada", "thaw", a_notebook())
    processes.publish("ada", "thaw", a_notebook("days = 4"))
    processes.remove("ada", "thaw")
    assert ids(processes, "ada") == []
    assert processes.version(ran.version).notebook()["cells"][0]["source"] == "days = 3  # how many days"


def test_it_is_shared_with_named_users_and_groups_only(processes: Processes) -> None:
    shared = {"title": "Thaw", "visibility": "shared", "shared": {"users": ["bob"], "groups": ["ice"]}}
    processes.publish("ada", "thaw", a_notebook(), shared)
    assert ids(processes, "bob") == ids(processes, "cem", "ice") == ["ada:thaw"]
    assert ids(processes, "cem", "snow") == []
    processes.publish("ada", "thaw", a_notebook(), {"title": "Thaw", "visibility": "public"})
    assert ids(processes, "cem") == ["ada:thaw"]


def test_a_former_version_is_for_its_owner(processes: Processes) -> None:
    private = processes.publish("ada", "thaw", a_notebook(), {"title": "Thaw"})
    processes.publish("ada", "thaw", a_notebook(), {"title": "Thaw", "visibility": "public"})
    assert processes.get("ada", "ada:thaw", private.version).version == private.version
    with pytest.raises(NotFound):
        processes.get("bob", "ada:thaw", private.version)


def test_a_version_of_another_process_is_not_found_under_this_one(processes: Processes) -> None:
    processes.publish("ada", "thaw", a_notebook())
    hidden = processes.publish("ada", "melt", a_notebook())
    with pytest.raises(NotFound):
        processes.get("ada", "ada:thaw", hidden.version)


def test_only_what_is_there_is_replaced_and_only_what_is_new_is_made(processes: Processes) -> None:
    with pytest.raises(NotFound):
        processes.publish("ada", "thaw", a_notebook(), exists=True)
    processes.publish("ada", "thaw", a_notebook(), exists=False)
    with pytest.raises(Conflict):
        processes.publish("ada", "thaw", a_notebook(), exists=False)
    with pytest.raises(NotFound):
        processes.remove("bob", "thaw")


@pytest.mark.parametrize("slug", ["", "Thaw", "../x", "a b", "a" * 64, "1a", "a\n"])
def test_a_slug_is_checked(processes: Processes, slug: str) -> None:
    with pytest.raises(BadInput, match="slug"):
        processes.publish("ada", slug, a_notebook())


def test_there_is_a_most(processes: Processes) -> None:
    for number in range(MOST):
        processes.publish("ada", f"p{number}", a_notebook())
    with pytest.raises(Conflict, match="remove one first"):
        processes.publish("ada", "more", a_notebook())
    assert processes.publish("ada", "p1", a_notebook("days = 5")).slug == "p1"


def test_old_versions_that_no_run_needs_make_room(engine: Engine, tmp_path: Path) -> None:
    processes = Processes(engine, tmp_path / "notebooks", room=5_000)
    large = "days = {}\n# " + "a" * 1_000
    first = processes.publish("ada", "thaw", a_notebook(large.format(0)))
    with writing(engine) as connection:
        connection.execute(jobs.insert().values(**A_JOB, version=first.version))
    later = [processes.publish("ada", "thaw", a_notebook(large.format(n))).version for n in range(1, 6)]
    assert processes.version(first.version).digest == first.digest
    assert processes.get("ada", "ada:thaw").version == later[-1]
    with pytest.raises(NotFound):
        processes.version(later[0])
    with pytest.raises(Conflict, match="remove one"):
        processes.publish("ada", "melt", a_notebook(large.format(0) * 4))
    assert processes.publish("ben", "melt", a_notebook(large.format(0))).version


def test_what_this_polarhub_cannot_read_any_more_hides_no_other(processes: Processes, engine: Engine) -> None:
    old = processes.publish("ada", "thaw", a_notebook())
    processes.publish("ada", "melt", a_notebook())
    with writing(engine) as connection:
        broken = versions.update().where(versions.c.id == old.version)
        connection.execute(broken.values(definition='{"titel": "Thaw"}'))
    assert ids(Processes(engine, Path("none")), "ada") == ["ada:melt"]


def built_in(folder: Path, slug: str, definition: str) -> None:
    (folder / "notebooks" / slug).mkdir(parents=True)
    (folder / "notebooks" / slug / f"{slug}.ipynb").write_text(json.dumps(a_notebook()))
    (folder / "notebooks" / slug / "processor.json").write_text(definition)


def test_one_bad_file_does_not_take_the_others_away(engine: Engine, tmp_path: Path) -> None:
    built_in(tmp_path, "echo", '{"title": "Echo", "inputs": {"pause": {"type": "integer", "minimum": "no"}}}')
    built_in(tmp_path, "thaw", '{"title": "Thaw"}')
    processes = Processes(engine, tmp_path / "notebooks")
    assert ids(processes, "anybody") == ["thaw"]
    assert processes.problem() == "notebooks/echo/processor.json: inputs.pause.minimum: must be a number"


def test_a_built_in_process_that_was_taken_away_is_no_longer_offered(engine: Engine, tmp_path: Path) -> None:
    built_in(tmp_path, "thaw", '{"title": "Thaw"}')
    built_in(tmp_path, "melt", '{"title": "Melt"}')
    assert ids(Processes(engine, tmp_path / "notebooks"), "ada") == ["melt", "thaw"]
    (tmp_path / "notebooks/melt/processor.json").unlink()
    assert ids(Processes(engine, tmp_path / "notebooks"), "ada") == ["thaw"]


def test_nobody_publishes_over_a_built_in_process(engine: Engine, tmp_path: Path) -> None:
    built_in(tmp_path, "thaw", '{"title": "Thaw"}')
    processes = Processes(engine, tmp_path / "notebooks")
    assert processes.publish("ada", "thaw", a_notebook()).id == "ada:thaw"
    assert processes.get("ada", "thaw").owner is None
    with pytest.raises(NotFound):
        processes.remove("", "thaw")


@pytest.mark.parametrize("value", ["\ud800", float("nan"), [[]] * 3])
def test_a_notebook_with_anything_in_its_metadata_is_kept_or_refused(
    processes: Processes, value: Any
) -> None:
    notebook = a_notebook(polarhub=value, more={"a": value})
    if isinstance(value, list):
        assert processes.publish("ada", "thaw", notebook).notebook()["metadata"]["more"] == {"a": value}
    else:
        with pytest.raises(BadFile, match="JSON has not"):
            processes.publish("ada", "thaw", notebook)


def test_it_is_the_same_on_postgresql(postgres: str, tmp_path: Path) -> None:
    engine = connect(postgres)
    processes = Processes(engine, tmp_path / "notebooks", room=5_000)
    first = processes.publish("ada", "thaw", a_notebook("x = 1\n# " + "é\x00" * 300))
    second = processes.publish("ada", "thaw", a_notebook("x = 2\n# " + "a" * 4_000))
    assert ids(processes, "ada") == ["ada:thaw"]
    assert processes.get("ada", "ada:thaw").notebook() == second.notebook()
    with pytest.raises(NotFound):
        processes.version(first.version)
    processes.remove("ada", "thaw")
    assert ids(processes, "ada") == []
    engine.dispose()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": [], "nbformat": 3}', '{"cells": [1], "nbformat": 4, "metadata": {}}']
)
def test_what_is_no_notebook_is_refused_in_a_sentence(processes: Processes, text: str) -> None:
    with pytest.raises(BadFile, match="notebook"):
        processes.publish("ada", "thaw", text)
