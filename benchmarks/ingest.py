"""Compares a first sync by Pulse with other ways of collecting the same rows from the same server.

The server is Pulse's sandbox in a process of its own. Every contender runs in a process of its own, and its rows are
compared with the others' before a figure is shown. Pulse goes the whole way to typed Parquet tables; the plain loop,
PyGithub and the bare GraphQL loop end with JSON lines, dlt with DuckDB. The REST rivals do not ask for the additions,
deletions and changed files of a pull request, which would cost them one request more for each.
"""

import argparse
import sys
from collections.abc import Sequence

from comparison import CONTENDERS, MORE_CONTENDERS, PULSE, RowsDiffer, compare
from growth import grow
from measure import ContenderFailed, compiled_once
from report import print_comparison, print_growth
from world import serving

#: At a latency the rivals wait for each of thousands of requests, so there are fewer.
_SIZE, _SIZE_WITH_LATENCY, _QUICK_SIZE = 2_000, 200, 200
_MODES = {"list": False, "details": True}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        contenders = (PULSE,) if options.growth else options.only
        with compiled_once(contenders, is_warmed_up=options.warm_up):
            if options.growth:
                print_growth(grow(options.sizes))
            else:
                _compare(options)
    except (ContenderFailed, RowsDiffer) as error:
        print(f"No result: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(options: argparse.Namespace) -> None:
    comparisons = []
    for latency_ms in options.latency_ms or ((0,) if options.quick else (0, 50)):
        usual = _QUICK_SIZE if options.quick else _SIZE_WITH_LATENCY if latency_ms else _SIZE
        with serving(options.pull_requests or usual, latency_ms=latency_ms) as world:
            for mode in options.mode or _MODES:
                print(f"{mode}, {latency_ms} ms", file=sys.stderr, flush=True)
                comparison = compare(
                    options.only,
                    world,
                    latency_ms=latency_ms,
                    has_details=_MODES[mode],
                    rounds=1 if options.quick else options.rounds,
                )
                comparisons.append(comparison)
    for comparison in comparisons:
        print_comparison(comparison)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pull-requests", type=int, help="about so many; default 2,000, and 200 at a latency")
    parser.add_argument("--latency-ms", type=int, action="append", help="added to every answer; default 0 and 50")
    parser.add_argument("--mode", choices=_MODES, action="append", help="default both")
    parser.add_argument(
        "--only",
        type=_contenders,
        default=CONTENDERS,
        help=f"of {','.join(CONTENDERS)}, comma separated; not run by default: {','.join(MORE_CONTENDERS)}",
    )
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is shown; default 3")
    parser.add_argument("--quick", action="store_true", help="one round, 200 pull requests, no latency")
    parser.add_argument("--no-warm-up", dest="warm_up", action="store_false", help="bytecode is compiled in round 1")
    parser.add_argument("--growth", action="store_true", help="pulse alone, at growing sizes")
    parser.add_argument("--sizes", type=_sizes, default=(1_000, 10_000, 100_000), help="for --growth")
    return parser


def _contenders(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - {*CONTENDERS, *MORE_CONTENDERS}:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
