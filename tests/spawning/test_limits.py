"""What the environment `tiny` gives (half a CPU, 700 MB) holds for everything in its box."""

import os

import pytest

from hub.spawning import cgroups
from tests.hubs import KernelDied, RunningHub, wait_for

pytestmark = pytest.mark.timeout(240)
HELD = cgroups.find("polarhub-tests").held
HOG = "text = []\nfor _ in range(200):\n    text.append(bytearray(b'x' * 10_000_000))"
BUSY = """
import resource, subprocess, sys, time
began = time.time()
program = 'import time; end = time.time() + 4\\nwhile time.time() < end: pass'
both = [subprocess.Popen([sys.executable, '-c', program]) for _ in range(2)]
for one in both: one.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) / (time.time() - began))
"""


@pytest.fixture(scope="module")
def tiny(hub: RunningHub) -> RunningHub:
    """gus has a server with little in it."""
    hub.add_user("gus")
    hub.spawn("gus", {"profile": "tiny"})
    return hub


def test_what_this_machine_holds() -> None:
    assert ({"memory", "cpu", "pids"} if os.geteuid() == 0 else set()) <= HELD


def test_a_kernel_over_its_memory_is_ended_and_its_owner_told(tiny: RunningHub) -> None:
    notebook = {"path": "ice.ipynb", "name": "ice.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
    session = tiny.user_post("gus", "api/sessions", json=notebook).json()
    kernel = tiny.kernel_of("gus", session["kernel"]["id"])
    assert kernel.run("1 + 1") == "2"
    wait_for(lambda: tiny.user_get("gus", "polarhub/limits").json()["cpu"]["used"] < 0.4, 30)
    with pytest.raises(KernelDied):
        kernel.run(HOG)
    messages = wait_for(lambda: tiny.user_get("gus", "polarhub/limits").json()["messages"])
    assert messages[0]["kind"] == "error"
    assert messages[0]["text"].startswith("The kernel of ice.ipynb was ended, because")
    assert "0.7 GB of memory" in messages[0]["text"]
    assert "notebooks and files are safe" in messages[0]["text"]
    assert tiny.user_get("gus", "api/status").status_code == 200, "the server lives on"
    assert tiny.kernel("gus").run("6 * 7") == "42"


def test_a_program_in_a_terminal_is_told_by_its_name(tiny: RunningHub) -> None:
    before = len(tiny.user_get("gus", "polarhub/limits").json()["messages"])
    tiny.terminal("gus").run("head -c 900000000 /dev/zero | tail")
    messages = wait_for(lambda: tiny.user_get("gus", "polarhub/limits").json()["messages"][before:])
    assert messages[0]["text"].startswith("The program tail was ended, because")


def test_cpu_time_is_shared_out_as_the_environment_says(tiny: RunningHub) -> None:
    ratio = float(tiny.kernel("gus").run(BUSY))
    assert 0.2 < ratio < 0.6, "two busy programs together get half a processor"


def test_figures(tiny: RunningHub) -> None:
    found = tiny.user_get("gus", "polarhub/limits").json()
    assert found["profile"] == "DE Tiny"
    assert found["memory"]["limit"] == 700_000_000
    assert 20e6 < found["memory"]["used"] < 700e6
    assert found["cpu"]["limit"] == 0.5
    assert found["home"]["limit"] == 1_000_000_000
    assert found["home"]["free"] > 0
    assert set(found["held"]) == {"cpu", "memory"}
    assert tiny.user_get("gus", "polarhub/limits", headers={"Authorization": ""}).status_code in (302, 403)


def test_a_home_that_grows_too_large_is_told(tiny: RunningHub) -> None:
    tiny.terminal("gus").run("head -c 950000000 /dev/zero > big.dat")
    told = wait_for(
        lambda: [
            m["text"]
            for m in tiny.user_get("gus", "polarhub/limits").json()["messages"]
            if "Your home is nearly full" in m["text"]
        ],
        150,
        1,
    )
    assert "GB of 1 GB" in told[0]
    tiny.terminal("gus").run("rm big.dat")
