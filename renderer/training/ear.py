"""Trains the ear on synthetic voices.

    python -m renderer.training ear --teachers DIR --translations DIR --out ear.safetensors --minutes 10

First the speech is made: the voices of `renderer.training.neural_voices` and eSpeak say lines of many
languages, read from a folder of gettext catalogues (Django's own, in site-packages, has a hundred languages).
Each talker is one file under ``--talks``; what is there is not made again, and ``--only-speech`` ends there.
Then the network is trained for ``--minutes``.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file

from renderer.motion.denoiser_loss import compute_activation_error
from renderer.motion.ear import ROWS, EarNetwork, hear_on_grid
from renderer.motion.visemes import VISEMES
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.log_mel import BANDS
from renderer.training.ear_speech import EarSpeech, draw_teacher, load_talker, make_talker, save_talker
from renderer.training.speech_augmentation import augment_sound

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

_SECONDS_EACH = 20.0
_VALIDATION_TALKERS = 10
_BATCH, _WINDOW = 16, 200
# Waves are varied already; with all windows augmented once more, held-out talkers were heard worse.
_AUGMENTED_SHARE = 0.2
_LEARNING_RATE, _WEIGHT_DECAY, _WARMUP_STEPS = 3e-3, 0.02, 60
_EMA_SHARE = 0.06  # the moving average spans this share of all steps
_LOG_EVERY_S = 30.0
_MEASURES = np.array([viseme.targets for viseme in VISEMES], np.float32)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--teachers", type=Path, required=True, help="folder of teaching voices")
    parser.add_argument(
        "--translations", type=Path, help="folder of gettext catalogues (default: English only)"
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="training time, without the synthesis")
    parser.add_argument(
        "--talks", type=Path, default=Path("var/training/ear"), help="folder of synthetic speech"
    )
    parser.add_argument(
        "--talkers", type=int, nargs="+", default=[379], metavar="N",
        help="how many talkers, or the first and the one after the last (default: 379)",
    )  # fmt: skip
    parser.add_argument("--only-speech", action="store_true", help="make the speech and stop")
    parser.add_argument(
        "--width", type=int, default=88, help="channels of the network (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=11, help="random numbers follow from it")


def run(args: argparse.Namespace) -> int:
    """Makes the speech that is missing, trains, writes the weights; returns the exit status."""
    talkers = [
        load_or_make_talker(number, args.talks, args.teachers, args.translations, args.seed)
        for number in range(*args.talkers)
    ]
    if args.only_speech:
        return 0
    pairs = [[build_pair(one) for one in versions] for versions in talkers]
    validation, training = pairs[:_VALIDATION_TALKERS], pairs[_VALIDATION_TALKERS:]
    net, steps = train(training, validation, args.minutes * 60, args.width, args.seed)
    facts = {
        "config": {"width": args.width, "rounds": 2},
        "talkers": len(training), "versions": len(training[0]), "seconds_each": _SECONDS_EACH,
        "steps": steps, "seconds": round(args.minutes * 60), "batch": _BATCH, "seed": args.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} thread(s)", "torch": torch.__version__,
        "validation": {name: round(r, 3) for name, r in measure_hearing(net, validation).items()},
    }  # fmt: skip
    log.info("%s", facts)
    tensors = {name: value.half().contiguous() for name, value in net.state_dict().items()}
    with atomic_write(args.out) as part:
        save_file(tensors, part, {"ear": json.dumps(facts, sort_keys=True)})
    return 0


Pair = tuple[Floats, Floats]


def load_or_make_talker(
    number: int, folder: Path, teachers: Path, translations: Path | None, seed: int
) -> list[EarSpeech]:
    """One talker's versions, read from the folder or made now."""
    path = folder / f"ear-{seed}-{number:04d}.safetensors"
    if not path.exists():
        rng = np.random.default_rng([seed, number])
        teacher = draw_teacher(rng)
        save_talker(make_talker(_SECONDS_EACH, teachers, translations, rng, teacher), path)
        log.info("talker %d, %s", number, teacher)
    return load_talker(path)


def build_pair(speech: EarSpeech) -> Pair:
    """Bands [ROWS * n, BANDS] and the activations [n, V] that belong to them."""
    target = speech.compute_target()
    moments = min(len(target), len(speech.bands) // ROWS)
    return speech.bands[: moments * ROWS], target[:moments]


def sample_windows(
    talkers: list[list[Pair]], count: int, window: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Bands [count, ROWS * window, BANDS] and activations [count, window, V] of random moments; what a short
    talk lacks is silence.
    """
    sounds = np.zeros((count, ROWS * window, BANDS), np.float32)
    targets = np.zeros((count, window, len(VISEMES)), np.float32)
    for place in range(count):
        versions = talkers[int(rng.integers(len(talkers)))]
        bands, target = versions[int(rng.integers(len(versions)))]
        start = int(rng.integers(max(len(target) - window, 0) + 1))
        some = target[start : start + window]
        targets[place, : len(some)] = some
        sounds[place, : ROWS * len(some)] = bands[ROWS * start : ROWS * (start + len(some))]
    varied = rng.random(count) < _AUGMENTED_SHARE
    sounds[varied] = augment_sound(sounds[varied], rng)
    return torch.from_numpy(sounds), torch.from_numpy(targets)


def train(
    training: list[list[Pair]], validation: list[list[Pair]], seconds: float, width: int, seed: int
) -> tuple[EarNetwork, int]:
    """The moving average of a network that was trained for so long, and the number of its steps."""
    torch.manual_seed(seed)
    net, ema = EarNetwork(width), EarNetwork(width)
    ema.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(
        net.parameters(), _LEARNING_RATE, betas=(0.9, 0.98), weight_decay=_WEIGHT_DECAY
    )
    began = logged = time.monotonic()
    step = 0
    while (share_done := (time.monotonic() - began) / seconds) < 1 or step == 0:
        sounds, targets = sample_windows(training, _BATCH, _WINDOW, np.random.default_rng([seed, step]))
        loss = compute_activation_error(net(sounds), targets)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for group in optimiser.param_groups:
            warmup = min((step + 1) / _WARMUP_STEPS, 1.0)
            group["lr"] = _LEARNING_RATE * warmup * (0.02 + 0.49 * (1 + np.cos(np.pi * min(share_done, 1.0))))
        optimiser.step()
        step += 1
        _update_ema(ema, net, step, share_done)
        if time.monotonic() - logged > _LOG_EVERY_S:
            logged = time.monotonic()
            log.info("step %d, %.0f %%: loss %.4f; r on held-out talkers %s", step, 100 * share_done,
                     float(loss.detach()), measure_hearing(ema, validation))  # fmt: skip
    return ema.eval(), step


@torch.no_grad()
def _update_ema(ema: EarNetwork, net: EarNetwork, step: int, share_done: float) -> None:
    share = max(1 / (_EMA_SHARE * step / max(share_done, 1e-3)), 1 / (step + 1))
    torch._foreach_lerp_(list(ema.parameters()), list(net.parameters()), min(share, 1.0))


def measure_hearing(net: EarNetwork, talkers: list[list[Pair]]) -> dict[str, float]:
    """Mean correlation of what was heard with what was said: of openness, width and closed lips."""
    rows = []
    for bands, target in (one for versions in talkers for one in versions):
        heard = hear_on_grid(net, bands)
        shown = [(found @ _MEASURES)[:, [0, 2]] for found in (heard, target)]
        closed = [found[:, 1:2] for found in (heard, target)]
        curves = [np.concatenate(parts, 1) for parts in zip(shown, closed, strict=True)]
        rows.append([np.corrcoef(a, b)[0, 1] for a, b in zip(curves[0].T, curves[1].T, strict=True)])
    open_r, width_r, closed_r = np.mean(rows, axis=0)
    return {"open": float(open_r), "width": float(width_r), "closed": float(closed_r)}
