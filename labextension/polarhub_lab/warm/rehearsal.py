"""What every run does, done once in a child that is thrown away: the zygote learns what it imports."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from polarhub_lab.warm.kernel import freshen

CELL = """
import json, sys
import numpy, xarray
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2])
plt.show()
print(1)
display(xarray.Dataset({"x": ("y", numpy.arange(3))}))
open("modules.json", "w").write(json.dumps(list(sys.modules)))
"""


def run() -> set[str]:
    """A small notebook with inputs and a picture, from its text to its file; the modules of its kernel."""
    from polarhub_lab.warm.ready import ReadyKernel
    from polarhub_lab.warm.run import run_notebook
    from polarhub_lab.warm.work import Work

    with tempfile.TemporaryDirectory() as folder:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
        work = Work(nbformat.writes(notebook), "r.ipynb", {"a": 1}, f"{folder}/notebook.ipynb", folder)
        ready = ReadyKernel.fork()
        run_notebook(work, ready, lambda **_: None)
        return set(json.loads(Path(folder, "modules.json").read_text()))


def kernel() -> set[str]:
    """A kernel that shows a picture; its modules."""
    from ipykernel.kernelapp import IPKernelApp

    freshen(None, ".")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder
        app = IPKernelApp.instance(parent_handle=1)
        app.initialize(["-f", f"{folder}/k.json", "--transport=ipc", f"--ip={folder}/k"])
        shell: Any = app.shell
        shell.enable_matplotlib("inline")
        os.chdir(folder)
        shell.run_cell(CELL)
        return set(sys.modules)
