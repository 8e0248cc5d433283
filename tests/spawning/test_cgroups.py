"""Limits on whole trees: on this machine's control groups, and on files laid out as version 2 has them."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.spawning import cgroups
from hub.spawning.cgroups import Cgroups, Limits
from tests.hubs import wait_for

ROOT = os.geteuid() == 0


@pytest.fixture
def here() -> Iterator[Cgroups]:
    """Control groups of this machine, in folders of their own."""
    found = cgroups.find(f"polarhub-test-{uuid.uuid4().hex[:8]}")
    try:
        yield found
    finally:
        assert not [parent for parent in found.parents.values() if parent.exists()]


def run_in(group: cgroups.Group, script: str) -> subprocess.CompletedProcess[str]:
    join = "".join(f"echo $$ > {path}; " for path in group.join_files())
    return subprocess.run(
        ["/bin/sh", "-c", join + script], capture_output=True, text=True, timeout=60, check=False
    )


def test_what_is_held_is_told(here: Cgroups) -> None:
    assert here.held == ({"memory", "cpu", "pids"} if ROOT else here.held)
    assert (here.warning() is None) == (here.held == {"memory", "cpu", "pids"})


@pytest.mark.skipif(not ROOT, reason="only root writes this machine's control groups")
def test_processes_memory_and_removal(here: Cgroups) -> None:
    group = here.make("ada", Limits(cpu=1, memory=64_000_000, processes=20))
    forks = run_in(group, "for i in $(seq 40); do sleep 2 & done; wait")
    assert "fork" in forks.stderr
    wait_for(lambda: not group.processes())
    assert group.remove()
    group = here.make("bob", Limits(cpu=1, memory=64_000_000))
    hog = run_in(group, "head -c 200000000 /dev/zero | tail; echo ended with $?")
    assert "ended with 137" in hog.stdout
    assert group.remove()
    assert not [folder for folder in group.folders.values() if folder.exists()]
    assert not [parent for parent in here.parents.values() if parent.exists()], "the last one out"


@pytest.mark.skipif(not ROOT, reason="only root writes this machine's control groups")
def test_a_limit_can_be_raised_and_lowered(here: Cgroups) -> None:
    for memory in (100_000_000, 300_000_000, 64_000_000):
        group = here.make("ada", Limits(cpu=1, memory=memory))
        text = (
            (group.folders["memory"] / "memory.limit_in_bytes").read_text()
            if here.version == 1
            else str(memory)
        )
        assert abs(int(text) - memory) < 8192
    assert group.remove()


def test_without_any_group_a_sentence_says_so() -> None:
    nothing = Cgroups(1, {})
    assert nothing.make("ada", Limits(1, 1)).folders == {}
    assert "Limits of memory, CPU and number of processes are not held" in str(nothing.warning())
    assert nothing.group("ada").remove()


def lay_out(tmp_path: Path, own: str, kinds: str) -> Path:
    """/proc and a version 2 tree as a delegated session has them, in plain files."""
    proc, tree = tmp_path / "proc", tmp_path / "cgroup"
    proc.mkdir()
    (tree / own).mkdir(parents=True)
    (proc / "cgroup").write_text(f"0::/{own}\n")
    (proc / "mountinfo").write_text(f"30 23 0:26 / {tree} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n")
    for name, text in (("cgroup.controllers", kinds), ("cgroup.subtree_control", ""), ("cgroup.procs", "")):
        (tree / own / name).write_text(text)
    return proc


def test_version_2_without_delegation_holds_nothing(tmp_path: Path) -> None:
    proc = lay_out(tmp_path, "user.slice", "")
    found = cgroups.find("polarhub-x", proc)
    assert found.held == frozenset()


def test_version_2_says_what_it_would_write() -> None:
    limits = Limits(cpu=2, memory=8_000_000_000)
    assert limits.settings("memory", 2) == {"memory.max": "8000000000", "memory.swap.max": "0"}
    assert limits.settings("cpu", 2) == {"cpu.max": "200000 100000"}
    assert limits.settings("pids", 2) == {"pids.max": "4096"}
    assert limits.settings("cpuacct", 2) == {}


def test_our_own_limits_are_read(tmp_path: Path) -> None:
    proc = lay_out(tmp_path, "box", "cpu memory")
    (tmp_path / "cgroup" / "box" / "cpu.max").write_text("150000 100000\n")
    (tmp_path / "cgroup" / "box" / "memory.max").write_text("4000000000\n")
    assert cgroups.own_limits(proc) == {"cpu": 1.5, "memory": 4e9}
    (tmp_path / "cgroup" / "box" / "cpu.max").write_text("max 100000\n")
    (tmp_path / "cgroup" / "box" / "memory.max").write_text("max\n")
    assert cgroups.own_limits(proc) == {}
