"""JupyterLab's kernels, forked from the box's own zygote: as fresh and obedient as those that are started."""

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hubs import KernelDied, RunningHub, start_hub, wait_for
from tests.spawning import machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
MARK = "polarhub_lab.warm.zygote"
STACK = "import numpy, pandas, xarray, rioxarray, matplotlib.pyplot"


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """ada has opened JupyterLab; her kernels are forked from now on."""
    data = tmp_path_factory.mktemp("warm") / "data"
    with start_hub(data, {"POLARHUB_OUTSIDE_CATALOGS": "off"}) as hub:
        hub.add_user("ada")
        hub.spawn("ada", {"profile": "interactive"})
        assert not zygotes(hub), "a server that nobody opens holds no zygote"
        assert hub.user_get("ada", "lab").status_code == 200
        wait_for(lambda: "kernels are forked from now on" in hub.log_of("ada"), 120, 0.5)
        yield hub


def zygotes(hub: RunningHub) -> list[int]:
    """Processes of ada's box that were forked, and the zygote itself."""
    server = hub.server("ada")
    assert server
    below = machine.tree(server["state"]["pid"])
    return [pid for pid in below if MARK in Path(f"/proc/{pid}/cmdline").read_text()]


def test_a_kernel_with_the_stack_answers_at_once(warm: RunningHub) -> None:
    before = zygotes(warm)
    began = time.monotonic()
    kernel = warm.kernel("ada")
    assert kernel.run(f"{STACK}; 6 * 7") == "42"
    took = time.monotonic() - began
    assert set(zygotes(warm)) > set(before), "it was forked"
    assert took < 3, "a started one takes that long on a busy machine"
    assert '"transport": "ipc"' in kernel.run("import ipykernel; print(ipykernel.get_connection_info())")
    assert kernel.run("print(open('/proc/self/oom_score_adj').read())").strip() == "500"


def test_two_kernels_share_nothing(warm: RunningHub) -> None:
    one, two = warm.kernel("ada"), warm.kernel("ada")
    spoil = (
        "import os, numpy, xarray; xarray.leak = numpy.leak = 1; os.environ['LEAK'] = '1'; os.chdir('/tmp')"
    )
    one.run(spoil)
    look = "[hasattr(xarray, 'leak'), hasattr(numpy, 'leak'), 'LEAK' in os.environ, os.getcwd()]"
    assert two.run(f"import os, numpy, xarray; {look}") == "[False, False, False, '/home/jovyan']"
    draw = "import numpy, random; print(numpy.random.rand(), random.random())"
    assert one.run(draw) != two.run(draw)


def test_pictures_and_warnings_are_shown(warm: RunningHub) -> None:
    kernel = warm.kernel("ada")
    shown = kernel.run(
        "import matplotlib.pyplot as plt, matplotlib, json; plt.plot([1]); plt.show();"
        "print(json.dumps(matplotlib.get_backend()))"
    )
    assert json.loads(shown.strip().splitlines()[-1]).endswith(("inline", "backend_inline"))
    assert "UserWarning: beware" in kernel.run("import warnings; warnings.warn('beware')")


def test_it_is_interrupted_restarted_and_shut_down_as_any_other(warm: RunningHub) -> None:
    kernel = warm.kernel("ada")
    pid = int(kernel.run("import os; os.getpid()"))
    assert pid > 1
    path = f"api/kernels/{kernel.id}"
    before = set(zygotes(warm))
    waiting = (
        "import time\nprint('x')\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('stopped')"
    )
    threading.Timer(1.0, lambda: warm.user_post("ada", f"{path}/interrupt")).start()
    assert "stopped" in kernel.run(waiting, 20)
    kernel.run("leak = 1")
    assert warm.user_post("ada", f"{path}/restart").status_code == 200
    again = warm.kernel_of("ada", kernel.id)
    assert again.run("'leak' in globals()") == "False"
    assert set(zygotes(warm)) != before, "the restarted one is forked too"
    assert warm.client.delete(f"/user/ada/{path}").status_code == 204
    wait_for(lambda: len(zygotes(warm)) < len(before) + 1, 10)


def test_one_that_dies_is_noticed(warm: RunningHub) -> None:
    kernel = warm.kernel("ada")
    with pytest.raises(KernelDied):
        kernel.run("import os; os.kill(os.getpid(), 9)", 30)


def test_without_its_zygote_kernels_start_as_usual(warm: RunningHub) -> None:
    server = warm.server("ada")
    assert server
    first = min(zygotes(warm))
    kernel = warm.kernel("ada")
    kernel.run("kept = 1")
    os.kill(first, 9)
    assert warm.kernel("ada").run("6 * 7") == "42"
    assert kernel.run("kept") == "1", "its kernels live on"
