from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from renderer.motion.ear import GRID_HZ
from renderer.motion.visemes import VISEMES
from renderer.speech.log_mel import BANDS, HOP_S
from renderer.training.ear_speech import (
    ESPEAK,
    LANGUAGES,
    TEACHERS,
    draw_language,
    draw_line,
    draw_teacher,
    load_talker,
    make_talker,
    mix_styles,
    save_talker,
)

GERMAN = (
    "Bitte ein Bild auswählen und %(name)s hochladen.",
    "Das <b>Passwort</b> ist zu kurz, bitte prüfen!",
    "Ja",
)


@pytest.fixture
def translations(tmp_path: Path) -> Path:
    """A folder of one gettext catalogue, in German."""
    folder = tmp_path / "app" / "locale" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    write_catalogue(folder / "app.mo", {f"key {n}": text for n, text in enumerate(GERMAN)})
    return tmp_path


def write_catalogue(path: Path, texts: dict[str, str]) -> None:
    """A .mo file: a header of seven numbers, two tables of (length, offset), and the strings."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n"} | texts
    pairs = [(key.encode(), text.encode()) for key, text in sorted(texts.items())]
    tables_bytes = 28 + 16 * len(pairs)
    ids, strings = (b"".join(pair[side] + b"\0" for pair in pairs) for side in (0, 1))
    rows: list[int] = []
    for side, start in ((0, tables_bytes), (1, tables_bytes + len(ids))):
        for pair in pairs:
            rows += [len(pair[side]), start]
            start += len(pair[side]) + 1
    head = [0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0]
    path.write_bytes(np.array(head + rows, "<u4").tobytes() + ids + strings)


def test_lines_of_a_language_are_read_from_its_catalogues_without_markup(translations: Path) -> None:
    rng = np.random.default_rng(0)
    lines = {draw_line("de", translations, rng) for _ in range(30)}
    assert lines == {"Bitte ein Bild auswählen und hochladen.", "Das Passwort ist zu kurz, bitte prüfen!"}


def test_languages_that_have_lines_are_spoken_beside_english(translations: Path) -> None:
    rng = np.random.default_rng(0)
    assert {draw_language(translations, rng) for _ in range(40)} == {"en", "de"}
    assert draw_language(None, rng) == "en"
    assert {draw_teacher(rng) for _ in range(40)} == set(TEACHERS)
    assert len(LANGUAGES) > 40


def test_a_mixed_voice_lies_between_its_parts() -> None:
    styles = [np.full((510, 256), level, np.float32) for level in (1.0, 2.0)]
    mixed = mix_styles(styles, np.random.default_rng(0))
    assert mixed.shape == (510, 256) and mixed.dtype == np.float32
    assert 1 <= mixed.min() <= mixed.max() <= 2
    assert mixed[0, 0] != mixed[0, -1]


def test_a_talker_speaks_in_several_places_with_exact_phones_and_comes_back(
    translations: Path, tmp_path: Path
) -> None:
    made = make_talker(3.0, tmp_path, translations, np.random.default_rng(4), ESPEAK)
    save_talker(made, tmp_path / "talker.safetensors")
    again = load_talker(tmp_path / "talker.safetensors")
    assert len(made) == len(again) == 3
    for one, other in zip(made, again, strict=True):
        assert np.allclose(one.bands, other.bands, atol=2e-3) and one.phones == other.phones
        assert one.bands.shape[1] == BANDS
        assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(one.phones))
        target = one.compute_target()
        assert target.shape[1] == len(VISEMES)
        assert len(target) / GRID_HZ == pytest.approx(len(one.bands) * HOP_S, abs=0.05)
        loud = one.bands[: 2 * len(target)].reshape(-1, 2 * BANDS).mean(1)[: len(target)]
        assert np.corrcoef(loud, target[: len(loud)].sum(1))[0, 1] > 0.3
    assert len({one.phones[-1].end_s for one in made}) > 1
