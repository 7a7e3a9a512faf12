"""Trains the base weights of the viseme denoiser on synthetic speech.

    python -m renderer.training motion --out renderer/weights/motion.safetensors --minutes 35

First the speech is made: eSpeak says made-up sentences in many voices, and a recogniser takes the phones
down. With ``--voices espeak flite`` every other speaker is one of Flite's voices instead, which are built
from recordings of people. Each speaker is one file under ``--talks``; what is there is not made again. Then
the network is trained for ``--minutes``, from nothing or from the weights of ``--start``; it is checkpointed,
and an interrupted training goes on where it was.
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

from renderer.motion.conditioning import ACTIVATIONS, build_sound_features
from renderer.motion.denoiser_loss import TrainingSpeech, compute_activation_error, compute_flow_loss
from renderer.motion.denoising import GRID_HZ, sample_activations
from renderer.motion.viseme_denoiser import VisemeDenoiser
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.log_mel import HOP_S
from renderer.training.speech_augmentation import augment_bands
from renderer.training.synthetic_speech import (
    ENGINES,
    ESPEAK,
    SyntheticSpeech,
    build_training_speech,
    synthesise_speech,
)

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

_SECONDS_EACH = 24.0
_VALIDATION_SPEAKERS = 8
_BATCH, _WINDOW = 16, 160
_MARGIN_ROWS = 4  # of sound before and after a window
_LEARNING_RATE, _WEIGHT_DECAY = 2e-3, 0.02
_WARMUP_STEPS = 60
_EMA_SHARE = 0.06  # the moving average spans this share of all steps
_SAVE_EVERY_S = 60.0
_ROWS = round(1 / (GRID_HZ * HOP_S))  # of sound for one moment of the grid


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument(
        "--minutes", type=float, default=35.0, help="training time, without the synthesis of speech"
    )
    parser.add_argument(
        "--talks", type=Path, default=Path("var/training/talks"), help="folder of synthetic speech"
    )
    parser.add_argument("--talkers", type=int, default=160, help="how many synthetic speakers to train on")
    parser.add_argument(
        "--voices",
        nargs="+",
        choices=ENGINES,
        default=[ESPEAK],
        help="whose voices speak, in turn (default: espeak)",
    )
    parser.add_argument("--start", type=Path, help="weights to start from, of the same width")
    parser.add_argument("--width", type=int, default=96, help="channels of the network")
    parser.add_argument(
        "--seed", type=int, default=11, help="random numbers follow from it (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Makes the speech that is missing, trains, writes the weights; returns the exit status."""
    engines = [args.voices[number % len(args.voices)] for number in range(args.talkers)]
    speeches = [
        load_training_speech(number, args.talks, args.seed, engine) for number, engine in enumerate(engines)
    ]
    validation, training = speeches[:_VALIDATION_SPEAKERS], speeches[_VALIDATION_SPEAKERS:]
    log.info(
        "training on %.0f minutes of speech", sum(len(speech.target) for speech in training) / GRID_HZ / 60
    )
    trainer = EmaTrainer(args.width, args.seed)
    if args.start:
        trainer.start_from(args.start)
    checkpoint = args.out.with_name(f".{args.out.stem}.training.safetensors")
    if checkpoint.exists():
        trainer.load(checkpoint)
    _train(trainer, training, validation, args.minutes * 60, checkpoint)
    _write_weights(trainer, validation, args)
    checkpoint.unlink(missing_ok=True)
    return 0


# --- training pairs ---


def load_training_speech(number: int, folder: Path, seed: int, engine: str = ESPEAK) -> TrainingSpeech:
    """One speaker's training pairs, whose speech is read from the folder or made now."""
    path = folder / f"{'speech' if engine == ESPEAK else engine}-{seed}-{number:04d}.safetensors"
    if not path.exists():
        synthesise_speech(_SECONDS_EACH, np.random.default_rng([seed, number]), engine).save(path)
        log.info("speaker %d", number)
    return build_training_speech(SyntheticSpeech.load(path), np.random.default_rng([seed, number, 2]))


def sample_batch(
    speeches: list[TrainingSpeech], count: int, window: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Conditioning [count, window, C] and true activations [count, window, V] of random windows, each in a
    random version of the recognised phones and with another room around its sound.
    """
    lengths = np.array([max(len(speech.target) - window, 1) for speech in speeches], np.float64)
    inputs, targets, bands = [], [], []
    for number in rng.choice(len(speeches), count, p=lengths / lengths.sum()):
        speech, start = speeches[number], int(rng.integers(int(lengths[number])))
        version = speech.inputs[rng.integers(len(speech.inputs))]
        inputs.append(_pad_rows(version, start, window))
        targets.append(_pad_rows(speech.target, start, window))
        padded = np.pad(speech.bands, ((_MARGIN_ROWS, _MARGIN_ROWS), (0, 0)))
        bands.append(_pad_rows(padded, start * _ROWS, window * _ROWS + 2 * _MARGIN_ROWS))
    places = _MARGIN_ROWS * HOP_S + np.arange(window) / GRID_HZ
    sound = [build_sound_features(rows, places) for rows in augment_bands(np.stack(bands), rng)]
    conditioning = np.concatenate([np.stack(inputs), np.stack(sound)], 2)
    return torch.from_numpy(conditioning), torch.from_numpy(np.stack(targets))


def _pad_rows(rows: Floats, start: int, count: int) -> Floats:
    """Rows from ``start``; what a short speech lacks is filled with zeros."""
    found = rows[start : start + count]
    return np.pad(found, ((0, count - len(found)), (0, 0)))


# --- training ---


@dataclass
class TrainingProgress:
    """How far a training is."""

    step: int = 0
    spent_s: float = 0.0


class EmaTrainer:
    """The network in training, the exponential moving average (EMA) of its weights, and the optimiser.

    Checkpoints call the average ``mean``.
    """

    def __init__(self, width: int, seed: int) -> None:
        torch.manual_seed(seed)
        self.net, self.ema = VisemeDenoiser(width=width), VisemeDenoiser(width=width)
        self.ema.load_state_dict(self.net.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), _LEARNING_RATE, betas=(0.9, 0.98), weight_decay=_WEIGHT_DECAY
        )
        self.seed, self.progress = seed, TrainingProgress()

    def train_step(self, training: list[TrainingSpeech], share_done: float) -> float:
        """One step, drawn from its own number, so that a resumed training goes on as it would have."""
        rng = np.random.default_rng([self.seed, self.progress.step])
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.progress.step)
        loss = compute_flow_loss(self.net, *sample_batch(training, _BATCH, _WINDOW, rng), generator)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        warmup = min((self.progress.step + 1) / _WARMUP_STEPS, 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = _LEARNING_RATE * warmup * (0.02 + 0.49 * (1 + np.cos(np.pi * min(share_done, 1.0))))
        self.optimiser.step()
        self.progress.step += 1
        self._update_ema(share_done)
        return float(loss.detach())

    @torch.no_grad()
    def _update_ema(self, share_done: float) -> None:
        total = self.progress.step / max(share_done, 1e-3)
        share = max(1 / (_EMA_SHARE * total), 1 / (self.progress.step + 1))
        torch._foreach_lerp_(list(self.ema.parameters()), list(self.net.parameters()), min(share, 1.0))

    def start_from(self, weights: Path) -> None:
        """Starts from weights as they are shipped; the optimiser begins anew."""
        tensors = {name: value.float() for name, value in load_tensors(weights).items()}
        self.net.load_state_dict(tensors)
        self.ema.load_state_dict(tensors)

    def save(self, path: Path) -> None:
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors |= {f"mean.{name}": value for name, value in self.ema.state_dict().items()}
        for number, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{name}": torch.as_tensor(value) for name, value in state.items()}
        metadata = {"step": str(self.progress.step), "spent_s": str(self.progress.spent_s)}
        with atomic_write(path) as part:
            save_file({name: value.contiguous() for name, value in tensors.items()}, part, metadata)

    def load(self, path: Path) -> None:
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            metadata = file.metadata()
        tensors = load_tensors(path)
        self.net.load_state_dict(_select_tensors(tensors, "net."))
        self.ema.load_state_dict(_select_tensors(tensors, "mean."))
        state: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in _select_tensors(tensors, "optimiser.").items():
            number, _, field = name.partition(".")
            state.setdefault(int(number), {})[field] = value
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": state})
        self.progress = TrainingProgress(int(metadata["step"]), float(metadata["spent_s"]))


def _select_tensors(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}


def _train(
    trainer: EmaTrainer,
    training: list[TrainingSpeech],
    validation: list[TrainingSpeech],
    seconds: float,
    checkpoint: Path,
) -> None:
    began, before, saved_s = time.monotonic(), trainer.progress.spent_s, time.monotonic()
    while trainer.progress.spent_s < seconds:
        loss = trainer.train_step(training, trainer.progress.spent_s / seconds)
        trainer.progress.spent_s = before + time.monotonic() - began
        if time.monotonic() - saved_s > _SAVE_EVERY_S:
            saved_s = time.monotonic()
            trainer.save(checkpoint)
            log.info(
                "step %d, %.0f of %.0f s: loss %.3f; validation error %.3f of the recogniser's",
                trainer.progress.step, trainer.progress.spent_s, seconds, loss,
                compute_error_share(trainer.ema, validation),
            )  # fmt: skip


def compute_error_share(net: VisemeDenoiser, speeches: list[TrainingSpeech]) -> float:
    """The denoiser's error over that of the phone recogniser, on whole speeches."""
    error = recogniser_error = 0.0
    net.eval()
    for speech in speeches:
        recognised = speech.inputs[0]
        conditioning = np.concatenate(
            [recognised, build_sound_features(speech.bands, np.arange(len(recognised)) / GRID_HZ)], 1
        )
        error += _compute_error(sample_activations(net, conditioning, range(len(conditioning))), speech)
        recogniser_error += _compute_error(recognised[:, ACTIVATIONS], speech)
    return error / recogniser_error


def _compute_error(guess: Floats, speech: TrainingSpeech) -> float:
    return float(
        compute_activation_error(torch.from_numpy(guess)[None], torch.from_numpy(speech.target)[None])
    )


# --- the file ---


def _write_weights(trainer: EmaTrainer, validation: list[TrainingSpeech], args: argparse.Namespace) -> None:
    facts = {
        "config": {"width": args.width, "rounds": 2},
        "talkers": args.talkers, "voices": args.voices, "seconds_each": _SECONDS_EACH,
        "steps": trainer.progress.step, "seconds": round(trainer.progress.spent_s),
        "batch": _BATCH, "seed": args.seed,
        "machine": f"{platform.machine()}, {torch.get_num_threads()} thread(s)", "torch": torch.__version__,
        "error_share": round(compute_error_share(trainer.ema, validation), 4),
    }  # fmt: skip
    log.info("%s", facts)
    tensors = {name: value.half().contiguous() for name, value in trainer.ema.state_dict().items()}
    with atomic_write(args.out) as part:
        save_file(tensors, part, {"motion": json.dumps(facts, sort_keys=True)})
