"""Notices what a user must be told: something was ended for memory, or the home is (nearly) full."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from polarhub_lab.limits.figures import Box, Process
from polarhub_lab.limits.home import FULL, HomeMeter

NEARLY = 0.9  # of the home's size
MANY = 20  # messages that are kept


@dataclass(frozen=True)
class Kernel:
    """A kernel that runs, and the notebook it belongs to."""

    pid: int
    notebook: str


@dataclass(frozen=True)
class Message:
    """What a user is told, once. `kind` is error or warning."""

    number: int
    kind: str
    text: str


def say_gb(size: float) -> str:
    """Bytes in GB, as people read them."""
    return f"{size / 1e9:.1f}".removesuffix(".0") + " GB"


@dataclass
class Watch:
    """Looks at the box again and again, and collects what is to be told."""

    box: Box
    home: HomeMeter
    memory_limit: int
    home_size: int
    kernels: Callable[[], Mapping[str, Kernel]] = dict
    messages: list[Message] = field(default_factory=list)
    _ended: int = 0
    _puzzled: bool = False
    _seen: dict[int, Process] = field(default_factory=dict)
    _kernels: Mapping[str, Kernel] = field(default_factory=dict)
    _home_said: str = ""

    def look(self) -> None:
        """Look once; what is new is added to `messages`."""
        # Counted before the processes are listed: whoever is counted is missing from the list.
        ended = self.box.ended_for_memory()
        now = {p.pid: p for p in self.box.processes()}
        if ended > self._ended:
            gone = {pid: p for pid, p in self._seen.items() if pid not in now}
            if not gone and not self._puzzled:
                self._puzzled = True  # it is counted a moment before it goes: the next look knows who it was
                return self._look_at_home()
            self._tell("error", self._what_ended(gone))
        self._puzzled = False
        self._ended, self._seen, self._kernels = ended, now, dict(self.kernels())
        self._look_at_home()

    def _what_ended(self, gone: Mapping[int, Process]) -> str:
        limit = f"the {say_gb(self.memory_limit)} of memory that this environment has"
        names = [k.notebook for k in self._kernels.values() if k.pid in gone]
        do = "Work on smaller pieces, close other notebooks, or choose a larger environment."
        if names:
            return (
                f"The kernel of {' and '.join(names)} was ended, because together with the rest it took "
                f"more than {limit}. Its variables are lost; notebooks and files are safe. {do}"
            )
        largest = max(gone.values(), key=lambda p: p.memory, default=None)
        what = f"The program {largest.name}" if largest else "A program"
        return f"{what} was ended, because together with the rest it took more than {limit}. {do}"

    def _look_at_home(self) -> None:
        state, kind, text = self._home_state()
        if text and state != self._home_said:
            self._tell(kind, text)
        self._home_said = state

    def _home_state(self) -> tuple[str, str, str]:
        """A name for the state of the home, the kind of message and its text; no text where all is well."""
        use = self.home.use()
        used = use.used if use else 0
        if self.home.free() < FULL:
            return (
                "full",
                "error",
                "The disk of your home is full: nothing can be saved until you delete files.",
            )
        holds, gives = say_gb(used), say_gb(self.home_size)
        if used >= self.home_size:
            text = f"Your home holds {holds}, this environment gives {gives}: delete what you do not need."
            return "over", "warning", text
        if used >= NEARLY * self.home_size:
            return "nearly", "warning", f"Your home is nearly full: {holds} of {gives}."
        return "", "", ""

    def _tell(self, kind: str, text: str) -> None:
        number = self.messages[-1].number + 1 if self.messages else 1
        self.messages = [*self.messages[-MANY + 1 :], Message(number, kind, text)]
