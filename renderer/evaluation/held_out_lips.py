"""How well a take's own lips are predicted from its own sound, on parts of the take that no style was fitted
to.

    python -m renderer.evaluation.held_out_lips TAKE [--folds 4] [--track FILE] [--phones FILE]

Each fold is spoken by styles that were fitted to the others: from phones alone, with the sound, and with
blends of the viseme denoiser and the ear. Lips are compared as points on the take's own heads, without
pictures: r is Pearson's correlation of the gap between the lips over the face's width, gain the ratio of
their spreads. The last quarter is spoken by a style of the first three. Without ``--phones`` they are
recognised in the sound of each part alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.config import BakeConfig
from renderer.motion.measures import compute_aperture
from renderer.motion.sound_blend import BLENDS, refit_at_blend, refit_with_sound
from renderer.motion.style import MotionStyle, fit_style
from renderer.motion.synthesis import synthesise_motion
from renderer.presenter.lower_faces import crop_lower_faces, track_take
from renderer.speech.recognition import recognise_phones
from renderer.speech.speech import Phone
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.decode import TakeReader, read_sound
from renderer.weights import base_ear, base_motion

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SpokenTake:
    """A take's points [n, 478, 2] in crop space with its sound, whose phones were recognised or are known."""

    points: Floats
    ok: npt.NDArray[np.bool_]
    fps: Fraction
    phones: tuple[Phone, ...]
    samples: Floats | None
    sound: Floats

    def exclude(self, start: int, stop: int) -> SpokenTake:
        """The take as if frames ``start`` to ``stop`` had never been recorded."""
        return self._concatenate([(a, b) for a, b in ((0, start), (stop, len(self.points))) if b > a])

    def select(self, start: int, stop: int) -> SpokenTake:
        """The take as if nothing but frames ``start`` to ``stop`` had been recorded."""
        return self._concatenate([(start, stop)])

    def _concatenate(self, spans: list[tuple[int, int]]) -> SpokenTake:
        """Parts end to end. Known phones are clipped; others are recognised in these parts alone."""
        frames = np.concatenate([np.arange(a, b) for a, b in spans])
        phones: list[Phone] = []
        samples, now_s = [], 0.0
        for a, b in spans:
            first_s, last_s = a / float(self.fps), b / float(self.fps)
            phones += _clip_phones(self.phones, first_s, last_s, now_s)
            samples.append(self.sound[round(first_s * SOUND_RATE_HZ) : round(last_s * SOUND_RATE_HZ)])
            now_s += last_s - first_s
        sound = np.concatenate(samples)
        is_known = self.samples is None
        new_phones = tuple(phones) if is_known else recognise_phones(sound, SOUND_RATE_HZ)
        return SpokenTake(
            self.points[frames], self.ok[frames], self.fps, new_phones, None if is_known else sound, sound
        )  # fmt: skip


def load_spoken_take(path: Path, track: Path | None, phones: tuple[Phone, ...] | None) -> SpokenTake:
    """Tracks a take and recognises its phones; given ``phones`` are used instead. Raises RenderError."""
    with TakeReader(path) as reader:
        faces = crop_lower_faces(reader, track_take(reader, track), BakeConfig().crop_px)
        fps = reader.facts.fps
    sound = read_sound(path)
    if sound is None:
        sound = np.zeros(0, np.float32)
    recognise = phones is None
    take_phones = recognise_phones(sound, SOUND_RATE_HZ) if phones is None else phones
    return SpokenTake(faces.points, faces.ok, fps, take_phones, sound if recognise else None, sound)


def predict_fold_apertures(take: SpokenTake, start: int, stop: int) -> dict[str, Floats]:
    """Apertures [stop - start] of a part, by the style that spoke it; the styles are fitted to all
    the rest.
    """
    training, held_out = take.exclude(start, stop), take.select(start, stop)
    spoken = (training.points, training.ok, training.fps, training.phones)
    denoiser, ear = base_motion(), base_ear()
    plain = fit_style(*spoken, training.samples, ear)
    styles = {"phones": replace(plain, sound_weights=None), "with sound": plain}
    if denoiser is not None and ear is not None and training.samples is not None:
        styles |= {
            f"denoiser {blend.denoiser:g}, ear {blend.ear:g}": refit_at_blend(
                plain, *spoken, training.samples, denoiser, ear, blend
            )[0]
            for blend in BLENDS
        }
        styles["chosen"] = refit_with_sound(plain, *spoken, training.samples, denoiser, ear)
    return {name: _predict_aperture(held_out, style) for name, style in styles.items()}


def _predict_aperture(held_out: SpokenTake, style: MotionStyle) -> Floats:
    motion = synthesise_motion(
        held_out.phones,
        len(held_out.points),
        held_out.fps,
        style,
        start_s=style.lag_s,
        samples=held_out.samples,
    )
    return compute_aperture(style.space.decode(motion, held_out.points))


def report(take: SpokenTake, folds: int) -> Iterator[str]:
    """Lines to print."""
    truth = compute_aperture(take.points)
    count = len(truth)
    bounds = np.linspace(0, count, folds + 1).astype(int).tolist()
    parts = [predict_fold_apertures(take, start, stop) for start, stop in pairwise(bounds)]
    last = predict_fold_apertures(take, round(0.75 * count), count)
    for name, quarter in last.items():
        whole = np.concatenate([part[name] for part in parts])
        yield (
            f"{name}: {folds} folds {_describe_agreement(whole, truth)}; last quarter "
            + _describe_agreement(quarter, truth[-len(quarter) :])
        )


def _describe_agreement(guess: Floats, truth: Floats) -> str:
    return f"r {np.corrcoef(guess, truth)[0, 1]:.3f} gain {guess.std() / truth.std():.2f}"


def _clip_phones(phones: tuple[Phone, ...], first_s: float, last_s: float, now_s: float) -> list[Phone]:
    by_s = now_s - first_s
    return [
        replace(p, start_s=max(p.start_s, first_s) + by_s, end_s=min(p.end_s, last_s) + by_s)
        for p in phones
        if p.end_s > first_s and p.start_s < last_s
    ]


def main(arguments: list[str]) -> int:
    """Prints the report of one take; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m renderer.evaluation.held_out_lips", description=__doc__)
    parser.add_argument("take", type=Path)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--track", type=Path, help="a file that keeps the track for the next time")
    parser.add_argument("--phones", type=Path, help="JSON [[symbol, start_s, end_s, stress], ...] to believe")
    options = parser.parse_args(arguments)
    phones = None
    if options.phones:
        phones = tuple(Phone(*row) for row in json.loads(options.phones.read_text(encoding="utf-8")))
    for line in report(load_spoken_take(options.take, options.track, phones), options.folds):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
