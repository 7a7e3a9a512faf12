"""``python -m renderer.synthetic``: films synthetic presenters into a folder; a second run goes on."""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from renderer.errors import RenderError
from renderer.synthetic.film import film, film_take
from renderer.synthetic.kinds import KINDS


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m renderer.synthetic", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the clips")
    parser.add_argument("--presenters", type=int, default=64, help="how many people")
    parser.add_argument("--frames", type=int, default=100, help="frames of each")
    parser.add_argument(
        "--seed", type=int, default=1, help="random numbers follow from it (default: %(default)s)"
    )
    parser.add_argument(
        "--kind", choices=sorted(KINDS), help="film takes with sound of this kind, such as braces"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes")
    args = parser.parse_args(arguments)
    try:
        _film_all(args)
    except RenderError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


def _film_all(args: argparse.Namespace) -> None:
    began, cpu_began_s = time.monotonic(), _cpu_of_workers_s()
    # Mesa would start a thread for each core in each worker.
    os.environ.setdefault("LP_NUM_THREADS", "1")
    # A forked process would share its parent's OpenGL.
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        works = [
            pool.submit(film_take, args.kind, n, args.seed, args.frames, args.out)
            if args.kind
            else pool.submit(film, n, args.seed, args.frames, args.out)
            for n in range(args.presenters)
        ]
        for done, work in enumerate(as_completed(works), start=1):
            left_s = (time.monotonic() - began) / done * (args.presenters - done)
            sys.stderr.write(
                f"\r{work.result().name}: {done} of {args.presenters}, about {left_s:.0f} s left "
            )
            sys.stderr.flush()
    cpu_s = _cpu_of_workers_s() - cpu_began_s
    sys.stderr.write(f"\n{cpu_s:.0f} CPU-seconds, {cpu_s / (args.presenters * args.frames):.2f} a frame\n")


def _cpu_of_workers_s() -> float:
    """CPU time of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
