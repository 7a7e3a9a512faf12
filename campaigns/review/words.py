"""Scores in words: what a person would say, what it means, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.review.risk import IDEALS, measure_distance

RENDER_AGAIN = "Film the take once more with the mouth well lit and unobscured."
LINE = "Say the line otherwise, or record it, then render again."
TAKE = "A take with more light and a sharper picture helps; see the advice on the presenter's page."


@dataclass(frozen=True)
class _Words:
    good: str
    low: str  # below the best value; for a share, which cannot be, never said
    high: str
    tip: str
    remedy: str


@dataclass(frozen=True)
class SaidScore:
    """One score as a person reads it. ``level``: 0 good, 1 a little off, 2 clearly off."""

    name: str
    words: str
    tip: str
    level: int
    value: float


def _share(good: str, some: str, tip: str, remedy: str) -> _Words:
    return _Words(good, "", some, tip, remedy)


_WORDS: Mapping[str, _Words] = {
    "aperture_r": _Words(
        "lips follow the speech", "lips follow the speech {loosely}", "lips follow the speech",
        "How well the lips open and close with what is said.", LINE,
    ),
    "aperture_ratio": _Words(
        "mouth opens as in the take", "mouth opens {less} than in the take",
        "mouth opens {more} than in the take",
        "How far the mouth opens, beside the presenter's own speaking.", RENDER_AGAIN,
    ),
    "closure": _Words(
        "lips meet at p, b and m", "lips {miss} meeting at p, b and m", "lips meet at p, b and m",
        "Lips have to touch for these sounds; people notice soon when they do not.", LINE,
    ),
    "gain": _Words(
        "mouth moves as the speech asks", "mouth moves {less} than the speech asks",
        "mouth moves {more} than the speech asks", "How far the lips move, beside how far they should.", LINE,
    ),
    "kept_frames": _share(
        "every frame is drawn", "{some} frames keep the take's own mouth",
        "Where the face turns away or is covered, the take itself is shown.",
        "Film a take in which nothing covers the mouth and the face looks ahead.",
    ),
    "late_frames": _Words(
        "lips in time with the sound", "lips {a little} early", "lips {a little} late",
        "Whether the lips come with the sound.", LINE,
    ),
    "late_frames_high": _Words(
        "lips in time at the latest estimate", "at the latest estimate lips {a little} early",
        "at the latest estimate lips {a little} late", "The upper end of how late the lips may be.", LINE,
    ),
    "late_frames_low": _Words(
        "lips in time at the earliest estimate", "at the earliest estimate lips {a little} early",
        "at the earliest estimate lips {a little} late", "The lower end of how late the lips may be.", LINE,
    ),
    "lower_lip_torn": _share(
        "lower lip whole", "lower lip torn in {some} frames",
        "Patches along the lip that the take never shows.",
        RENDER_AGAIN,
    ),
    "nose_outside": _share(
        "mouth in its place", "mouth out of its place in {some} frames",
        "The distance from the nose to the lip, beside the take's.", RENDER_AGAIN,
    ),
    "offset_frames": _Words(
        "lips in time", "lips {a little} early", "lips {a little} late",
        "Whether the lips move when they were meant to.", LINE,
    ),
    "open_in_silence": _share(
        "mouth closed in silence", "mouth open in {some} silent frames",
        "Between sentences the mouth should rest.", LINE,
    ),
    "ring": _Words(
        "edge of the mouth not to be seen", "edge of the drawn mouth {softer} than the take",
        "edge of the drawn mouth {may show}", "How the drawn mouth passes into the filmed face.",
        RENDER_AGAIN,
    ),
    "seam": _Words(
        "joins not to be seen", "joins calmer than the frames around", "a join {may show}",
        "Where two parts meet, the picture should not jump.", RENDER_AGAIN,
    ),
    "sharpness": _Words(
        "mouth as sharp as the take", "mouth {softer} than the take", "mouth {sharper} than the take",
        "The sharpness of the lower face, beside the take's.", TAKE,
    ),
    "smeared": _share(
        "teeth and lips clear", "mouth smeared in {some} frames",
        "Between lips and teeth there should be an edge.",
        TAKE,
    ),
    "soft": _share(
        "inside of the mouth sharp", "inside of the mouth soft in {some} frames",
        "Its sharpest edges, beside the take's.", TAKE,
    ),
    "sound_r": _Words(
        "lips fit the sound", "lips fit the sound {loosely}", "lips fit the sound",
        "How well the lips go with what an ear expects of the sound.", LINE,
    ),
    "sound_r_by_chance": _Words(
        "what chance would reach", "what chance would reach", "what chance would reach",
        "The lips should fit the sound better than this.", LINE,
    ),
    "speed_ratio": _Words(
        "mouth as lively as in the take", "mouth {calmer} than in the take",
        "mouth {livelier} than in the take",
        "How fast the lips move, beside the presenter's own speaking.", RENDER_AGAIN,
    ),
    "streaked": _share(
        "no streaks", "streaks in the mouth in {some} frames", "Long stripes inside the open mouth.",
        RENDER_AGAIN
    ),
    "unlike": _share(
        "mouth looks like the presenter's", "mouth unlike the presenter's in {some} frames",
        "The inside of the mouth, beside every filmed one.", RENDER_AGAIN,
    ),
    "upper_lip_torn": _share(
        "upper lip whole", "upper lip torn in {some} frames",
        "Patches along the lip that the take never shows.",
        RENDER_AGAIN,
    ),
    "wider_than_filmed": _share(
        "mouth never too wide", "mouth wider than ever filmed in {some} frames",
        "The presenter never opened it so far in the take.",
        "Film a take with lively speech, so that the platform knows how far the mouth opens.",
    ),
    "width_outside": _share(
        "mouth as wide as in the take", "width of the mouth off in {some} frames",
        "The mouth's width, beside the take's for the same turn of the head.", RENDER_AGAIN,
    ),
}  # fmt: skip
# Not judged by `risk.IDEALS`: what is good, and how far from it people begin to notice.
_OTHERS: Mapping[str, tuple[float, float]] = {
    "late_frames": (0.0, 3.0),
    "late_frames_high": (0.0, 6.0),
    "late_frames_low": (0.0, 6.0),
    "sound_r": (0.6, 0.4),
    "sound_r_by_chance": (0.0, 100.0),
}
_A_LITTLE = {
    "{loosely}": "a little loosely", "{less}": "a little less", "{more}": "a little more",
    "{miss}": "now and then miss", "{a little}": "a little", "{softer}": "a little softer",
    "{may show}": "may show faintly", "{sharper}": "a little sharper", "{calmer}": "a little calmer",
    "{livelier}": "a little livelier",
}  # fmt: skip
_CLEARLY = {
    "{loosely}": "loosely", "{less}": "less", "{more}": "more", "{miss}": "often miss",
    "{a little}": "clearly", "{softer}": "clearly softer", "{may show}": "may show",
    "{sharper}": "clearly sharper", "{calmer}": "calmer", "{livelier}": "livelier",
}  # fmt: skip
_SLIGHT = 0.5  # of what people begin to notice


def say_scores(scores: Mapping[str, float]) -> list[SaidScore]:
    """Every score that has words, the worst first."""
    known = [(name, value) for name, value in scores.items() if name in _WORDS]
    said = [(_measure(name, value), say_score(name, value)) for name, value in known]
    return [score for _, score in sorted(said, key=lambda one: -one[0])]


def say_score(name: str, value: float) -> SaidScore:
    """One score in words. LookupError for a score that has none."""
    words, distance = _WORDS[name], _measure(name, value)
    if distance < _SLIGHT:
        return SaidScore(name, words.good, words.tip, 0, value)
    level = 1 if distance < 1 else 2
    sentence = (words.low if value < _get_best(name) else words.high) or words.good
    if "{some}" in sentence:
        sentence = sentence.replace("{some}", _say_share(value))
    for mark, said in (_A_LITTLE if level == 1 else _CLEARLY).items():
        sentence = sentence.replace(mark, said)
    return SaidScore(name, sentence, f"{words.tip} {words.remedy}", level, value)


def list_scores_with_words() -> frozenset[str]:
    return frozenset(_WORDS)


def _say_share(share: float) -> str:
    """How many frames a share is, to somebody who watches: 1 in 20 is a moment, a quarter is the video."""
    return "a few" if share < 0.05 else "some" if share < 0.25 else "many"


def _measure(name: str, value: float) -> float:
    if name in _OTHERS:
        best, noticed = _OTHERS[name]
        # Lips that fit the sound better than is usual are no fault.
        return 0.0 if name == "sound_r" and value > best else abs(value - best) / noticed
    return measure_distance(name, value)


def _get_best(name: str) -> float:
    return _OTHERS[name][0] if name in _OTHERS else IDEALS[name][0]
