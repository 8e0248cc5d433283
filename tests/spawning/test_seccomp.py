"""The filter of system calls: what researchers use works, what needs a privilege is refused by the kernel."""

import ctypes
import errno
import os
import subprocess
import sys

import pytest

from hub.spawning.seccomp.program import ARCHITECTURES, numbers, program
from tests.hubs import RunningHub

pytestmark = pytest.mark.timeout(240)
HERE = os.uname().machine
# in a child, which keeps the filter for ever: sets it, then prints what each call answers
UNDER_FILTER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
text = bytes.fromhex(sys.argv[1])
class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Program(len(text) // 8, text)), 0, 0) == 0
def answer(*call):
    ctypes.set_errno(0)
    libc.syscall(*call)
    return ctypes.get_errno()
print([answer(*call) for call in eval(sys.argv[2])])
"""
TRACE = """
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
child = os.fork()
if child == 0:
    libc.ptrace(0, 0, None, None)
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(7)
stopped = os.WIFSTOPPED(os.waitpid(child, 0)[1])
libc.ptrace(7, child, None, None)
print(stopped, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
USED = """
import asyncio, multiprocessing, subprocess, tempfile, threading
threading.Thread(target=print, args=("thread",)).start()
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, [-1, -2]))
with tempfile.TemporaryDirectory() as folder:
    how = {"cwd": folder, "check": True, "capture_output": True, "text": True}
    run = lambda *command: subprocess.run(command, **how).stdout
    run("git", "init", "-q"); run("git", "status", "--short")
    run("python", "-m", "venv", "own")
    print("pip" in run("own/bin/pip", "--version"), run("sh", "-c", "echo shell").strip())
"""


def under_filter(calls: list[tuple[int, ...]]) -> list[int]:
    """The error number that each system call gives under the filter."""
    text = program()
    assert text is not None
    command = [sys.executable, "-c", UNDER_FILTER, text.hex(), repr(calls)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    return [int(number) for number in said.strip("[]\n").split(",")]


@pytest.mark.skipif(HERE not in ARCHITECTURES, reason="no table for this kind of machine")
def test_calls_are_told_apart_by_number_and_argument() -> None:
    known = numbers(HERE)
    clone, socket, personality = known["clone"], known["socket"], known["personality"]
    asked = {
        (known["getpid"],): 0,
        (personality, 0xFFFF_FFFF): 0,
        (personality, 0x40_0000): errno.EPERM,
        (socket, 40, 1, 0): errno.EPERM,
        (socket, 1, 1, 0): 0,
        (clone, 0x1000_0000 | 17, 0, 0, 0, 0): errno.EPERM,
        (435, 0, 0): errno.ENOSYS,
        (425, 1, 0): errno.EPERM,
        (999,): errno.ENOSYS,
    }
    assert under_filter(list(asked)) == list(asked.values())


def test_what_containers_may_not_do_is_in_no_table() -> None:
    refused = {"mount", "unshare", "setns", "bpf", "keyctl", "perf_event_open", "kexec_load", "init_module"}
    refused |= {"userfaultfd", "io_uring_setup", "open_by_handle_at", "reboot", "swapon", "pivot_root"}
    for machine in ARCHITECTURES:
        known = numbers(machine)
        assert not refused & set(known)
        assert len(set(known.values())) == len(known), "no number twice"
        assert {"read", "openat", "clone", "execve", "ptrace", "futex", "epoll_pwait"} <= set(known)


def test_numbers_are_those_of_this_machine() -> None:
    known, libc = numbers(HERE), ctypes.CDLL(None)
    assert libc.syscall(known["getpid"]) == os.getpid()
    assert libc.syscall(known["getppid"]) == os.getppid()
    assert libc.syscall(known["getuid"]) == os.getuid()


def test_no_table_no_filter() -> None:
    assert program("riscv64") is None


def test_what_researchers_use_works(hub: RunningHub) -> None:
    hub.add_user("tove")
    hub.spawn("tove", {"profile": "small"})
    kernel = hub.kernel("tove")
    assert kernel.run(USED).split() == ["thread", "[1,", "2]", "True", "shell"]
    assert kernel.run(TRACE).strip() == "True 7", "a debugger holds its own child"
    assert "shell" in hub.terminal("tove").run("bash -c 'echo she''ll' | cat")
    hub.stop_server("tove")
