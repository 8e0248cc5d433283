"""Which kernels are the Python that we run ourselves, so that they can be forked."""

import sys

from jupyter_client.kernelspec import KernelSpec


def is_own(spec: KernelSpec) -> bool:
    """Whether a kernel is our own Python, started in the ordinary way, without anything of its own."""
    own = {"python", "python3", f"python3.{sys.version_info[1]}", sys.executable}
    start = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return spec.argv[0] in own and spec.argv[1:] == start and not spec.env
