"""`python -m tests`: installs what no wheel brings, then runs every test; arguments go to pytest."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hub.machine import ROOT, path_with_node

DEBIAN = {"chromium": "chromium", "git": "git", "ps": "procps"}
POSTGRES = Path("/usr/lib/postgresql")  # Debian keeps its programs apart from the PATH


def install_debian_packages() -> str | None:
    """What is missing of Debian's packages; says what to do where we may not install it."""
    missing = [package for program, package in DEBIAN.items() if shutil.which(program) is None]
    if not any(POSTGRES.glob("*/bin/postgres")):
        missing.append("postgresql")
    if not missing:
        return None
    if os.geteuid() != 0:
        words = f"{', '.join(missing)}: run `apt-get install {' '.join(missing)}` as root"
        return f"The tests need {words}, then again."
    print(f"installing {', '.join(missing)} from Debian's packages", flush=True)
    apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *command], env=apt, capture_output=True, text=True, timeout=900, check=False
        )
        if done.returncode:
            return f"`apt-get {' '.join(command)}` failed: {done.stderr.strip()[-300:]}"
    return None


def install_node_packages() -> str | None:
    """Programs that only the tests run: each folder below tests/ that has a lock of its own."""
    for lock in sorted((ROOT / "tests").glob("*/package-lock.json")):
        stamp = lock.parent / "node_modules" / ".package-lock.json"
        if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
            continue
        print(f"installing node packages for tests/{lock.parent.name}", flush=True)
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=lock.parent,
            env={**os.environ, "PATH": path_with_node()},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if done.returncode:
            return f"`npm ci` in tests/{lock.parent.name} failed: {done.stderr.strip()[-300:]}"
    return None


def main() -> int:
    """pytest's own exit code, or 1 where something could not be installed."""
    for install in (install_debian_packages, install_node_packages):
        if sentence := install():
            print(sentence, file=sys.stderr)
            return 1
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLARHUB_")}
    environment["PATH"] = path_with_node()
    return subprocess.call([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
