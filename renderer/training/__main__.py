"""Trains the shipped base weights, and compares starts of a fit.

python -m renderer.training mouth --clips DIR --out renderer/weights/mouth.safetensors --minutes 35
python -m renderer.training motion --out renderer/weights/motion.safetensors --minutes 36
python -m renderer.training ear --teachers DIR --out renderer/weights/ear.safetensors --minutes 10
python -m renderer.training styles
python -m renderer.training voices FOLDER/package --out renderer/weights/voice_space.safetensors
python -m renderer.training starts --takes ONE.mp4 TWO.mp4 --steps 300
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys

# The word of each command, the module that runs it, and what it trains.
COMMANDS = {
    "mouth": ("mouth", "the mouth refiner, from films of synthetic people"),
    "motion": ("denoiser", "the viseme denoiser, from synthetic voices"),
    "styles": ("styles", "English styles of the voice network, mixed from given ones"),
    "ear": ("ear", "the ear, from synthetic voices in many languages"),
    "voices": ("voice_space", "the space of Kokoro's stock voices, from their package"),
    "starts": ("start_comparison", "what the mouth's base weights gain for a new person"),
}


def main(arguments: list[str]) -> int:
    """Runs one training; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m renderer.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True)
    for name, (module_name, help_text) in COMMANDS.items():
        module = importlib.import_module(f"renderer.training.{module_name}")
        command = commands.add_parser(name, help=help_text)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
