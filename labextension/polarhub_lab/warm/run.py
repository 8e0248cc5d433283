"""Runs one notebook as papermill does: parameters injected, saved after each cell, errors marked."""

import asyncio
import contextlib
import errno
import keyword
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.execute import prepare_notebook_metadata, raise_for_execution_errors, remove_error_markers
from papermill.iorw import load_notebook_node, papermill_io
from papermill.parameterize import parameterize_notebook
from papermill.utils import chdir

from polarhub_lab.limits.figures import Box
from polarhub_lab.limits.watch import say_gb
from polarhub_lab.warm.ready import ReadyKernel
from polarhub_lab.warm.specs import is_own
from polarhub_lab.warm.work import Work

Tell = Callable[..., None]
ENGINE = "polarhub"
logging.getLogger("papermill").setLevel(logging.ERROR)  # what it warns of is no news to anybody
LONGEST = 500  # characters of an error's text that a sentence takes
LINE = 200  # characters of a line that is told
SAVE_EVERY = 10  # seconds, while a cell runs


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `kind`: what was at fault, nothing where it was successful."""

    status: str
    kind: str | None = None
    message: str = ""


def run_notebook(work: Work, ready: ReadyKernel, tell: Tell) -> Outcome:
    """Run it and say how it ended; the notebook is in `work.target`, as far as it came."""
    before = Box().ended_for_memory()
    try:
        _papermill(work, ready, tell)
    except PapermillExecutionError as error:
        said = f"{error.ename}: {error.evalue}".strip(": ")[:LONGEST]
        return Outcome("failed", "notebook", f"The notebook failed in cell {error.exec_count}: {said}")
    except DeadKernelError:
        return Outcome("failed", "kernel", _how_it_ended(ready, before))
    except NoSuchKernel as error:
        there = ", ".join(sorted(KernelSpecManager().find_kernel_specs()))
        return Outcome("failed", "notebook", f"There is no kernel {error.name!r} here; there are {there}.")
    except CellTimeoutError:
        return Outcome("failed", "kernel", "The kernel did not tell its output within a minute.")
    except (nbformat.ValidationError, nbformat.reader.NotJSONError, PapermillException) as error:
        return Outcome("failed", "notebook", f"The notebook cannot be run: {str(error)[:LONGEST]}")
    except OSError as error:
        return Outcome("failed", "notebook", _disk(error))
    except Exception as error:
        return Outcome("failed", "system", f"The notebook could not be run: {error!r}"[:LONGEST])
    return Outcome("successful")


def _papermill(work: Work, ready: ReadyKernel, tell: Tell) -> None:
    _check_names(work.inputs)
    notebook = load_notebook_node(nbformat.reads(work.source, as_version=4))
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    kernel = work.kernel or notebook.metadata.kernelspec["name"]
    spec = KernelSpecManager().get_kernel_spec(kernel)
    _register(ready if is_own(spec) else None, tell)
    if not is_own(spec):
        ready.end()
    if work.inputs:
        notebook = parameterize_notebook(
            notebook, work.inputs, engine_name=ENGINE, kernel_name=kernel, language=spec.language
        )
    notebook = remove_error_markers(prepare_notebook_metadata(notebook, work.name, work.target))
    options = {"progress_bar": False, "autosave_cell_every": SAVE_EVERY}
    with chdir(work.folder):
        notebook = papermill_engines.execute_notebook_with_engine(
            ENGINE, notebook, kernel, output_path=work.target, **options
        )
    raise_for_execution_errors(notebook, work.target)


def practise() -> None:
    """Do what each run begins and ends with, so that it takes no time then: a fork copies what it touches."""
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="1")])
    notebook = load_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    notebook = parameterize_notebook(notebook, {"a": 1}, kernel_name="python3", language="python")
    prepare_notebook_metadata(notebook, "", "")
    Told(notebook, progress_bar=False).notebook_start()
    nbformat.writes(notebook)
    KernelSpecManager().get_kernel_spec("python3")


def _check_names(inputs: dict[str, Any]) -> None:
    """papermill writes `name = value`: a name may be nothing else."""
    for name in inputs:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise PapermillException(f"the input {name!r} is no name of a variable.")


class Told(NotebookExecutionManager):  # type: ignore[misc]
    """Tells how far the notebook is."""

    tell: Tell | None = None

    def code_cells(self) -> list[Any]:
        """Those that are run."""
        return [cell for cell in self.nb.cells if cell.cell_type == "code" and cell.source.strip()]

    def save(self, **kwargs: Any) -> None:
        """Save, and say how many cells are through."""
        super().save(**kwargs)
        if self.tell is None:
            return
        cells = self.code_cells()
        done = sum(cell.metadata.papermill["status"] in (self.COMPLETED, self.FAILED) for cell in cells)
        self.tell(done=done, total=len(cells))


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Tells the last line that was printed."""

    iopub_timeout = 60
    tell: Tell

    def process_message(self, *args: Any, **kwargs: Any) -> Any:
        """As before; and tell."""
        output = super().process_message(*args, **kwargs)
        if output and (line := last_line(output)):
            self.tell(line=line)
        return output


def last_line(output: Any) -> str:
    """The last line of what a cell shows as text."""
    if output.output_type == "stream":
        text = output.text
    elif output.output_type == "error":
        text = f"{output.ename}: {output.evalue}"
    else:
        text = output.get("data", {}).get("text/plain", "")
    lines = "".join(text).replace("\r", "\n").strip().splitlines()
    return lines[-1].strip()[:LINE] if lines else ""


class WarmClient(Client):
    """Runs in a kernel that is connected already, and knows at once when that has ended."""

    ready: ReadyKernel

    @contextmanager
    def setup_kernel(self, **_: Any) -> Iterator[None]:
        """It is set up."""
        self.kc = self.ready.client
        yield

    def execute(self, **_: Any) -> Any:
        """All cells."""
        self.reset_execution_trackers()
        with self.setup_kernel():
            self.papermill_execute_cells()
            self.nb.metadata["language_info"] = self.ready.info["language_info"]
            self.set_widgets_metadata()
        return self.nb

    async def _async_poll_kernel_alive(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.ready.ended, ended.set)
        try:
            await ended.wait()
            self.task_poll_for_reply.cancel()
        finally:
            loop.remove_reader(self.ready.ended)


def _register(ready: ReadyKernel | None, tell: Tell) -> None:
    """papermill's own way to bring an engine and a way to save."""

    class Ours(Engine):  # type: ignore[misc]
        @classmethod
        def execute_notebook(
            cls, nb: Any, kernel_name: str, output_path: str | None = None, **options: Any
        ) -> Any:
            told = Told(nb, output_path=output_path, **options)
            told.tell = tell
            told.notebook_start()
            try:
                _client(told, kernel_name, ready, tell).execute()
            except DeadKernelError:
                told.nb.metadata.papermill["exception"] = True
                raise
            finally:
                told.notebook_complete()
            return told.nb

    papermill_engines.register(ENGINE, Ours)
    papermill_io.register("/", Whole)


def _client(told: Told, kernel_name: str, ready: ReadyKernel | None, tell: Tell) -> Client:
    if ready:
        ready.go_to(str(Path.cwd()))
        client: Client = WarmClient(told, kernel_name=kernel_name)
        client.ready = ready
    else:
        client = Client(told, kernel_name=kernel_name, startup_timeout=120)
    client.tell = tell
    return client


class Whole:
    """Saves so that there is always a whole notebook, whatever happens meanwhile."""

    @staticmethod
    def write(text: str, path: str) -> None:
        """Write beside, then put in place."""
        fresh = Path(path).with_name(f".{Path(path).name}.new")
        try:
            # half a surrogate pair, which JSON allows, becomes JSON's own escape of it
            fresh.write_bytes(text.encode("utf-8", "backslashreplace"))
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise

    @staticmethod
    def read(path: str) -> str:
        """The text of a file."""
        return Path(path).read_text(encoding="utf-8")

    @staticmethod
    def pretty_path(path: str) -> str:
        """The path."""
        return path


def _how_it_ended(ready: ReadyKernel, before: int) -> str:
    if Box().ended_for_memory() > before:
        limit = os.environ.get("MEM_LIMIT")
        much = f"the {say_gb(int(limit))} of memory that this environment has" if limit else "its memory"
        return (
            f"The kernel was ended, because the run took more than {much}. "
            "Work on smaller pieces, or choose a larger environment."
        )
    with contextlib.suppress(ChildProcessError):
        pid, status = os.waitpid(ready.pid, os.WNOHANG)
        if pid and os.WIFSIGNALED(status):
            return f"The kernel was ended by {signal.Signals(os.WTERMSIG(status)).name} while a cell ran."
        if pid:
            return f"The kernel ended by itself ({os.WEXITSTATUS(status)}) while a cell ran."
    return "The kernel ended while a cell ran."


def _disk(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk of your home is full: the notebook cannot be saved. Delete files, then run it again."
    return f"The notebook cannot be saved: {error.strerror}."
