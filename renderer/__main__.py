"""``python -m renderer``: the engine alone, without Django."""

import sys

from renderer.cli import main

sys.exit(main(sys.argv[1:]))
