"""Render workers that start at once: the engine is imported here, each line on stdin forks one worker.

Django-Q's cluster forks its workers in the same way, but each of those imports the engine anew, which
takes longer than a small video.
"""

from __future__ import annotations

import gc
import os
import signal
import sys


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import renderer.presenter.bake
    import renderer.render.pipeline  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who are killed
    gc.freeze()
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _work()
            os._exit(0)
        os.write(sys.stdout.fileno(), f"{pid}\n".encode())


def _work() -> None:
    from campaigns import tasks

    while tasks.render_one() != "nothing waits":
        pass


if __name__ == "__main__":
    main()
