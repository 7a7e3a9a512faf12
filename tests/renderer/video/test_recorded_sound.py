"""The sound that is heard is the presenter's voice, in step with the picture, whatever the file holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.stream import Disposition

from renderer.errors import RenderError
from renderer.speech.recognition import load_recording
from renderer.video.recorded_sound import read_recorded_sound
from tests.renderer.video.clips import write_clip

Samples = npt.NDArray[np.float32]

VOICE = (0.5 * np.sin(np.arange(48_000) / 20)).astype(np.float32)
SILENCE = np.zeros_like(VOICE)


def write_tracks(path: Path, tracks: Sequence[Samples], default: int = 0) -> Path:
    """A file with one sound track for each of ``tracks`` [channels, n]."""
    options = {"default_mode": "passthrough"} if path.suffix == ".mkv" else {}
    with av.open(str(path), "w", options=options) as out:
        codec = "pcm_s16le" if path.suffix == ".wav" else "aac"
        streams = [
            out.add_stream(codec, rate=48_000, layout="stereo" if len(track) == 2 else "mono")
            for track in tracks
        ]
        for number, stream in enumerate(streams):
            stream.disposition = Disposition.default if number == default else Disposition(0)
        for stream, track in zip(streams, tracks, strict=True):
            for frame in cut(track):
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def cut(track: Samples) -> Iterator[av.AudioFrame]:
    layout = "stereo" if len(track) == 2 else "mono"
    for start in range(0, track.shape[1], 1024):
        block = np.ascontiguousarray(track[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(block, "fltp", layout)
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        yield frame


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples[4000:40_000] ** 2)))


@pytest.mark.parametrize("ending", ["m4a", "wav"])
def test_of_channels_that_cancel_each_other_the_louder_one_is_heard(tmp_path: Path, ending: str) -> None:
    path = write_tracks(tmp_path / f"line.{ending}", [np.stack([0.8 * VOICE, -VOICE])])
    heard = read_recorded_sound(path)
    assert heard is not None
    assert loudness(heard.samples) == pytest.approx(loudness(VOICE), rel=0.03)
    assert "antiphase" in heard.notes[0] and "the louder one alone is heard" in heard.notes[0]


def test_a_recording_in_antiphase_can_be_spoken(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "line.wav", [np.stack([VOICE, -VOICE])])
    assert loudness(load_recording(path).samples) > 0.1


@pytest.mark.parametrize("right", [VOICE, 0.3 * VOICE, SILENCE], ids=["equal", "softer", "silent"])
def test_usual_stereo_is_mixed_without_a_word(tmp_path: Path, right: Samples) -> None:
    heard = read_recorded_sound(write_tracks(tmp_path / "line.m4a", [np.stack([VOICE, right])]))
    assert heard is not None and heard.notes == ()
    assert loudness(heard.samples) == pytest.approx(loudness((VOICE + right) / 2**0.5), rel=0.03)


def test_of_two_tracks_the_default_one_is_heard_and_told(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "take.mkv", [0.1 * VOICE[None], VOICE[None]], default=1)
    heard = read_recorded_sound(path)
    assert heard is not None and loudness(heard.samples) == pytest.approx(loudness(VOICE), rel=0.03)
    assert "2 sound tracks; number 2 is heard, the default one" in heard.notes[0]


@pytest.mark.parametrize("silent", [0, 1])
def test_a_silent_default_track_gives_way_to_one_with_sound(tmp_path: Path, silent: int) -> None:
    tracks = [VOICE[None], VOICE[None]]
    tracks[silent] = SILENCE[None]
    heard = read_recorded_sound(write_tracks(tmp_path / "take.mkv", tracks, default=silent))
    assert heard is not None and loudness(heard.samples) == pytest.approx(loudness(VOICE), rel=0.03)
    assert f"number {2 - silent} is heard, because the default one is silent" in heard.notes[0]


def test_the_sound_of_a_trimmed_clip_begins_with_its_first_picture(tmp_path: Path) -> None:
    samples = np.zeros(115_200, np.float32)
    samples[48_000] = 0.9
    whole = write_clip(tmp_path / "whole.mp4", 60, samples=samples)
    with av.open(str(whole)) as clip, av.open(str(tmp_path / "trimmed.mp4"), "w") as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in clip.streams}
        for packet in clip.demux():
            if packet.pts is not None and packet.dts is not None:
                early = round(Fraction(7, 25) / packet.stream.time_base)
                packet.pts, packet.dts = packet.pts - early, packet.dts - early
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    heard = read_recorded_sound(tmp_path / "trimmed.mp4")
    assert heard is not None
    assert abs(int(np.abs(heard.samples).argmax()) - (48_000 - 48_000 * 7 // 25)) <= 48


def test_the_sound_of_a_stream_begins_with_the_first_picture_that_can_be_shown(tmp_path: Path) -> None:
    """What comes before the first key frame of a stream that was cut anywhere is lost; its sound is not."""
    samples = np.zeros(115_200, np.float32)
    samples[96_000] = 0.9
    whole = write_clip(tmp_path / "whole.ts", 60, samples=samples)
    number, path = 0, tmp_path / "cut.ts"
    with av.open(str(whole)) as clip, av.open(str(path), "w") as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in clip.streams}
        for packet in clip.demux():
            if packet.pts is not None and packet.dts is not None:
                number += packet.stream.type == "video"
                if packet.stream.type == "audio" or number > 5:
                    packet.stream = copies[packet.stream.index]
                    out.mux(packet)
    heard = read_recorded_sound(path)
    assert heard is not None
    assert abs(int(np.abs(heard.samples).argmax()) - (96_000 - 12 * 1920)) <= 48  # the second key frame: 12


def test_damaged_sound_is_told_in_words(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "line.m4a", [VOICE[None]])
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 8
    data[at : at + 3000] = np.random.default_rng(3).integers(0, 256, 3000, np.uint8).tobytes()
    path.write_bytes(data)
    with pytest.raises(RenderError, match=r"The sound of line\.m4a is damaged"):
        read_recorded_sound(path)
