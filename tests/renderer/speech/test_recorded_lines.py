import io
import wave
from itertools import pairwise

import av
import numpy as np
import pytest
from PIL import Image

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.speech.loudness import measure_lufs
from renderer.speech.recorded_lines import read_recorded_lines
from renderer.speech.text_mismatch import TextMismatch
from renderer.voices.text_to_speech import speak

RATE_HZ = 48_000
LINES = (("hi", "Hi Maria, nice to meet you."), ("offer", "Our new platform turns one recording into many."))
GAP_S = 0.7
VOICE = VoiceConfig(engine="piper")


@pytest.fixture(scope="module")
def spoken():
    return [speak(text, VOICE) for _, text in LINES]


@pytest.fixture(scope="module")
def sound(spoken):
    """Both lines with a pause between, as somebody would record them, quieter than they are wanted."""
    parts = [part for line in spoken for part in (hush(GAP_S), line.samples)]
    return 0.3 * np.concatenate([*parts, hush(0.5)])


def hush(seconds):
    return np.random.default_rng(2).normal(0, 3e-4, round(seconds * RATE_HZ)).astype(np.float32)


def save(path, samples, rate_hz=RATE_HZ, width=2):
    """A WAV of samples [n] or [n, channels]."""
    whole = np.round(np.clip(samples, -1, 1) * (2 ** (8 * width - 1) - 1)).astype("<i4")
    raw = whole.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(raw)
    return path


def encode(path, samples, codec, form, *, cover=False, picture=False):
    with av.open(str(path), "w", format=form) as out:
        shown = None
        if picture:
            shown = out.add_stream("libx264", rate=25, width=64, height=64, pix_fmt="yuv420p")
        stream = out.add_stream(codec, rate=RATE_HZ, layout="mono")
        if cover:
            art = io.BytesIO()
            Image.new("RGB", (64, 64), "red").save(art, "JPEG")
            still = out.add_stream("mjpeg", width=64, height=64, pix_fmt="yuvj420p")
            still.disposition = av.stream.Disposition.attached_pic
            packet = av.Packet(art.getvalue())
            packet.stream, packet.pts, packet.dts = still, 0, 0
            packet.is_keyframe = True
            out.start_encoding()
            out.mux(packet)
        if shown is not None:
            for _ in range(int(len(samples) / RATE_HZ * 25)):
                black = np.zeros((64, 64, 3), np.uint8)
                out.mux(shown.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
            out.mux(shown.encode(None))
        frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = RATE_HZ
        resampler = av.AudioResampler(stream.format, stream.layout, stream.rate, stream.frame_size or None)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def read(path, lines=LINES, language="en-us"):
    return read_recorded_lines(path, path.name, lines, language)


def assert_good(recorded, spoken):
    for one, truth, (_, text) in zip(recorded.speeches, spoken, LINES, strict=True):
        assert one.duration_s == pytest.approx(truth.duration_s, abs=0.2)
        assert measure_lufs(one.samples, RATE_HZ) == pytest.approx(-16, abs=0.4)
        assert [word.text for word in one.words] == text.split()
        assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(one.words))
        assert one.words[-1].end_s <= one.duration_s + 1e-6


def test_a_recording_is_cut_into_its_lines_with_captions_at_the_right_loudness(tmp_path, sound, spoken):
    recorded = read(save(tmp_path / "maria.wav", sound))
    assert_good(recorded, spoken)
    assert recorded.notes == ()
    errors_s = [
        a.start_s - b.start_s
        for one, truth in zip(recorded.speeches, spoken, strict=True)
        for a, b in zip(one.words, truth.words, strict=True)
    ]
    assert np.median(np.abs(errors_s)) < 0.06


@pytest.mark.parametrize(
    ("name", "codec", "form", "more"),
    [
        ("cover.mp3", "libmp3lame", "mp3", {"cover": True}),
        ("phone.m4a", "aac", "ipod", {}),
        ("browser.webm", "libopus", "webm", {}),
        ("browser.ogg", "libopus", "ogg", {}),
        ("lossless.flac", "flac", "flac", {}),
        ("clip.mp4", "aac", "mp4", {"picture": True}),
    ],
)
def test_what_phones_browsers_and_programs_record_is_understood(
    tmp_path, sound, spoken, name, codec, form, more
):
    assert_good(read(encode(tmp_path / name, sound, codec, form, **more)), spoken)


def test_every_rate_width_and_number_of_channels_of_a_wav_is_understood(tmp_path, sound, spoken):
    eight = np.asarray(sound.reshape(-1)[: len(sound) // 6 * 6].reshape(-1, 6).mean(1))
    assert_good(read(save(tmp_path / "phone.wav", eight, 8_000)), spoken)
    assert_good(read(save(tmp_path / "studio.wav", np.stack([sound, sound], 1), width=3)), spoken)


def test_channels_in_antiphase_are_heard_and_told(tmp_path, sound, spoken):
    recorded = read(save(tmp_path / "cable.wav", np.stack([sound, -sound], 1)))
    assert_good(recorded, spoken)
    assert "cable.wav: The two sound channels are in antiphase" in recorded.notes[0]


def test_a_recording_of_another_text_is_told_by_its_name(tmp_path, sound):
    other = (("hi", "Please send me the signed contract before the fourteenth of March."),)
    with pytest.raises(TextMismatch, match=r"maria\.wav: The recording does not say “Please send"):
        read(save(tmp_path / "maria.wav", sound), other)


def test_another_language_is_another_text(tmp_path):
    german = speak(
        "Guten Tag, Herr Doktor, wir haben Ihre Bestellung erhalten.", VoiceConfig("pyttsx3", "de")
    )
    with pytest.raises(TextMismatch, match="does not say"):
        read(save(tmp_path / "german.wav", german.samples))


def test_another_name_is_noted(tmp_path, sound):
    lines = (("hi", "Hi Christopher, nice to meet you."), LINES[1])
    assert any(
        "“Christopher” cannot be heard" in note for note in read(save(tmp_path / "m.wav", sound), lines).notes
    )


def test_a_line_that_is_missing_at_the_end_is_told(tmp_path, spoken):
    with pytest.raises(TextMismatch):
        read(save(tmp_path / "half.wav", spoken[0].samples))


def test_an_overdriven_recording_is_noted(tmp_path, sound):
    assert any("is overdriven" in note for note in read(save(tmp_path / "loud.wav", 12 * sound)).notes)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: save(path, hush(2.0)), "is silent"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("Hello, I am a text."), "is no sound that can be read"),
        (lambda path: save(path, np.zeros(8_000 * 301), 8_000), "is longer than 300 s"),
        (lambda path: None, "There is no file"),
    ],
    ids=["silent", "empty", "text", "long", "absent"],
)
def test_a_file_that_cannot_be_used_is_told_by_its_name(tmp_path, make, told):
    make(tmp_path / "line.wav")
    with pytest.raises(RenderError, match=told) as refused:
        read_recorded_lines(tmp_path / "line.wav", "maria.wav", LINES, "en-us")
    assert "maria.wav" in refused.value.message
    assert "line.wav" not in refused.value.message


def test_lines_of_another_language_get_times_too(tmp_path):
    text = "Guten Tag, Herr Doktor, wir haben Ihre Bestellung erhalten."
    german = speak(text, VoiceConfig("pyttsx3", "de"))
    (one,) = read(save(tmp_path / "german.wav", german.samples), (("a", text),), "de").speeches
    errors_s = [a.start_s - b.start_s for a, b in zip(one.words, german.words, strict=True)]
    assert np.median(np.abs(errors_s)) < 0.08
