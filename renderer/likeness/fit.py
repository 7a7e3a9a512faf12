"""Fits a style to the voice of a take, by gradient through the decoder and the speaker encoder.

The timbre moves from the nearest stock voice, in steps measured by how stock voices differ; a smooth filter
moves with it. Three things keep it a voice: its distance from the stock voice, the smoothness of the filter,
and that its sound rises and falls in every band of frequency as the stock voice's does, which says the same
phones at the same times. Pitch and liveliness are set by measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from renderer.likeness.heard import Hearing, hear_back
from renderer.likeness.lines import CHECKED_ON, FITTED_ON
from renderer.likeness.sound_pattern import compute_pattern, measure_pattern_gap
from renderer.likeness.speaker import RATE_HZ as ENCODER_HZ
from renderer.likeness.speaker import embed_voice, load_speaker_encoder
from renderer.likeness.take_voice import TakeVoice, measure_spread
from renderer.likeness.voice_space import VoiceSpace, load_voice_space
from renderer.progress import Progress, Step
from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.english_sounds import read_english
from renderer.voices.fitted_style import TIMBRE, say_fitted
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.kokoro_plan import VOICED_HZ, Plan, load_decoder, plan_signs
from renderer.voices.styles import Style
from renderer.voices.tone import BANDS, GAIN_MAX_DB, apply_tone

Floats = npt.NDArray[np.float32]

STAGE, CHECKING = "fitting a voice", "checking the voice"
STEPS = 60
_CHECKED_STEPS = (24, 60)
# 1.7 s: a window of the speaker encoder.
_PIECE_FRAMES = 68
_PIECES_OF_LINE = 2
_STEP_DEVIATIONS, _STEP_DB = 0.15, 0.4
_DISTANCE_WEIGHT, _GAIN_WEIGHT, _PATTERN_WEIGHT = 0.001, 0.002, 0.15
# The mean of the last steps is steadier than the last one.
_MEAN_OF = 8
# Beyond these a curve of pitch would no longer be the network's.
_PITCH_FACTORS, _SPREAD_FACTORS = (0.6, 1.7), (0.6, 1.6)
_PACES = (0.8, 1.2)
# Of the fit's way, what is tried until the voice is understood as well as the stock voice.
_SHARES, _HEARD_LEAST = (0.7, 0.4, 0.2), 0.95


@dataclass(frozen=True, eq=False)
class FittedVoice:
    """``style`` is the fitted one, ``stock`` the stock voice it started from, named ``base``.

    ``likeness`` is the cosine of the speaker encoder on the lines that the fit was checked on, and
    ``stock_likeness`` that of the stock voice at the take's pitch.
    """

    style: Style
    stock: Style
    base: str
    likeness: float
    stock_likeness: float


@dataclass(frozen=True, eq=False)
class _Piece:
    """A part of a line's plan, and how the stock voice says it."""

    plan: Plan
    pattern: Tensor


@dataclass(frozen=True, eq=False)
class _Move:
    """Where the fit is: ``timbre`` [1, 128] in deviations of the stock voices, ``tone_db`` [BANDS]."""

    timbre: Tensor
    tone_db: Tensor

    def times(self, share: float) -> _Move:
        return _Move(self.timbre * share, self.tone_db * share)


@dataclass(frozen=True, eq=False)
class _Checked:
    """A style, and how it says the lines that the fit is checked on."""

    style: Style
    likeness: float
    heard: Hearing
    pitch_hz: float


def fit_voice(voice: TakeVoice, progress: Progress) -> FittedVoice:
    """The style that comes nearest to a take's voice and is understood as well as the stock voice.

    Takes some two minutes of one core and 2.6 GB. ``progress`` may raise Cancelled between two steps.
    """
    progress(Step(STAGE, 0, STEPS))
    space = load_voice_space()
    base = space.rank(voice.speaker)[0]
    stock = build_stock(space, base)
    plans = [plan_signs(signs, stock.style, 1.0) for line in FITTED_ON for signs in read_signs(stock, line)]
    start = _match_pitch(stock, plans, voice)
    pieces = _cut_pieces(start, plans)
    axes = torch.from_numpy(space.compute_axes())
    moves = _descend(start, pieces, axes, torch.from_numpy(voice.speaker), progress)
    progress(Step(CHECKING, 0, 3))
    first = _check(start, voice)
    progress(Step(CHECKING, 1, 3))
    best = _choose(first, moves, axes, voice)
    progress(Step(CHECKING, 2, 3))
    corrected = _check(_correct(best, voice), voice)
    progress(Step(CHECKING, 3, 3))
    return FittedVoice(
        replace(corrected.style, label="a voice like the presenter's", pitch_hz=corrected.pitch_hz),
        stock,
        space.names[base],
        corrected.likeness,
        first.likeness,
    )


def read_signs(style: Style, line: str) -> list[str]:
    """A line's sentences in the network's alphabet."""
    return [one.signs for one in read_english(line.split(), {}, british=style.language == "en-gb")]


def build_stock(space: VoiceSpace, voice: int) -> Style:
    name = space.names[voice]
    return Style(
        space.build_style(voice),
        name=name,
        language="en-gb" if name.startswith("b") else "en-us",
        licence="Apache-2.0",
        tone_db=(0.0,) * BANDS,
    )


def _match_pitch(stock: Style, plans: Sequence[Plan], voice: TakeVoice) -> Style:
    """The stock voice with its curve of pitch as high and as lively as the take's; ``plans`` are its own."""
    curve = torch.cat([plan.pitch_hz.ravel() for plan in plans]).numpy()
    voiced = curve[curve > VOICED_HZ]
    middle_hz = float(np.median(voiced))
    return replace(
        stock,
        curve_hz=middle_hz,
        curve_pitch=float(np.clip(voice.pitch_hz / middle_hz, *_PITCH_FACTORS)),
        curve_spread=float(np.clip(voice.spread / measure_spread(voiced), *_SPREAD_FACTORS)),
    )


def _cut_pieces(start: Style, plans: Sequence[Plan]) -> list[_Piece]:
    pieces = []
    for plan in plans:
        moved = plan.with_pitch(start.curve_pitch, start.curve_spread, start.curve_hz)
        last = max(moved.phones.shape[2] - _PIECE_FRAMES - 4, 0)
        pieces += [
            moved.cut(first, _PIECE_FRAMES)
            for first in np.linspace(min(8, last), last, _PIECES_OF_LINE, dtype=int)
        ]
    with torch.no_grad():
        return [_Piece(plan, compute_pattern(_decode(plan, start, None, None), RATE_HZ)) for plan in pieces]


def _descend(
    start: Style, pieces: Sequence[_Piece], axes: Tensor, speaker: Tensor, progress: Progress
) -> list[_Move]:
    """Moves after every few steps, each the mean of the last ones."""
    timbre = torch.zeros(1, TIMBRE, requires_grad=True)
    tone_db = torch.zeros(BANDS, requires_grad=True)
    optimizer = torch.optim.Adam(
        [{"params": [timbre], "lr": _STEP_DEVIATIONS}, {"params": [tone_db], "lr": _STEP_DB}],
        betas=(0.8, 0.95),
    )
    order = np.random.default_rng(0).permuted(np.tile(np.arange(len(pieces)), (STEPS, 1)), axis=1).ravel()
    passed: list[_Move] = []
    for step in range(STEPS):
        loss = _compute_loss(start, pieces[order[step]], axes, speaker, timbre, tone_db)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with torch.no_grad():
            tone_db.clamp_(-GAIN_MAX_DB, GAIN_MAX_DB)
        passed.append(_Move(timbre.detach().clone(), tone_db.detach().clone()))
        progress(Step(STAGE, step + 1, STEPS))
    return [_average(passed[end - _MEAN_OF : end]) for end in _CHECKED_STEPS]


def _compute_loss(
    start: Style, piece: _Piece, axes: Tensor, speaker: Tensor, timbre: Tensor, tone_db: Tensor
) -> Tensor:
    sound = _decode(piece.plan, start, timbre @ axes.T, tone_db)
    likeness = load_speaker_encoder().embed(resample_tensor(sound)) @ speaker
    gap = measure_pattern_gap(compute_pattern(sound, RATE_HZ), piece.pattern)
    curvature = torch.diff(tone_db, n=2).square().mean()
    return (
        1
        - likeness
        + _DISTANCE_WEIGHT * timbre.square().sum()
        + _GAIN_WEIGHT * curvature
        + _PATTERN_WEIGHT * gap
    )


def _decode(plan: Plan, start: Style, timbre: Tensor | None, tone_db: Tensor | None) -> Tensor:
    """The sound of a plan, with the stock voice's timbre [128] moved."""
    row = torch.from_numpy(start.style[:, :TIMBRE].mean(0, keepdims=True))
    sound = load_decoder().decode(
        plan.phones, plan.pitch_hz, plan.energy, row if timbre is None else row + timbre
    )
    return sound if tone_db is None else apply_tone(sound, RATE_HZ, tone_db)


def resample_tensor(sound: Tensor) -> Tensor:
    """From the network's rate to the encoder's, two samples for each three: differentiable."""
    whole = sound[: len(sound) // 3 * 3]
    kept = len(whole) * ENCODER_HZ // RATE_HZ
    spectrum = torch.fft.rfft(whole)[: kept // 2 + 1]
    return torch.fft.irfft(spectrum, kept) * (kept / len(whole))


def _average(moves: Sequence[_Move]) -> _Move:
    return _Move(
        torch.stack([one.timbre for one in moves]).mean(0),
        torch.stack([one.tone_db for one in moves]).mean(0),
    )


def _choose(first: _Checked, moves: Sequence[_Move], axes: Tensor, voice: TakeVoice) -> _Checked:
    """The likest of the moves, shortened until it is understood; the stock voice where none is both."""
    tried = [(_check(_apply(first.style, move, axes), voice), move) for move in moves]
    best, move = max(tried, key=lambda one: one[0].likeness)
    for share in _SHARES:
        if _is_better(best, first):
            return best
        best = _check(_apply(first.style, move.times(share), axes), voice)
    return best if _is_better(best, first) else first


def _is_better(one: _Checked, first: _Checked) -> bool:
    return one.heard.share >= _HEARD_LEAST * first.heard.share and one.likeness > first.likeness


def _check(style: Style, voice: TakeVoice) -> _Checked:
    said = [
        (signs, say_fitted(style, signs, style.rate)[0])
        for line in CHECKED_ON
        for signs in read_signs(style, line)
    ]
    return _Checked(
        style,
        likeness=float(np.mean([embed_voice(sound, RATE_HZ) @ voice.speaker for _, sound in said])),
        heard=hear_back(said, RATE_HZ),
        pitch_hz=measure_pitch_hz(np.concatenate([sound for _, sound in said]), RATE_HZ),
    )


def _apply(start: Style, move: _Move, axes: Tensor) -> Style:
    style = start.style.copy()
    style[:, :TIMBRE] += (move.timbre @ axes.T).numpy()
    return replace(start, style=style, tone_db=tuple(float(gain) for gain in move.tone_db))


def _correct(checked: _Checked, voice: TakeVoice) -> Style:
    """The take's pace; and its pitch, which is heard a few percent beside the curve that was asked for."""
    style = checked.style
    if checked.pitch_hz:
        factor = float(np.clip(style.curve_pitch * voice.pitch_hz / checked.pitch_hz, *_PITCH_FACTORS))
        style = replace(style, curve_pitch=factor)
    if voice.pace and checked.heard.pace:
        style = replace(style, rate=float(np.clip(voice.pace / checked.heard.pace, *_PACES)))
    return style
