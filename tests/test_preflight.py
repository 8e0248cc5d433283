"""What is looked at before a start says in one sentence what to do."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub import preflight
from hub.errors import StartRefused
from hub.settings import Settings


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings.load({"POLARHUB_PORT": str(taken.getsockname()[1])})
        with pytest.raises(StartRefused, match="POLARHUB_PORT"):
            preflight.port_is_free(settings)
    preflight.port_is_free(settings)


def test_the_data_folder_is_made_and_cannot_be_listed_by_others(tmp_path: Path) -> None:
    data = tmp_path / "new" / "folder"
    preflight.data_folder(data)
    assert data.stat().st_mode & 0o777 == 0o711


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StartRefused, match="POLARHUB_DATA"):
        preflight.data_folder(tmp_path / "file" / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said_before_the_start(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], check=True)
    try:
        with pytest.raises(StartRefused, match=r"full \(0\.0 GB free"):
            preflight.data_folder(tmp_path)
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_two_hubs_never_share_a_folder(tmp_path: Path) -> None:
    holder = preflight.only_one(tmp_path)
    with pytest.raises(StartRefused, match=f"process {os.getpid()}"):
        preflight.only_one(tmp_path)
    holder.close()
    preflight.only_one(tmp_path).close()


def test_a_wrong_setting_ends_the_start_with_one_sentence_and_no_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "hub"],
        env={**os.environ, "POLARHUB_PORT": "much"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "POLARHUB_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr
