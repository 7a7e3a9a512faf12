import wave
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.speech.loudness import measure_lufs
from renderer.speech.phones import VOWELS
from renderer.speech.recognition import load_recording, recognise_phones
from renderer.voices.text_to_speech import speak

LINE = "Big dreams often start small: five people, one good idea, and a very long week."
LEAD_S = 0.8


@pytest.fixture(scope="module")
def spoken():
    return speak(LINE, VoiceConfig())


@pytest.fixture(scope="module")
def recorded(spoken):
    """The line after 0.8 s of faint noise, as a microphone would give it."""
    hiss = np.random.default_rng(1).normal(0, 2e-4, int((LEAD_S * 2 + spoken.duration_s) * 48_000))
    start = int(LEAD_S * 48_000)
    hiss[start : start + len(spoken.samples)] += spoken.samples
    return hiss.astype(np.float32)


@pytest.fixture(scope="module")
def heard(recorded):
    return recognise_phones(recorded, 48_000)


def save_wave(path, samples, rate_hz=48_000):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype(np.int16).tobytes())


def symbols(phones, count):
    """The phone of each 10 ms."""
    out = [""] * count
    for phone in phones:
        for n in range(round(phone.start_s * 100), min(count, round(phone.end_s * 100))):
            out[n] = phone.symbol
    return out


def test_phones_cover_the_recording_without_gaps(heard, recorded):
    assert heard[0].start_s == 0.0
    assert heard[-1].end_s == pytest.approx(len(recorded) / 48_000, abs=1e-6)
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(heard))
    assert all(len(phone.symbol) <= 1 for phone in heard)


def test_silent_parts_are_silence(heard, spoken):
    first, last = (next(p for p in way if p.symbol) for way in (heard, heard[::-1]))
    assert first.start_s == pytest.approx(LEAD_S, abs=0.1)
    assert last.end_s == pytest.approx(LEAD_S + spoken.duration_s, abs=0.1)


def test_most_of_the_phones_are_those_that_were_spoken(heard, spoken):
    count = int(spoken.duration_s * 100)
    truth = symbols(spoken.phones, count)
    found = symbols(heard, count + int(LEAD_S * 100))[int(LEAD_S * 100) :]
    assert np.mean([(a in VOWELS) == (b in VOWELS) for a, b in zip(truth, found, strict=True)]) > 0.75
    assert np.mean([a == b for a, b in zip(truth, found, strict=True)]) > 0.5


def test_the_same_recording_is_heard_the_same_whatever_came_before(recorded, heard):
    recognise_phones(recorded[: 48_000 * 2], 48_000)
    assert recognise_phones(recorded, 48_000) == heard


def test_the_rate_of_the_samples_does_not_matter(recorded):
    slow = recognise_phones(recorded[::3][: 16_000 * 2], 16_000)
    assert slow[-1].end_s == 2.0


@pytest.mark.parametrize("samples", [np.zeros(48_000, np.float32), np.zeros(300, np.float32)])
def test_digital_silence_is_one_silence(samples):
    assert [phone.symbol for phone in recognise_phones(samples, 48_000)] == [""]


def test_nothing_is_heard_in_nothing():
    assert recognise_phones(np.zeros(0, np.float32), 48_000) == ()


def test_a_sound_file_is_listened_to_at_the_right_loudness(tmp_path, recorded):
    save_wave(tmp_path / "line.wav", recorded[:: 48_000 // 16_000], rate_hz=16_000)
    speech = load_recording(tmp_path / "line.wav")
    assert speech.duration_s == pytest.approx(len(recorded) / 48_000, abs=0.01)
    assert measure_lufs(speech.samples, 48_000) == pytest.approx(-16, abs=0.3)
    assert sum(1 for phone in speech.phones if phone.symbol) > 30
    assert speech.words == ()


def test_a_video_is_listened_to(tmp_path, recorded, heard):
    with av.open(str(tmp_path / "take.mp4"), "w") as out:
        video = out.add_stream("libx264", rate=25, width=64, height=64, pix_fmt="yuv420p")
        sound = out.add_stream("aac", rate=48_000, layout="mono")
        for _ in range(int(len(recorded) / 48_000 * 25)):
            out.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        out.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(recorded[None], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = 48_000, Fraction(1, 48_000), 0
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    phones = load_recording(tmp_path / "take.mp4").phones
    starts = [next(p.start_s for p in way if p.symbol) for way in (phones, heard)]
    assert starts[0] == pytest.approx(starts[1], abs=0.06)


def test_a_silent_recording_is_refused(tmp_path):
    save_wave(tmp_path / "hush.wav", np.zeros(48_000))
    with pytest.raises(RenderError, match=r"hush\.wav is silent"):
        load_recording(tmp_path / "hush.wav")


def test_a_file_that_is_not_there_or_not_sound_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    for name in ("no.wav", "notes.txt"):
        with pytest.raises(RenderError, match=name):
            load_recording(tmp_path / name)
