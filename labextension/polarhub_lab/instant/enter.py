"""How a forked process becomes an inhabitant of a box: its namespaces, its user, no privilege, for good."""

import ctypes
import fcntl
import os
import resource
import signal
from collections.abc import Collection
from pathlib import Path

NS_GET_PARENT = 0xB702  # linux/nsfs.h
CLONE = {
    "mnt": 0x0002_0000,
    "cgroup": 0x0200_0000,
    "uts": 0x0400_0000,
    "ipc": 0x0800_0000,
    "user": 0x1000_0000,
    "pid": 0x2000_0000,
    "net": 0x4000_0000,
}
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL = 4, 24, 38, 47, 4
CAPABILITY_VERSION_3 = 0x2008_0522
KEYCTL, KEYCTL_JOIN_SESSION_KEYRING = {"x86_64": 250, "aarch64": 219}, 1

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2


class SockProgram(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _setns(descriptor: int, kinds: int) -> None:
    _checked(libc.setns(descriptor, kinds), f"setns({kinds:#x})")


def join_namespaces(inhabitant: int) -> None:
    """Move into all namespaces of a process; of that of pids, with the next fork.

    `inhabitant` is a pidfd. bwrap ends in a user namespace nested in the one that owns all the others: root
    joins those from where it is; anybody else must go through the outer one, where they may do it.
    """
    others = sum(CLONE[kind] for kind in ("mnt", "cgroup", "uts", "ipc", "pid", "net"))
    if os.geteuid() == 0:
        os.setgroups([])  # before the user namespace, which forbids it
        _setns(inhabitant, others)
    else:
        pid = _pid_of(inhabitant)
        with open(f"/proc/{pid}/ns/user", "rb") as inner:  # noqa: PTH123 - a namespace, not a file
            outer = fcntl.ioctl(inner.fileno(), NS_GET_PARENT)
        try:
            _setns(outer, CLONE["user"])
        finally:
            os.close(outer)
        _setns(inhabitant, others)
    _setns(inhabitant, CLONE["user"])


def _pid_of(pidfd: int) -> int:
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pid":
            return int(value)
    raise OSError("not a pidfd")


def drop_privileges(uid: int) -> None:
    """Become this user, with no capability and no way to gain one."""
    libc.syscall(KEYCTL[os.uname().machine], KEYCTL_JOIN_SESSION_KEYRING, None)  # a new, empty one
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc.prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0, 0, 0)
    # the uid that we came with is not mapped here, so leaving it dropped nothing by itself
    header, nothing = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _checked(libc.capset(header, nothing), "capset")
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")  # as after an exec: /proc/self is one's own


def filter_calls(program: bytes) -> None:
    """From now on only the system calls that this program of the kernel's filter allows."""
    if not program:
        return
    steps = ctypes.create_string_buffer(program, len(program))
    whole = SockProgram(len(program) // 8, ctypes.cast(steps, ctypes.c_void_p))
    _checked(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(whole), 0, 0), "seccomp")


def close_all_but(kept: Collection[int]) -> None:
    """Close every descriptor that is not to be kept."""
    for descriptor in [int(name) for name in os.listdir("/proc/self/fd")]:  # noqa: PTH208 - of this moment
        if descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                continue  # that of the listing


def fresh_signals() -> None:
    """As a program finds them that was just started."""
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
