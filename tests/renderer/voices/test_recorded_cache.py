import numpy as np

from renderer.config import VoiceConfig
from renderer.runtime.store import Store
from renderer.voices.recorded_cache import read_recorded_cached
from renderer.voices.text_to_speech import speak
from tests.renderer.speech.test_recorded_lines import save

LINES = (("a", "Thank you for your time."),)


def test_a_recording_is_aligned_once_and_again_when_it_or_its_text_changes(tmp_path):
    store = Store(tmp_path / "store", max_bytes=10**8)
    spoken = speak(LINES[0][1], VoiceConfig(engine="piper"))
    file = save(tmp_path / "a.wav", spoken.samples)

    def read(lines=LINES):
        return read_recorded_cached(file, "a.wav", lines, "en-us", store)

    first, again = read(), read()
    assert np.array_equal(first.speeches[0].samples, again.speeches[0].samples)
    assert first.speeches[0].words == again.speeches[0].words
    assert store.stats().files == 1
    read((("a", "Thank you for your time!"),))
    assert store.stats().files == 2
    save(file, np.concatenate([np.zeros(9_000, np.float32), spoken.samples]))
    read()
    assert store.stats().files == 3
