"""Base weights of the second ear, learned from synthetic talkers.

    python -m renderer.training motion --out renderer/weights/motion.safetensors --minutes 35

First the talkers are made: eSpeak says made-up sentences in many voices, and a listener takes the phones
down. With ``--voices espeak flite`` every other talker is one of Flite's voices instead, which are built from
recordings of people. Each talker is one file under ``--talks``; what is there is not made again. Then the
network learns for ``--minutes``, from nothing or from the weights of ``--start``; it is checkpointed, and an
interrupted training goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file as load_tensors
from safetensors.torch import save_file

from renderer.files import whole_file
from renderer.motion.flow import MotionFlow
from renderer.motion.lessons import Talk, flow_loss, pull_error
from renderer.motion.mend import GRID_HZ, sampled
from renderer.motion.told import PULLS, sound_of
from renderer.speech.sound import HOP_S
from renderer.training.motion_speech import ENGINES, ESPEAK, PracticeSpeech, practice_speech, talk_of
from renderer.training.motion_variety import coloured

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

_SECONDS_EACH = 24.0
_UNSEEN_TALKERS = 8
_BATCH, _WINDOW = 16, 160
_MARGIN_ROWS = 4  # of sound before and after a window
_RATE, _DECAY = 2e-3, 0.02
_RISE_STEPS = 60
_MEAN_SHARE = 0.06  # the running mean spans this share of all steps
_SAVE_EVERY_S = 60.0
_ROWS = round(1 / (GRID_HZ * HOP_S))  # of sound for one moment of the grid


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--minutes", type=float, default=35.0, help="learning time, talkers not included")
    parser.add_argument("--talks", type=Path, default=Path("var/training/talks"), help="folder of talkers")
    parser.add_argument("--talkers", type=int, default=160, help="how many talkers to learn from")
    parser.add_argument(
        "--voices", nargs="+", choices=ENGINES, default=[ESPEAK], help="who talks, in turn (default: espeak)"
    )
    parser.add_argument("--start", type=Path, help="weights to go on from, of the same width")
    parser.add_argument("--width", type=int, default=96, help="channels of the network")
    parser.add_argument("--seed", type=int, default=11)


def run(args: argparse.Namespace) -> int:
    """Makes what is missing, learns, writes the weights; returns the exit status."""
    engines = [args.voices[number % len(args.voices)] for number in range(args.talkers)]
    talks = [talk_of_talker(number, args.talks, args.seed, of) for number, of in enumerate(engines)]
    unseen, seen = talks[:_UNSEEN_TALKERS], talks[_UNSEEN_TALKERS:]
    log.info("learning from %.0f minutes of talk", sum(len(talk.said) for talk in seen) / GRID_HZ / 60)
    pupil = Pupil(args.width, args.seed)
    if args.start:
        pupil.start(args.start)
    kept = args.out.with_name(f".{args.out.stem}.training.safetensors")
    if kept.exists():
        pupil.load(kept)
    _learn(pupil, seen, unseen, args.minutes * 60, kept)
    _write(pupil, unseen, args)
    kept.unlink(missing_ok=True)
    return 0


# --- lessons ---


def talk_of_talker(number: int, folder: Path, seed: int, engine: str = ESPEAK) -> Talk:
    """One talker's speech, from the folder or made now, with what listeners make of it."""
    path = folder / f"{'speech' if engine == ESPEAK else engine}-{seed}-{number:04d}.safetensors"
    if not path.exists():
        practice_speech(_SECONDS_EACH, np.random.default_rng([seed, number]), engine).save(path)
        log.info("talker %d", number)
    return talk_of(PracticeSpeech.load(path), np.random.default_rng([seed, number, 2]))


def lesson_batch(
    talks: list[Talk], count: int, window: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Conditions [count, window, TOLD] and true pulls [count, window, V] of random stretches, each heard by
    a random listener in a random place."""
    lengths = np.array([max(len(talk.said) - window, 1) for talk in talks], np.float64)
    heard, said, bands = [], [], []
    for number in rng.choice(len(talks), count, p=lengths / lengths.sum()):
        talk, start = talks[number], int(rng.integers(int(lengths[number])))
        version = talk.heard[rng.integers(len(talk.heard))]
        heard.append(_cut(version, start, window))
        said.append(_cut(talk.said, start, window))
        padded = np.pad(talk.bands, ((_MARGIN_ROWS, _MARGIN_ROWS), (0, 0)))
        bands.append(_cut(padded, start * _ROWS, window * _ROWS + 2 * _MARGIN_ROWS))
    places = _MARGIN_ROWS * HOP_S + np.arange(window) / GRID_HZ
    sound = [sound_of(rows, places) for rows in coloured(np.stack(bands), rng)]
    told = np.concatenate([np.stack(heard), np.stack(sound)], 2)
    return torch.from_numpy(told), torch.from_numpy(np.stack(said))


def _cut(rows: Floats, start: int, count: int) -> Floats:
    """Rows from ``start``; what a short talk lacks is filled with nothing."""
    found = rows[start : start + count]
    return np.pad(found, ((0, count - len(found)), (0, 0)))


# --- learning ---


@dataclass
class Progress:
    """How far a training is."""

    step: int = 0
    spent_s: float = 0.0


class Pupil:
    """The network while it learns, its running mean, and the optimiser."""

    def __init__(self, width: int, seed: int) -> None:
        torch.manual_seed(seed)
        self.net, self.mean = MotionFlow(width=width), MotionFlow(width=width)
        self.mean.load_state_dict(self.net.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), _RATE, betas=(0.9, 0.98), weight_decay=_DECAY
        )
        self.seed, self.at = seed, Progress()

    def lesson(self, seen: list[Talk], share_done: float) -> float:
        """One step, drawn from its own number, so that a resumed training goes on as it would have."""
        rng = np.random.default_rng([self.seed, self.at.step])
        dice = torch.Generator().manual_seed(self.seed * 1_000_003 + self.at.step)
        loss = flow_loss(self.net, *lesson_batch(seen, _BATCH, _WINDOW, rng), dice)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        rise = min((self.at.step + 1) / _RISE_STEPS, 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = _RATE * rise * (0.02 + 0.49 * (1 + np.cos(np.pi * min(share_done, 1.0))))
        self.optimiser.step()
        self.at.step += 1
        self._follow(share_done)
        return float(loss.detach())

    @torch.no_grad()
    def _follow(self, share_done: float) -> None:
        total = self.at.step / max(share_done, 1e-3)
        share = max(1 / (_MEAN_SHARE * total), 1 / (self.at.step + 1))
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.net.parameters()), min(share, 1.0))

    def start(self, weights: Path) -> None:
        """Goes on from weights as they are shipped; the optimiser begins anew."""
        tensors = {name: value.float() for name, value in load_tensors(weights).items()}
        self.net.load_state_dict(tensors)
        self.mean.load_state_dict(tensors)

    def save(self, path: Path) -> None:
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors |= {f"mean.{name}": value for name, value in self.mean.state_dict().items()}
        for number, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{name}": torch.as_tensor(value) for name, value in state.items()}
        told = {"step": str(self.at.step), "spent_s": str(self.at.spent_s)}
        with whole_file(path) as part:
            save_file({name: value.contiguous() for name, value in tensors.items()}, part, told)

    def load(self, path: Path) -> None:
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            told = file.metadata()
        tensors = load_tensors(path)
        self.net.load_state_dict(_named(tensors, "net."))
        self.mean.load_state_dict(_named(tensors, "mean."))
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in _named(tensors, "optimiser.").items():
            number, _, field = name.partition(".")
            state.setdefault(int(number), {})[field] = value
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state})
        self.at = Progress(int(told["step"]), float(told["spent_s"]))


def _named(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}


def _learn(pupil: Pupil, seen: list[Talk], unseen: list[Talk], seconds: float, kept: Path) -> None:
    began, before, saved_s = time.monotonic(), pupil.at.spent_s, time.monotonic()
    while pupil.at.spent_s < seconds:
        loss = pupil.lesson(seen, pupil.at.spent_s / seconds)
        pupil.at.spent_s = before + time.monotonic() - began
        if time.monotonic() - saved_s > _SAVE_EVERY_S:
            saved_s = time.monotonic()
            pupil.save(kept)
            log.info(
                "step %d, %.0f of %.0f s: loss %.3f; unseen talkers' error %.3f of the first ear's",
                pupil.at.step, pupil.at.spent_s, seconds, loss, error_share(pupil.mean, unseen),
            )  # fmt: skip


def error_share(net: MotionFlow, talks: list[Talk]) -> float:
    """Error of the second ear over that of the first, which is the recogniser, on whole talks."""
    missed = first = 0.0
    net.eval()
    for talk in talks:
        heard = talk.heard[0]
        told = np.concatenate([heard, sound_of(talk.bands, np.arange(len(heard)) / GRID_HZ)], 1)
        missed += _error(sampled(net, told, range(len(told))), talk)
        first += _error(heard[:, PULLS], talk)
    return missed / first


def _error(guess: Floats, talk: Talk) -> float:
    return float(pull_error(torch.from_numpy(guess)[None], torch.from_numpy(talk.said)[None]))


# --- the file ---


def _write(pupil: Pupil, unseen: list[Talk], args: argparse.Namespace) -> None:
    facts = {
        "config": {"width": args.width, "rounds": 2},
        "talkers": args.talkers, "voices": args.voices, "seconds_each": _SECONDS_EACH,
        "steps": pupil.at.step, "seconds": round(pupil.at.spent_s), "batch": _BATCH, "seed": args.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} thread(s)", "torch": torch.__version__,
        "error_share": round(error_share(pupil.mean, unseen), 4),
    }  # fmt: skip
    log.info("%s", facts)
    tensors = {name: value.half().contiguous() for name, value in pupil.mean.state_dict().items()}
    with whole_file(args.out) as part:
        save_file(tensors, part, {"motion": json.dumps(facts, sort_keys=True)})
