"""Which files a browser needs first."""

from pathlib import Path

from hub.lab_files.needed import LEARNED, address_of, needed_files, plain_name
from hub.lab_files.tree import LabTree
from tests.lab_files.share import make_share


def test_the_program_comes_first_then_the_doors_then_the_rest_then_what_extensions_offer(
    tmp_path: Path,
) -> None:
    learned = ["static/main.js", "static/jlab_core.js", "static/99.js", "static/gone.js"]
    assert needed_files(LabTree.of(make_share(tmp_path)), learned) == [
        "static/main.0123456789abcdef.js?v=0123456789abcdef",
        "static/jlab_core.fedcba9876543210.js?v=fedcba9876543210",
        "labextensions/@polar/map/static/remoteEntry.bbbbbbbbbbbbbbbbbbbb.js",
        "labextensions/plain/static/remoteEntry.eeeeeeeeeeeeeeeeeeee.js",
        "static/99.aaaaaaaaaaaaaaaa.js?v=aaaaaaaaaaaaaaaa",
        "labextensions/@polar/map/static/12.cccccccccccccccc.js?v=cccccccccccccccc",
        "labextensions/@polar/map/static/7.dddddddddddddddd.js?v=dddddddddddddddd",
    ]


def test_names_lose_their_hash_and_get_it_back() -> None:
    assert plain_name("static/99.aaaaaaaaaaaaaaaa.js") == "static/99.js"
    assert plain_name("static/plain.js") == address_of("static/plain.js") == "static/plain.js"


def test_the_list_that_comes_with_us_fits_the_jupyterlab_that_is_installed() -> None:
    tree = LabTree.of()
    names = {plain_name(name) for name in tree.files}
    learned = LEARNED.read_text().split()
    assert len(learned) > 40
    assert [name for name in learned if name.startswith("static/") and name not in names] == []


def test_the_needed_files_are_small_enough_for_a_slow_link() -> None:
    tree = LabTree.of()
    needed = [tree.files[address.partition("?")[0]] for address in needed_files(tree)]
    assert sum(path.stat().st_size for path in needed) < 7e6
