"""The sound of a clip or a recording: which track and which channels are heard, and what is told about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.container
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from renderer.errors import RenderError
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.open import (
    READING_ERRORS,
    list_picture_streams,
    list_sound_streams,
    name_damage,
    open_clip,
)
from renderer.video.probe import probe_clip
from renderer.video.sound import VOICE, SoundFormat

Samples = npt.NDArray[np.float32]

_AAC_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_INAUDIBLE = 1e-3  # -60 dB of full scale: below the hum of a microphone that is off
# The mix against the louder channel: equal channels give 1.4, a voice in one channel alone 0.7, antiphase 0.
_CANCELLED = 0.4
_LATEST_S = 600  # silence is laid before a late sound: a damaged time must not ask for gigabytes


@dataclass(frozen=True, eq=False)
class RecordedSound:
    """Mono ``samples`` float32 [n] at 48 kHz, in step with the first picture; ``notes`` are sentences about
    the recording."""

    samples: Samples
    notes: tuple[str, ...]


def read_recorded_sound(path: Path, *, most_s: float | None = None) -> RecordedSound | None:
    """A clip's sound, or None where it has no sound track. Raises RenderError, also for one that is longer
    than ``most_s``; no more than that is decoded.

    Of several tracks the default one is heard, or the first other one where that is silent. Of two channels
    that cancel each other, the louder one is heard.
    """
    track, notes = _choose_track(path)
    if track is None:
        return None
    if most_s is not None:
        _refuse_long(path, track, most_s)
    mono, channels = _read_track(path, track, VOICE)[0], _count_channels(path, track)
    if channels == 2:
        left_right = _read_track(path, track, SoundFormat(VOICE.rate_hz, "stereo"))
        louder = max(left_right, key=_measure_rms)
        if _measure_rms(mono) < _CANCELLED * _measure_rms(louder):
            notes += (
                "The two sound channels are in antiphase: they cancel each other, so the louder one alone is "
                "heard. Check the cable or the microphone's phase switch, or record in mono.",
            )
            mono = louder
    return RecordedSound(mono, notes)


def read_own_sound(path: Path) -> tuple[Samples, SoundFormat] | None:
    """That track with its own rate and channels (two at most): float32 [channels, n], and its format."""
    track, _ = _choose_track(path)
    if track is None:
        return None
    with open_clip(path) as container:
        stream = _find_track(container, track)
        rate_hz = stream.rate if stream.rate in _AAC_RATES_HZ else SOUND_RATE_HZ
        form = SoundFormat(rate_hz, "mono" if stream.channels == 1 else "stereo")
    return _read_track(path, track, form), form


def _choose_track(path: Path) -> tuple[int | None, tuple[str, ...]]:
    """The index of the stream that is heard, None without sound, and what to tell about the choice."""
    with open_clip(path) as container:
        tracks = [stream.index for stream in list_sound_streams(container)]
        in_file = [stream.index for stream in container.streams.audio]
    if len(tracks) < 2:
        return (tracks[0] if tracks else None), ()
    audible = (track for track in tracks if np.any(np.abs(_read_track(path, track, VOICE)) > _INAUDIBLE))
    track = next(audible, tracks[0])
    why = "the default one" if track == tracks[0] else "because the default one is silent"
    return track, (
        f"The file has {len(tracks)} sound tracks; number {in_file.index(track) + 1} is heard, {why}. "
        "Export the file with the right one alone if another has the voice.",
    )


def _measure_rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0


def _count_channels(path: Path, track: int) -> int:
    with open_clip(path) as container:
        return int(_find_track(container, track).channels)


def _find_track(container: av.container.InputContainer, track: int) -> AudioStream:
    return next(stream for stream in container.streams.audio if stream.index == track)


# --- decode ---


def _read_track(path: Path, track: int, form: SoundFormat) -> Samples:
    """Samples [channels, n] of one track, from the first picture on."""
    with open_clip(path) as container:
        stream = _find_track(container, track)
        start_s = _find_picture_start_s(container, stream, path)
        try:
            blocks = list(_decode_blocks(container, stream, form))
        except READING_ERRORS as error:
            raise RenderError(
                f"The sound of {path.name} is damaged. Export the file again, for example as MP4 with AAC."
            ) from error
    if not blocks:
        return np.zeros((1 if form.layout == "mono" else 2, 0), np.float32)
    samples = np.concatenate([block for _, block in blocks], axis=1)
    offset = round((blocks[0][0] - start_s) * form.rate_hz)
    if offset > _LATEST_S * form.rate_hz:
        raise RenderError(
            f"The sound of {path.name} begins {offset / form.rate_hz:.0f} s after its picture. "
            "Export the file again, for example as MP4 with AAC."
        )
    return _start_at(samples, offset)


def _refuse_long(path: Path, track: int, most_s: float) -> None:
    """Raise RenderError for a sound longer than ``most_s``: counted, because a file may name another length,
    and a small one can hold days of silence."""
    with open_clip(path) as container, name_damage(path):
        heard_s = 0.0
        for frame in container.decode(_find_track(container, track)):
            heard_s += frame.samples / max(frame.sample_rate, 1)
            if heard_s > most_s:
                raise RenderError(
                    f"{path.name} is longer than {most_s:.0f} s. Cut it to what is said, then try again."
                )


def _find_picture_start_s(container: av.container.InputContainer, sound: AudioStream, path: Path) -> float:
    if not list_picture_streams(container):
        return _find_start_s(sound)
    stream = list_picture_streams(container)[0]
    try:
        timing = probe_clip(path).timing
    except RenderError:  # a recording may have pictures that nobody needs
        return _find_start_s(stream)
    if timing.counted or stream.time_base is None:
        return _find_start_s(stream)
    return float(int(timing.pts[0]) * stream.time_base)


def _find_start_s(stream: av.stream.Stream) -> float:
    return float((stream.start_time or 0) * (stream.time_base or 0))


def _decode_blocks(
    container: av.container.InputContainer, stream: AudioStream, form: SoundFormat
) -> Iterator[tuple[float, Samples]]:
    """(start in seconds, samples [channels, n]) of each decoded block."""
    resampler = AudioResampler(format="fltp", layout=form.layout, rate=form.rate_hz)
    start_s = _find_start_s(stream)
    for frame in container.decode(stream):
        start_s = frame.time if frame.time is not None else start_s
        for block in resampler.resample(frame):
            yield start_s, np.asarray(block.to_ndarray(), np.float32)
    for block in resampler.resample(None):
        yield start_s, np.asarray(block.to_ndarray(), np.float32)


def _start_at(samples: Samples, offset: int) -> Samples:
    if offset < 0:
        return samples[:, -offset:]
    return np.concatenate([np.zeros((len(samples), offset), np.float32), samples], axis=1)
