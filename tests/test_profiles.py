"""Profiles: the matrix of profile, group and machine, and every mistake a file can hold."""

from pathlib import Path

import pytest

from hub.errors import BadFile, BadInput
from hub.machine import ROOT
from hub.profiles import (
    GB,
    Machine,
    Profile,
    available,
    choose,
    parse_size,
    preselected,
    read_profile,
    read_profiles,
    say_size,
)

SHIPPED = ROOT / "spawner_profiles"
BIG = Machine(cpu=16, memory=128 * GB, disk=1000 * GB)
HERE = Machine(cpu=2, memory=25 * GB, disk=270 * GB)
TINY = Machine(cpu=1, memory=2 * GB, disk=1000 * GB)
GOOD = "title: T\ndescription: D\ncpu: 1\nmemory: 1 GB\ndisk: 1 GB\n"


def write(folder: Path, **files: str) -> Path:
    profiles = folder / "spawner_profiles"
    profiles.mkdir()
    for name, text in files.items():
        (profiles / f"{name}.yaml").write_text(text)
    return profiles


@pytest.mark.parametrize(
    ("slug", "cpu", "memory", "disk", "terminal", "figures"),
    [
        ("small", 2, 8, 32, True, "2 CPU · 8 GB memory · 32 GB disk"),
        ("medium", 4, 32, 128, True, "4 CPU · 32 GB memory · 128 GB disk"),
        ("large", 8, 64, 256, True, "8 CPU · 64 GB memory · 256 GB disk"),
        ("interactive", 1, 4, 16, False, ""),
    ],
)
def test_what_is_shipped(slug: str, cpu: float, memory: int, disk: int, terminal: bool, figures: str) -> None:
    profile = next(p for p in read_profiles(SHIPPED) if p.slug == slug)
    assert (profile.cpu, profile.memory, profile.disk) == (cpu, memory * GB, disk * GB)
    assert (profile.terminal, profile.figures) == (terminal, figures)


def test_the_shipped_order_and_default() -> None:
    profiles = read_profiles(SHIPPED)
    assert [p.slug for p in profiles] == ["small", "medium", "large", "interactive"]
    assert [p.slug for p in profiles if p.default] == ["small"]


def profile(
    slug: str, cpu: float = 1, memory: int = 1, disk: int = 1, groups: tuple[str, ...] = ()
) -> Profile:
    return Profile(
        slug=slug,
        title=slug.title(),
        description="d",
        cpu=cpu,
        memory=f"{memory} GB",  # type: ignore[arg-type]
        disk=f"{disk} GB",  # type: ignore[arg-type]
        groups=list(groups),  # type: ignore[arg-type]
        default=slug == "all",
    )


OFFER = [
    profile("all", cpu=2, memory=8, disk=32),
    profile("quick", cpu=4, memory=8),
    profile("roomy", cpu=1, memory=64),
    profile("vast", disk=500),
    profile("course", cpu=1, groups=("course-1", "staff")),
]


@pytest.mark.parametrize(
    ("machine", "groups", "given", "refused"),
    [
        (BIG, (), "all quick roomy vast", ""),
        (BIG, ("course-1",), "all quick roomy vast course", ""),
        (BIG, ("course-2",), "all quick roomy vast", ""),
        (HERE, (), "all", "quick:CPU roomy:memory vast:disk"),
        (HERE, ("staff", "others"), "all course", "quick:CPU roomy:memory vast:disk"),
        (TINY, (), "vast", "all:CPU quick:CPU roomy:memory"),
        (TINY, ("staff",), "vast course", "all:CPU quick:CPU roomy:memory"),
    ],
)
def test_profile_by_group_by_machine(
    machine: Machine, groups: tuple[str, ...], given: str, refused: str
) -> None:
    offers = available(OFFER, machine, groups)
    assert [p.slug for p, reason in offers if reason is None] == given.split()
    reasons = {p.slug: reason for p, reason in offers if reason}
    assert set(reasons) == {pair.split(":")[0] for pair in refused.split()}
    for slug, word in (pair.split(":") for pair in refused.split()):
        assert f" {word}, this machine" in reasons[slug]
        with pytest.raises(BadInput, match="is not available here"):
            choose(OFFER, machine, groups, slug)
    for slug in given.split():
        assert choose(OFFER, machine, groups, slug).slug == slug


def test_without_a_choice_the_default_and_else_the_first_that_can_be_had() -> None:
    assert choose(OFFER, HERE, ()).slug == "all"
    assert choose(OFFER, TINY, ()).slug == "vast"
    nothing = Machine(cpu=0.5, memory=GB, disk=GB)
    assert preselected(available(OFFER, nothing, ())) is None
    with pytest.raises(BadInput, match="too small"):
        choose(OFFER, nothing, ())


@pytest.mark.parametrize("slug", ["course", "unknown", "../small", ""])
def test_a_profile_of_others_and_one_that_is_not_there_look_alike(slug: str) -> None:
    with pytest.raises(BadInput, match="There is no environment of this name for you; there are all") as said:
        choose(OFFER, HERE, (), slug)
    assert said.value.where == "profile"


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        (GOOD + "colour: red\n", "colour", "There is no such field; there are title, description, cpu"),
        (GOOD.replace("1 GB\ndisk", "8 Gb\ndisk"), "memory", "`8 Gb` is no size"),
        (GOOD.replace("1 GB\ndisk", "8\ndisk"), "memory", "`8` is no size"),
        (GOOD.replace("disk: 1 GB", "disk: -1 GB"), "disk", "`-1 GB` is no size"),
        (GOOD.replace("disk: 1 GB", "disk: 0 GB"), "disk", "`0 GB` is no size"),
        (GOOD.replace("cpu: 1", "cpu: many"), "cpu", "number"),
        (GOOD.replace("cpu: 1", "cpu: 0"), "cpu", "greater than 0"),
        (GOOD.replace("cpu: 1\n", ""), "cpu", "This field is missing"),
        (GOOD.replace("title: T", "title: 5"), "title", "string"),
        (GOOD + "groups: staff\n", "groups", "Write a list, as in `[staff]`"),
        (GOOD + "default: yes please\n", "default", "boolean"),
        (GOOD + "slug: other\n", "slug", "the file's name is the slug"),
    ],
)
def test_a_mistake_names_file_and_field(tmp_path: Path, text: str, field: str, sentence: str) -> None:
    path = write(tmp_path, one=text) / "one.yaml"
    with pytest.raises(BadFile) as said:
        read_profile(path)
    assert said.value.where == f"spawner_profiles/one.yaml: {field}"
    assert sentence in said.value.message


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title: [", "cannot be read"),
        ("- a\n- b\n", "one `field: value` a line"),
        ("", "one `field: value` a line"),
        (GOOD + "cpu: 2\n", "`cpu` stands here twice"),
        ("1: 2\n", "field's name is a word"),
        ("!!python/object/apply:os.system [id]\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_profile_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    path = write(tmp_path, one=text) / "one.yaml"
    with pytest.raises(BadFile) as said:
        read_profile(path)
    assert said.value.where == "spawner_profiles/one.yaml"
    assert sentence in said.value.message


def test_exactly_one_default(tmp_path: Path) -> None:
    folder = write(tmp_path, a=GOOD, b=GOOD)
    with pytest.raises(BadFile, match=r"spawner_profiles/\*.yaml: default: None is the default"):
        read_profiles(folder)
    for name in "ab":
        (folder / f"{name}.yaml").write_text(GOOD + "default: true\n")
    with pytest.raises(BadFile, match=r"spawner_profiles/b.yaml: default: a and b are all marked"):
        read_profiles(folder)


def test_a_slug_is_there_once_and_is_a_plain_name(tmp_path: Path) -> None:
    folder = write(tmp_path, a=GOOD + "default: true\n")
    (folder / "a.yml").write_text(GOOD)
    with pytest.raises(BadFile, match=r"a\.yaml: slug: Another file has the same name"):
        read_profiles(folder)
    (folder / "a.yml").rename(folder / "B c.yaml")
    with pytest.raises(BadFile, match="lower-case letters"):
        read_profiles(folder)


@pytest.mark.parametrize(
    ("text", "size"),
    [("8 GB", 8 * 10**9), ("8GiB", 8 * 2**30), ("1.5 TB", 1_500_000_000_000), ("200 MB", 2 * 10**8)],
)
def test_gb_is_a_billion_bytes_and_gib_is_a_power_of_two(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("size", "text"),
    [(8 * GB, "8 GB"), (1.5 * GB, "1.5 GB"), (25.3 * GB, "25 GB"), (350e6, "350 MB"), (5e6, "5 MB")],
)
def test_sizes_are_told_in_gb(size: float, text: str) -> None:
    assert say_size(size) == text
