"""What a person should know about how a take was recorded, in sentences with advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from renderer.video.timing import ClipTiming

# /p b m/ keep the lips closed for some 80 to 100 ms: below this rate, often no picture shows it.
_FEWEST_PICTURES_HZ = 20.0


@dataclass(frozen=True)
class PictureKind:
    """How pictures are stored: ``hdr`` names the transfer of HDR ("" is none), ``tracks`` counts the tracks
    of pictures, of which the one numbered ``track`` (from 1) is shown."""

    interlaced: bool = False
    hdr: str = ""
    wide_colours: bool = False
    track: int = 1
    tracks: int = 1


def describe_recording(kind: PictureKind, timing: ClipTiming) -> tuple[str, ...]:
    """Sentences about how the pictures were recorded; none for a plain take."""
    return tuple((*_describe_kind(kind), *_describe_times(timing)))


def _describe_kind(kind: PictureKind) -> Iterator[str]:
    if kind.tracks > 1:
        yield (
            f"The take has {kind.tracks} picture tracks; number {kind.track}, the default one, is shown. "
            "Export the file with the right one alone if that is not the presenter."
        )
    if kind.interlaced:
        yield (
            "The take is interlaced: every picture holds two moments, line by line. They are made into whole "
            "pictures, which are a little softer. Film progressive (25p or 30p, not 50i or 60i)."
        )
    if kind.hdr:
        yield (
            f"The take is HDR ({kind.hdr}): its colours are brought to those of usual screens (BT.709), and "
            "highlights above white are cut. Turn HDR off in the camera to choose the look yourself."
        )
    elif kind.wide_colours:
        yield "The take has wide colours: they are brought to those of usual screens (BT.709)."


def _describe_times(timing: ClipTiming) -> Iterator[str]:
    fps = float(timing.fps)
    for first, last in timing.gaps:
        yield (
            f"The picture stands still for {(last - first) / fps:.1f} s at {first / fps:.1f} s: the "
            "recording has a gap. That part is neither learned from nor shown. Close other programs "
            "while you record."
        )
    moving = timing.frames - sum(last - first for first, last in timing.gaps)
    rate = len(set(timing.source.tolist())) / max(moving / fps, 1e-9)
    if rate < _FEWEST_PICTURES_HZ:
        yield (
            f"The take has only {rate:.0f} pictures a second: closed lips and quick sounds are missing. "
            "Film with 25 or 30 pictures a second, in more light; cameras drop pictures in the dark."
        )
