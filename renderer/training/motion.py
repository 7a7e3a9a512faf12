"""Base weights of the motion model, learned from synthetic talkers.

    python -m renderer.training motion --out renderer/weights/motion.safetensors --minutes 15

First the talkers are made: eSpeak says made-up sentences, random people perform them, and a listener takes
the phones down. Each talker's lessons are one file under ``--talks``; what is there is not made again. Then
the model learns for ``--minutes``; it is checkpointed, and an interrupted training goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file
from safetensors.torch import load_file as load_tensors
from safetensors.torch import save_file

from renderer.files import whole_file
from renderer.motion.flow import MotionFlow
from renderer.motion.lessons import Talk, Windows, flow_loss, motion_error, windows_of
from renderer.motion.mend import sampled
from renderer.motion.told import DRAFT, SOUND
from renderer.speech.sound import BANDS
from renderer.training.motion_speech import PracticeSpeech, practice_speech
from renderer.training.motion_talks import talks_of

log = logging.getLogger(__name__)

_SECONDS_EACH = 24.0
_PERFORMANCES = 2  # of the same speech, by two people
_UNSEEN_TALKERS = 6
_BATCH, _FRAMES = 16, 128
_RATE, _DECAY = 1.5e-3, 0.02
_RISE_STEPS = 60
_MEAN_SHARE = 0.06  # the running mean spans this share of all steps
_DEAF_SHARE = 0.3
_SAVE_EVERY_S = 60.0
_OWN_MOUTHS, _MISTAKEN, _OWN_MIX = 0.5, 0.2, 0.15
_PARTS = ("told", "draft", "truth", "counts", "said")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--minutes", type=float, default=15.0, help="learning time, talkers not included")
    parser.add_argument("--talks", type=Path, default=Path("var/training/talks"), help="folder of lessons")
    parser.add_argument("--talkers", type=int, default=160, help="how many talkers to learn from")
    parser.add_argument("--width", type=int, default=64, help="channels of the network")
    parser.add_argument("--seed", type=int, default=11)


def run(args: argparse.Namespace) -> int:
    """Makes what is missing, learns, writes the weights; returns the exit status."""
    talkers = [lessons_of(number, args.talks, args.seed) for number in range(args.talkers)]
    unseen = [talk for talks in talkers[:_UNSEEN_TALKERS] for talk in talks]
    seen = [talk for talks in talkers[_UNSEEN_TALKERS:] for talk in talks]
    log.info("learning from %.0f minutes of talk", sum(len(talk.told) for talk in seen) / 25 / 60)
    pupil = Pupil(args.width, args.seed)
    kept = args.out.with_name(f".{args.out.stem}.training.safetensors")
    if kept.exists():
        pupil.load(kept)
    _learn(pupil, seen, unseen, args.minutes * 60, kept)
    _write(pupil, unseen, args)
    kept.unlink(missing_ok=True)
    return 0


# --- lessons ---


def lessons_of(number: int, folder: Path, seed: int) -> list[Talk]:
    """The lessons of one talker, from the folder or made now."""
    path = folder / f"talker-{seed}-{number:04d}.safetensors"
    if not path.exists():
        rng = np.random.default_rng([seed, number, 1])
        speech = _speech_of(number, folder, seed)
        talks = [talk for _ in range(_PERFORMANCES) for talk in talks_of(speech, rng)]
        log.info("talker %d: %.0f s, %d phones", number, speech.duration_s, len(speech.phones))
        _save_lessons(talks, path)
    arrays = load_file(path)
    count = len({name.split(".")[0] for name in arrays})
    return [Talk(*(arrays[f"{i}.{part}"].astype(np.float32) for part in _PARTS)) for i in range(count)]


def _speech_of(number: int, folder: Path, seed: int) -> PracticeSpeech:
    path = folder / f"speech-{seed}-{number:04d}.safetensors"
    if not path.exists():
        practice_speech(_SECONDS_EACH, np.random.default_rng([seed, number])).save(path)
    return PracticeSpeech.load(path)


def _save_lessons(talks: list[Talk], path: Path) -> None:
    from safetensors.numpy import save_file as save_arrays

    arrays = {f"{i}.{part}": getattr(talk, part) for i, talk in enumerate(talks) for part in _PARTS}
    with whole_file(path) as part_file:
        save_arrays({name: np.ascontiguousarray(a, np.float16) for name, a in arrays.items()}, part_file)


def coloured(batch: Windows, dice: torch.Generator) -> Windows:
    """Other voices, rooms and microphones: the heard bands are moved up or down, tilted and disturbed."""
    told = batch.told.clone()
    count, frames = told.shape[:2]
    sound = told[..., SOUND][..., :-1]
    heard = told[..., -1:]
    ears = sound.reshape(count, frames, -1, BANDS)
    shift = (torch.rand(count, generator=dice) * 3 - 1.5)[:, None]
    place = (torch.arange(BANDS)[None] + shift).clamp(0, BANDS - 1.001)
    below = place.long()
    share = (place - below)[:, None, None]
    pick = below[:, None, None].expand(count, frames, ears.shape[2], BANDS)
    ears = ears.gather(3, pick) * (1 - share) + ears.gather(3, pick + 1) * share
    ears = ears + 0.25 * torch.randn(count, 1, 1, BANDS, generator=dice)
    ears = ears * (0.85 + 0.3 * torch.rand(count, 1, 1, 1, generator=dice))
    ears = ears + 0.15 * torch.randn(count, frames, 1, BANDS, generator=dice)
    told[..., SOUND.start : -1] = ears.reshape(sound.shape) * heard
    return replace(batch, told=told)


def restyled(batch: Windows, dice: torch.Generator) -> Windows:
    """Other talkers: every window gets its own mouth for each viseme, and its own mix of movements.

    Truth and draft change alike, the truth by what was said, the draft by what was heard; so the model cannot
    learn how one kind of talker moves, only how drafts go wrong.
    """
    count, shares = len(batch.truth), batch.truth.shape[2]
    visemes = batch.said.shape[2]
    believed = batch.told[..., :visemes]
    much = torch.rand(count, 1, 1, generator=dice)
    own = _OWN_MOUTHS * much * torch.randn(count, visemes, shares, generator=dice)
    grasped = 0.65 + 0.35 * torch.rand(count, 1, 1, generator=dice)
    mistaken = _MISTAKEN * much * torch.randn(count, visemes, shares, generator=dice)
    mix = torch.eye(shares) + _OWN_MIX * much * torch.randn(count, shares, shares, generator=dice)
    truth = (batch.truth + batch.said @ own) @ mix
    draft = (batch.draft + believed @ (grasped * own + mistaken)) @ mix
    told = batch.told.clone()
    told[..., DRAFT] = draft
    return replace(batch, told=told, draft=draft, truth=truth)


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
        batch = restyled(coloured(windows_of(seen, _BATCH, _FRAMES, rng, _DEAF_SHARE), dice), dice)
        loss = flow_loss(self.net, batch, dice)
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
                "step %d, %.0f of %.0f s: loss %.3f; unseen talkers' error %.3f of the drafts'",
                pupil.at.step, pupil.at.spent_s, seconds, loss, error_share(pupil.mean, unseen, deaf=False),
            )  # fmt: skip


def error_share(net: MotionFlow, talks: list[Talk], deaf: bool) -> float:
    """Error of one step's samples over the error of the drafts, on whole talks."""
    missed = drafted = 0.0
    net.eval()
    for talk in talks:
        told = talk.told.copy()
        if deaf:
            told[:, SOUND] = 0
        shown = sampled(net, told, talk.draft, range(len(told)))
        missed, drafted = missed + _error(shown, talk), drafted + _error(talk.draft, talk)
    return missed / drafted


def _error(guess: npt.NDArray[np.float32], talk: Talk) -> float:
    parts = (torch.from_numpy(part)[None] for part in (guess, talk.truth, talk.counts))
    return float(motion_error(*parts))


# --- the file ---


def _write(pupil: Pupil, unseen: list[Talk], args: argparse.Namespace) -> None:
    facts = {
        "config": {"width": args.width, "rounds": 2},
        "talkers": args.talkers, "seconds_each": _SECONDS_EACH, "performances": _PERFORMANCES,
        "steps": pupil.at.step, "seconds": round(pupil.at.spent_s), "batch": _BATCH, "seed": args.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} thread(s)", "torch": torch.__version__,
        "error_share_hearing": round(error_share(pupil.mean, unseen, deaf=False), 4),
        "error_share_deaf": round(error_share(pupil.mean, unseen, deaf=True), 4),
    }  # fmt: skip
    log.info("%s", facts)
    tensors = {name: value.half().contiguous() for name, value in pupil.mean.state_dict().items()}
    with whole_file(args.out) as part:
        save_file(tensors, part, {"motion": json.dumps(facts, sort_keys=True)})
