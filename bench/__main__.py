"""`python -m bench [--quick] [name …]`: measures beside the peers and prints a table each."""

import argparse
import importlib

BENCHES = {
    "catalog": "search inside the process, beside rustac",
    "stac_http": "search over HTTP",
    "spawn": "spawn to ready, beside stock JupyterHub",
    "servers": "instant servers: click to ready, memory, a class at once, a thousand starts",
    "slow_link": "a usable JupyterLab over 512 kbit/s and 600 ms, beside stock",
    "fuzz": "the OGC API under 5,000 odd questions of schemathesis",
    "kills": "a thousand runs under SIGKILLs: lost, done twice, caps",
    "headless": "a notebook from POST to result, beside papermill and jupyter-scheduler",
    "kernels": "a kernel with the polar stack, beside stock",
    "first_run": "make run in an empty clone",
}


def main() -> None:
    """Run the chosen benches one after another, never beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=", ".join(f"{n}: {w}" for n, w in BENCHES.items())
    )
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: to see that it works")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(BENCHES)
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    for name in chosen.names or BENCHES:
        importlib.import_module(f"bench.{name}").run(quick=chosen.quick)


if __name__ == "__main__":
    main()
