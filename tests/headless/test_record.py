"""What a run says about its environment."""

import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from polarhub_lab.record import conda_packages, environment_facts, packages, record_of


def test_it_names_python_kernel_and_packages_with_their_versions() -> None:
    facts = environment_facts("python3")
    assert facts["kernel"] == "python3"
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["packages"]["xarray"] == version("xarray")
    assert facts["packages"]["jupyter-client"] == version("jupyter_client")
    assert len(facts["packages"]) > 50


def test_a_run_tells_the_environment_of_its_kernel_as_far_as_it_can_be_known() -> None:
    assert record_of("python3")["environment"] == environment_facts("python3")
    assert record_of(None) == record_of("python3")
    assert record_of("no-such-kernel") == {}


def test_a_package_that_comes_or_goes_is_seen(tmp_path: Path) -> None:
    python = tmp_path / "v/bin/python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "v"], check=True, timeout=60)
    site = next((tmp_path / "v/lib").glob("python3*/site-packages"))
    before = environment_facts("ice", str(python))
    (site / "polar_ice-2.2.dist-info").mkdir()
    after = environment_facts("ice", str(python))
    assert after["packages"] == {"polar-ice": "2.2"}
    assert after["digest"] != before["digest"]


def test_the_digest_changes_with_any_package(tmp_path: Path) -> None:
    same = environment_facts("python3"), environment_facts("python3")
    assert same[0]["digest"] == same[1]["digest"]
    assert environment_facts("ice")["digest"] != same[0]["digest"]


def test_another_python_is_asked_what_it_is(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "v"], check=True, timeout=60)
    site = next((tmp_path / "v/lib").glob("python3*/site-packages"))
    (site / "polar_ice-2.1.dist-info").mkdir()
    facts = environment_facts("ice", str(tmp_path / "v/bin/python"))
    assert facts["packages"] == {"polar-ice": "2.1"}


def test_the_first_folder_wins_as_it_does_for_python(tmp_path: Path) -> None:
    for folder, name in (("a", "Sea.Ice-1.0"), ("b", "sea_ice-2.0"), ("b", "snow-3")):
        (tmp_path / folder / f"{name}.dist-info").mkdir(parents=True)
    assert dict(packages([str(tmp_path / "a"), str(tmp_path / "b")])) == {"sea-ice": "1.0", "snow": "3"}


def test_what_conda_has_put_there_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta/libgdal-core-3.9.2-h1a2b_0.json").write_text("{}")
    assert dict(conda_packages(str(tmp_path))) == {"conda:libgdal-core": "3.9.2-h1a2b_0"}


def test_it_is_quick_enough_for_each_run_and_small_enough_for_its_record() -> None:
    environment_facts("python3")
    begin = time.perf_counter()
    facts = environment_facts("python3")
    assert time.perf_counter() - begin < 0.5  # 0.01 s on a quiet machine
    assert len(json.dumps(facts)) < 50_000
