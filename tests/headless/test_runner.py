"""The real runner on a real api, outside of a box: jobs in, notebooks and outputs out, nothing left."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest

from hub import processes
from hub.headless.job import Job, NewJob
from tests.headless.service import Place, place
from tests.hubs import wait_for
from tests.spawning import machine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PEOPLE_LIMIT = 60.0
HOSTILE = {
    "quotes": "it's \"so\" \\ '''x''' `$(touch pwned)` ${HOME}",
    "lines": "one\ntwo\r\n\x00\u2028}}{%",
    "braces": "{a} {0} {{b}} %s ../../etc/passwd; rm -rf ~",
    "half": "\ud800",
    "nested": {"k'\"": [True, None, -1.5, 10**20, {"__class__": "x"}]},
}


@dataclass
class Runner:
    """A runner of ada's with a home of its own."""

    here: Place
    home: Path
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[str] | None = None
    seen: set[int] = field(default_factory=set)

    def start(self) -> None:
        """As the hub starts it, without the box."""
        command = [sys.executable, "-P", "-m", "polarhub_lab.runner"]
        with self.log.open("a") as log:
            self.process = processes.start(command, log, self.environment, self.home)

    def stop(self) -> None:
        """End it as the hub does."""
        assert self.process
        below = machine.tree(self.process.pid)
        processes.stop(self.process, 10)
        wait_for(lambda: not [pid for pid in below if alive(pid)], 10)

    def accept(self, *cells: str, inputs: Mapping[str, Any] | None = None, **more: Any) -> Job:
        """A job of ada's for a notebook of her home with these cells."""
        name = f"n{time.monotonic_ns()}.ipynb"
        write(self.home / name, *cells)
        new = {"owner": "ada", "profile": "small", "path": name, "inputs": inputs or {}, **more}
        job = self.here.headless.jobs.accept(NewJob(**new))
        self.here.headless.changes.tell("ada", job.id)
        return job

    def ended(self, job: Job, limit: float = PEOPLE_LIMIT) -> Job:
        """The job once it has ended."""

        def final() -> Job | None:
            found = self.here.headless.jobs.get("ada", job.id)
            return found if found.final else None

        try:
            found = wait_for(final, limit)
        except TimeoutError as error:
            raise AssertionError(self.log.read_text()[-4000:]) from error
        assert found
        return found

    def run(self, *cells: str, **more: Any) -> Job:
        """Run these cells, and the job as it ended."""
        return self.ended(self.accept(*cells, **more))

    def printed(self, job: Job) -> str:
        """What its notebook printed, as the store has it."""
        text = self.here.headless.results.read("ada", job.id, "notebook.ipynb")
        outputs = [o for cell in json.loads(text)["cells"] for o in cell.get("outputs", [])]
        return "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream").strip()


def write(path: Path, *cells: str) -> None:
    """A notebook of code cells; the first one is tagged `parameters`."""
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    made[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with contextlib.suppress(OSError):
        return processes.stat_fields(pid)[0] != "Z"
    return False


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    folder = tmp_path_factory.mktemp("runner")
    home = folder / "home"
    home.mkdir()
    with place(folder / "data") as here:
        here.hand.ends.set()
        environment = {
            "HOME": str(home),
            "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
            "JUPYTER_RUNTIME_DIR": str(folder / "run"),
            "JUPYTER_DEFAULT_PROVISIONER_NAME": "polarhub",
            "POLARLAB_API": f"{here.address}/services/api",
            "JUPYTERHUB_API_TOKEN": "token-ada",
            "POLARLAB_PROFILE_SLUG": "small",
            "POLARLAB_CPU": "2",
            "A_CREDENTIAL": "of the user",
        }
        found = Runner(here, home, environment, folder / "runner.log")
        found.start()
        try:
            yield found
        finally:
            found.stop()


def test_a_run_is_as_in_papermill_and_its_notebook_is_kept(runner: Runner) -> None:
    job = runner.run("x = 1", "print(x, __import__('os').environ['A_CREDENTIAL'])", inputs={"x": 42})
    assert (job.status, job.message) == ("successful", "")
    assert runner.printed(job) == "42 of the user"
    assert (job.progress, job.cpu_seconds or 0) == (100, pytest.approx(0.2, abs=2))
    assert "papermill" in str(job.record), "what it stood on is told"
    (folder,) = (runner.home / "job-output").glob(f"*-notebook-{job.id[:8]}")
    notebook = nbformat.read(folder / "notebook.ipynb", 4)
    assert [cell.metadata.get("tags") for cell in notebook.cells[:2]] == [
        ["parameters"],
        ["injected-parameters"],
    ]
    assert notebook.metadata.papermill.parameters == {"x": 42}


def test_inputs_are_values_and_nothing_else(runner: Runner) -> None:
    names = "".join(f"{name} = None\n" for name in HOSTILE)
    job = runner.run(names, f"import json\nprint(json.dumps([{', '.join(HOSTILE)}]))", inputs=HOSTILE)
    assert job.status == "successful", job.message
    assert json.loads(runner.printed(job)) == list(HOSTILE.values())
    assert not list(runner.home.rglob("pwned"))


def test_nothing_of_a_run_is_there_in_the_next(runner: Runner) -> None:
    spoil = (
        "import os, sys, json, math, numpy, random, xarray, warnings\n"
        "os.environ['LEAK'] = '1'\nos.chdir('/')\nmath.pi = 3\nxarray.leak = 1\njson.leak = numpy.leak = 1\n"
        "numpy.random.seed(1)\nrandom.seed(1)\nwarnings.simplefilter('ignore')\nleak = 1"
    )
    look = (
        "import os, json, math, numpy, random, xarray\n"
        "print(json.dumps([os.environ.get('LEAK'), os.getcwd(), math.pi == 3, hasattr(numpy, 'leak'), "
        "hasattr(json, 'leak'), hasattr(xarray, 'leak'), 'leak' in globals(), len(In), "
        "numpy.random.rand(), random.random(), numpy.random.default_rng().random()]))"
    )
    jobs = [runner.accept(code) for code in (spoil, look, spoil, look, look)]
    ended = [runner.ended(job) for job in jobs]
    assert [job.status for job in ended] == ["successful"] * 5, [job.message for job in ended]
    seen = [json.loads(runner.printed(ended[i])) for i in (1, 3, 4)]
    for one in seen:
        assert one[:8] == [None, str(runner.home), False, False, False, False, False, 2]
    for place_of in (8, 9, 10):
        assert len({one[place_of] for one in seen}) == 3, "random numbers differ between runs"


def test_pictures_are_there_and_warnings_are_shown(runner: Runner) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    warn = "import warnings\nwarnings.warn('beware')\nimport numpy as np\nnp.float64(1) / 0"
    job = runner.run(plot, warn)
    text = runner.here.headless.results.read("ada", job.id, "notebook.ipynb").decode()
    assert "image/png" in text
    assert "UserWarning: beware" in text and "RuntimeWarning: divide by zero" in text


def test_a_notebook_that_fails_says_where_and_is_kept_up_to_there(runner: Runner) -> None:
    job = runner.run("print('before')", "raise ValueError('no ice today')", "print('never')")
    assert (job.status, job.message) == ("failed", "The notebook failed in cell 2: ValueError: no ice today")
    assert runner.printed(job) == "before"


def test_a_kernel_that_dies_fails_its_run_with_the_reason(runner: Runner) -> None:
    began = time.monotonic()
    job = runner.run("print('before')", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert job.status == "failed"
    assert job.message == "The kernel was ended by SIGSEGV while a cell ran."
    assert runner.printed(job) == "before"
    assert time.monotonic() - began < 20


def test_the_time_limit_is_that_of_the_whole_run(runner: Runner) -> None:
    job = runner.run("import time", "time.sleep(2)", "time.sleep(60)", time_limit=3)
    assert job.status == "failed"
    assert job.message == "The run took more than its time limit of 3 seconds."


ORPHANS = """
import os, subprocess, time
for way in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            open(f'{pids}/{{way}}-{{os.getpid()}}', 'w').close()
            os.execv('/bin/sleep', ['sleep', '999'])
        os._exit(0)
subprocess.Popen("nohup setsid sleep 998 > /dev/null 2>&1 & echo $! > " + '{pids}/s', shell=True)
while len(os.listdir('{pids}')) < 3: time.sleep(.01)
"""


@pytest.mark.parametrize("last", ["", "import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(60)"])
def test_no_orphan_outlives_its_run(runner: Runner, tmp_path: Path, last: str) -> None:
    """Double forks, sessions of their own; even where the run kills the process that watches it."""
    job = runner.run(ORPHANS.format(pids=tmp_path), last or "1")
    assert job.status == ("failed" if last else "successful"), job.message
    pids = [int(p.name.partition("-")[2]) for p in tmp_path.glob("?-*")]
    pids.append(int((tmp_path / "s").read_text()))
    assert len(pids) == 3
    wait_for(lambda: not [pid for pid in pids if alive(pid)], 2)


def test_dismissed_runs_end_within_two_seconds_with_all_they_started(runner: Runner, tmp_path: Path) -> None:
    job = runner.accept(ORPHANS.format(pids=tmp_path), "import time\ntime.sleep(100)")
    wait_for(lambda: len(list(tmp_path.iterdir())) == 3, 30)
    pids = [int(p.name.partition("-")[2]) for p in tmp_path.glob("?-*")]
    began = time.monotonic()
    runner.here.headless.jobs.dismiss("ada", job.id)
    runner.here.headless.changes.tell("ada", job.id)
    wait_for(lambda: not [pid for pid in pids if alive(pid)], 5)
    assert time.monotonic() - began < 2
    assert runner.ended(job).status == "dismissed"


def test_progress_is_told_while_it_runs(runner: Runner) -> None:
    job = runner.accept("import time\nprint('one of two')", "time.sleep(3)")
    seen = wait_for(lambda: (now := runner.here.headless.jobs.get("ada", job.id)).last_line and now, 30)
    assert (seen.status, seen.cells_done, seen.cells_total, seen.last_line) == ("running", 1, 2, "one of two")
    assert runner.ended(job).status == "successful"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../out.ipynb", "it leads out of your home"),
        ("link.ipynb", "it leads out of your home"),
        ("none.ipynb", "there is no such file"),
        ("text.ipynb", "The notebook cannot be run: "),
    ],
)
def test_only_notebooks_of_the_home_are_run(runner: Runner, path: str, said: str) -> None:
    write(runner.home.parent / "out.ipynb", "1")
    (runner.home / "text.ipynb").write_text("hello")
    with contextlib.suppress(FileExistsError):
        (runner.home / "link.ipynb").symlink_to(runner.home.parent / "out.ipynb")
    new = NewJob(owner="ada", profile="small", path=path, inputs={})
    job = runner.ended(runner.here.headless.jobs.accept(new))
    assert job.status == "failed"
    assert said in job.message


def test_a_kernel_that_is_not_there_is_named(runner: Runner) -> None:
    name = "julia.ipynb"
    write(runner.home / name, "1")
    notebook = json.loads((runner.home / name).read_text())
    notebook["metadata"]["kernelspec"] = {"name": "julia-1.11", "display_name": "Julia", "language": "julia"}
    (runner.home / name).write_text(json.dumps(notebook))
    new = NewJob(owner="ada", profile="small", path=name, inputs={})
    job = runner.ended(runner.here.headless.jobs.accept(new))
    assert job.message == "There is no kernel 'julia-1.11' here; there are python3, slow-python."


@pytest.fixture(scope="module", autouse=True)
def another_kernel(runner: Runner) -> None:
    """A kernel of another kind in ada's home: python with something of its own in its environment."""
    folder = runner.home / ".local" / "share" / "jupyter" / "kernels" / "slow-python"
    folder.mkdir(parents=True)
    start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": start, "display_name": "Slow", "language": "python", "env": {"ITS_OWN": "yes"}}
    (folder / "kernel.json").write_text(json.dumps(spec))


def test_another_kernel_is_started_the_ordinary_way(runner: Runner) -> None:
    name = "slow.ipynb"
    write(runner.home / name, "x = 1", "import os\nprint(x, os.environ['ITS_OWN'])")
    notebook = json.loads((runner.home / name).read_text())
    notebook["metadata"]["kernelspec"] = {"name": "slow-python", "display_name": "Slow", "language": "python"}
    (runner.home / name).write_text(json.dumps(notebook))
    new = NewJob(owner="ada", profile="small", path=name, inputs={"x": 7})
    job = runner.ended(runner.here.headless.jobs.accept(new))
    assert job.status == "successful", job.message
    assert runner.printed(job) == "7 yes"


def test_the_plain_contract(runner: Runner) -> None:
    write(runner.home / "plain.ipynb", "x = 1", "print(x)")
    headers = {"Authorization": "token token-ada"}
    with httpx.Client(base_url=runner.here.address, headers=headers, timeout=60, trust_env=False) as ada:
        answer = ada.post("/services/api/jobs", json={"notebook": "plain.ipynb", "inputs": {"x": 5}})
        assert answer.status_code == 201, answer.text
        wait_for(lambda: ada.get(answer.headers["location"]).json()["status"] == "successful", 30)
        for wrong in ("/etc/passwd", "../x.ipynb", "a.txt", "", "a\x00.ipynb", "~/x.ipynb"):
            refused = ada.post("/services/api/jobs", json={"notebook": wrong})
            assert (refused.status_code, refused.json()["where"]) == (400, "notebook"), wrong
        named = {"notebook": "plain.ipynb", "inputs": {"x; import os": 1}}
        assert ada.post("/services/api/jobs", json=named).json()["where"] == "inputs.x; import os"


OUTPUTS = """
from polarhub_lab.outputs import glue
import numpy, os
open('ice.csv', 'w').write('a,b')
os.makedirs('maps', exist_ok=True)
open('maps/m.txt', 'w').write('map')
glue('area', numpy.float32(1.5))
glue('beside', [1, None])
os.symlink('/etc/passwd', 'secret.csv')
"""


@pytest.mark.parametrize("missing", [False, True])
def test_outputs_are_files_by_pattern_and_glued_values(runner: Runner, missing: bool) -> None:
    headless = runner.here.headless
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(OUTPUTS)])
    given = {"table": {"file": "i*.csv"}, "map": {"file": "maps/*.txt"}, "area": {"type": "number"}}
    more = {"secret": {"file": "s*.csv"}} if missing else {}
    definition = {"title": "Outputs", "outputs": {**given, **more}}
    process = headless.processes.publish("ada", "outputs", json.loads(nbformat.writes(notebook)), definition)
    new = NewJob(owner="ada", profile="small", process=process.id, version=process.version, inputs={})
    job = runner.ended(headless.jobs.accept(new))
    assert job.outputs
    assert job.outputs["area"] == {"mediaType": "application/json", "value": 1.5}
    assert job.outputs["beside"]["value"] == [1, None]
    assert (job.outputs["table"]["file"], job.outputs["table"]["size"]) == ("ice.csv", 3)
    assert headless.results.read("ada", job.id, "maps/m.txt") == b"map"
    if missing:
        assert job.status == "failed", "a link that leads out of the folder is no output"
        assert job.message == "The notebook left no file `s*.csv` for the output `secret`."
    else:
        assert job.status == "successful", job.message


def test_units_belong_to_the_user_and_are_ended_with_their_runner(runner: Runner) -> None:
    assert runner.process
    units = machine.tree(runner.process.pid)
    assert len(units) >= 3, "the zygote and a unit with its kernel"
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in units if alive(pid)} == {os.getuid()}
    runner.stop()
    runner.start()
    assert runner.run("print('again')").status == "successful"
