"""Headless runs, POST to result: ours, beside papermill's CLI, resident papermill and jupyter-scheduler."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import nbformat

from bench.table import print_table
from hub.bootstrap import UV
from hub.machine import ROOT, TOOLS
from hub.ports import free_ports
from tests.hubs import RunningHub, start_hub, wait_for

CELLS = {
    "trivial": ["1 + 1"],
    "polar stack": ["import xarray, rioxarray", "import matplotlib.pyplot as plt", "plt.plot([1, 2]);"],
}
ROUNDS = {True: 3, False: 15}
MANY = {True: 8, False: 40}
GOALS = {"trivial": "8 x the CLI, 0.10 s", "polar stack": "15 x the CLI"}
# jupyter-scheduler in an environment of its own, compiled as ours is
PEER = TOOLS / "scheduler"
RESIDENT = """
import sys, time, papermill
for line in sys.stdin:
    source, target = line.split()
    papermill.execute_notebook(source, target, progress_bar=False)
    print("done", flush=True)
"""


def environment(home: Path) -> dict[str, str]:
    """What every peer gets: a home, and the way to our packages."""
    return {"HOME": str(home), "PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def write(folder: Path, cells: list[str]) -> Path:
    """The notebook to run."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "source.ipynb"
    nbformat.write(notebook, path)
    return path


def cli(source: Path, folder: Path) -> None:
    """`papermill source target`."""
    target = folder / f"out-{time.monotonic_ns()}.ipynb"
    subprocess.run(
        [f"{sys.prefix}/bin/papermill", "--no-progress-bar", source, target],
        env=environment(folder),
        check=True,
        capture_output=True,
        timeout=120,
    )


@contextmanager
def resident(folder: Path) -> Iterator[Callable[[Path], None]]:
    """papermill in a process that stays."""
    with subprocess.Popen(
        [sys.executable, "-c", RESIDENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(folder),
    ) as process:

        def run(source: Path) -> None:
            assert process.stdin and process.stdout
            process.stdin.write(f"{source} {folder}/out-{time.monotonic_ns()}.ipynb\n")
            process.stdin.flush()
            assert process.stdout.readline()

        try:
            yield run
        finally:
            process.kill()


def seconds(run: Callable[[], None], rounds: int) -> list[float]:
    """How long each of so many runs took."""
    took = []
    for _ in range(rounds):
        began = time.monotonic()
        run()
        took.append(time.monotonic() - began)
    return took


@contextmanager
def ours(folder: Path) -> Iterator[tuple[RunningHub, httpx.Client]]:
    """A hub with ada, who publishes the notebooks as processes."""
    more = {"POLARHUB_OUTSIDE_CATALOGS": "off", "POLARHUB_JOBS_PER_USER": "8"}
    with start_hub(folder / "hub", more) as hub:
        hub.add_user("ada")
        headers = {"Authorization": f"token {hub.token_of('ada')}"}
        with httpx.Client(
            base_url=f"{hub.url}/services/api", headers=headers, timeout=120, trust_env=False
        ) as ada:
            for name, cells in CELLS.items():
                notebook = json.loads(write(folder, cells).read_text())
                asked = {"slug": name.replace(" ", "-"), "notebook": notebook}
                ada.post("/runs/processors", json=asked).raise_for_status()
            yield hub, ada


def execute(ada: httpx.Client, name: str) -> None:
    """POST, and wait in the same request for the result."""
    answer = ada.post(f"/ogc/processes/ada:{name.replace(' ', '-')}/execution", json={"inputs": {}})
    answer.raise_for_status()


def start(ada: httpx.Client, name: str) -> str:
    """POST; where the job is."""
    answer = ada.post(
        f"/ogc/processes/ada:{name.replace(' ', '-')}/execution",
        json={"inputs": {}},
        headers={"Prefer": "respond-async"},
    )
    answer.raise_for_status()
    return str(answer.headers["location"])


def throughput_ours(ada: httpx.Client, many: int) -> float:
    """Trivial notebooks a second, accepted all at once."""
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(lambda _: start(ada, "trivial"), range(many)))
    for place in places:
        wait_for(lambda place=place: ada.get(place).json()["status"] == "successful", 120, 0.05)
    return many / (time.monotonic() - began)


def throughput_cli(source: Path, folder: Path, many: int) -> float:
    """The same by the CLI, two at a time."""
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: cli(source, folder), range(many)))
    return many / (time.monotonic() - began)


@contextmanager
def scheduler(folder: Path) -> Iterator[Callable[[Path], None]]:
    """jupyter-scheduler's own server; its job is created and asked for until it has ended."""
    options = f"--frozen --no-progress --compile-bytecode --no-install-workspace --python {sys.executable}"
    subprocess.run(
        [UV, "sync", *options.split(), "--only-group", "scheduler"],
        env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(PEER)},
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=600,
    )
    port, token = free_ports(1)[0], "bench"
    work = folder / "scheduler"
    work.mkdir()
    python = f"{PEER}/bin/python"
    # its kernel is the one that all others use: the same packages
    kernels = work / "kernels" / "python3"
    kernels.mkdir(parents=True)
    start_kernel = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernels / "kernel.json").write_text(
        json.dumps({"argv": start_kernel, "display_name": "Python 3", "language": "python"})
    )
    command = [
        python,
        "-m",
        "jupyterlab",
        "--no-browser",
        f"--port={port}",
        f"--IdentityProvider.token={token}",
    ]
    command += [f"--ServerApp.root_dir={work}", "--allow-root", "--ServerApp.port_retries=0"]
    with (
        (folder / "scheduler.log").open("w") as log,
        subprocess.Popen(
            command, env={**environment(work), "JUPYTER_PATH": str(work)}, stdout=log, stderr=log, cwd=work
        ) as process,
    ):
        headers = {"Authorization": f"token {token}"}
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30, trust_env=False
            ) as client:
                wait_for(lambda: _up(client), 60, 0.2)
                yield lambda source: _schedule(client, work, source)
        finally:
            process.terminate()


def _up(client: httpx.Client) -> bool:
    try:
        return client.get("/scheduler/runtime_environments").status_code == 200
    except httpx.TransportError:
        return False


def _schedule(client: httpx.Client, work: Path, source: Path) -> None:
    shutil.copy(source, work / source.name)
    environments = client.get("/scheduler/runtime_environments").json()
    asked = {
        "name": "bench",
        "input_uri": source.name,
        "runtime_environment_name": environments[0]["name"],
        "output_formats": ["ipynb"],
    }
    made = client.post("/scheduler/jobs", json=asked)
    made.raise_for_status()
    id = made.json()["job_id"]
    ended = wait_for(lambda: _ended(client, id), 120, 0.02)
    assert ended == "COMPLETED", ended


def _ended(client: httpx.Client, id: str) -> str | None:
    status = str(client.get(f"/scheduler/jobs/{id}").json()["status"])
    # STOPPED is said of a job for a moment between its process's end and its row
    return status if status in ("COMPLETED", "FAILED") else None


def run(quick: bool) -> None:
    """One after another on the same notebooks; medians, and how many times as fast as the CLI."""
    rounds, many = ROUNDS[quick], MANY[quick]
    with tempfile.TemporaryDirectory() as name, ours(Path(name)) as (_, ada):
        folder = Path(name)
        began = time.monotonic()
        execute(ada, "trivial")
        cold = time.monotonic() - began
        time.sleep(2)
        with resident(folder) as papermill, scheduler(folder) as schedule:
            for what, cells in CELLS.items():
                source = write(folder, cells)
                papermill(source), cli(source, folder), execute(ada, what)
                took = {
                    "polarhub": [],
                    "papermill CLI": [],
                    "resident papermill": [],
                    "jupyter-scheduler": [],
                }
                for _ in range(rounds):
                    time.sleep(0.3)  # a unit is made anew: a person does not press twice in that time
                    took["polarhub"] += seconds(lambda what=what: execute(ada, what), 1)
                    took["papermill CLI"] += seconds(lambda source=source: cli(source, folder), 1)
                    took["resident papermill"] += seconds(lambda source=source: papermill(source), 1)
                    took["jupyter-scheduler"] += seconds(lambda source=source: schedule(source), 1)
                _print(f"{what}: POST to result, seconds, {rounds} rounds (goal {GOALS[what]})", took)
        source = write(folder, CELLS["trivial"])
        rates = {
            "polarhub": throughput_ours(ada, many),
            "papermill CLI": throughput_cli(source, folder, many),
        }
    print_table(
        f"{many} trivial notebooks, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} (goal 6 x the CLI)",
        [
            {"who": who, "a second": f"{rate:.2f}", "x CLI": f"{rate / rates['papermill CLI']:.1f}"}
            for who, rate in rates.items()
        ],
    )
    print(f"\nThe first run of a user, runner and zygote not there yet: {cold:.1f} s")


def _print(title: str, took: dict[str, list[float]]) -> None:
    base = statistics.median(took["papermill CLI"])
    print_table(
        title,
        [
            {
                "who": who,
                "median": f"{statistics.median(each):.3f}",
                "fastest": f"{min(each):.3f}",
                "slowest": f"{max(each):.3f}",
                "CLI / this": f"{base / statistics.median(each):.1f}",
            }
            for who, each in took.items()
        ],
    )
