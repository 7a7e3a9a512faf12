"""How loud each part of a message is: its lines, what the take itself says in it, and the room under both."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import fingerprint
from renderer.errors import RenderError
from renderer.presenter.lazy_take import LazyTake
from renderer.render.context import RenderContext
from renderer.render.sound_bed import SoundBed
from renderer.speech.loudness import PEAK_DBTP, TARGET_LUFS, normalise
from renderer.take.take_sound import TakeSound, bring_near, measure_take_sound
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.sound import Samples

STAGE_VERSION = "tone-1"
# A take of usual loudness is heard at its own level, sample by sample; another one is brought this far.
_TAKE_LUFS_MIN, _TAKE_LUFS_MAX = -26.0, -14.0
# Under a voice without noise, a louder tone would be heard as hiss.
_LOUDEST_BED_DB = -50.0


@dataclass(frozen=True, eq=False)
class SoundLevels:
    """``take_gain`` is for filmed sound. Other lines are spoken at ``spoken_lufs``, and nearer to the take's
    spectrum ``bands_db`` where filmed lines are beside them; ``bed`` lies under all of it."""

    bed: SoundBed = field(default_factory=SoundBed)
    take_gain: float = 1.0
    spoken_lufs: float = TARGET_LUFS
    bands_db: npt.NDArray[np.float64] | None = None

    def describe(self, *, filmed: bool) -> list[Any]:
        """What `apply` does, for a key."""
        if filmed:
            return ["filmed", self.take_gain]
        return [] if self.bands_db is None else [self.spoken_lufs, self.bands_db.tolist()]

    def apply(self, samples: Samples, *, filmed: bool) -> Samples:
        """A line [n] as it is heard in the message."""
        if filmed:
            return samples * np.float32(self.take_gain)
        if self.bands_db is None:
            return samples
        return normalise(bring_near(samples, self.bands_db), SOUND_RATE_HZ, self.spoken_lufs)


def choose_levels(context: RenderContext, *, filmed: bool) -> SoundLevels:
    """The levels of a message, with or without ``filmed`` lines in it. A take without a sound that can be
    read has no room either."""
    key = fingerprint(STAGE_VERSION, context.presenter.facts.sha256)
    try:
        sound = context.store.use(
            "tone", key, ".safetensors", lambda target: _measure(context.take, target), _load
        )
    except RenderError:
        return SoundLevels()
    if sound is None:
        return SoundLevels()
    if filmed:
        return _follow_take(sound, key)
    wanted_db = TARGET_LUFS - sound.lufs
    if sound.tone is not None:
        wanted_db = min(wanted_db, _LOUDEST_BED_DB - sound.tone.level_db)
    return SoundLevels(_lay_bed(sound, wanted_db, key))


def _follow_take(sound: TakeSound, key: str) -> SoundLevels:
    """Everything as loud as the take, which is itself turned up or down where it is far from usual."""
    lufs = min(max(sound.lufs, _TAKE_LUFS_MIN), _TAKE_LUFS_MAX)
    gain_db = min(lufs - sound.lufs, max(PEAK_DBTP - sound.peak_db, 0.0))
    gain = float(10 ** (gain_db / 20))
    return SoundLevels(_lay_bed(sound, gain_db, key), gain, sound.lufs + gain_db, sound.bands_db)


def _lay_bed(sound: TakeSound, gain_db: float, key: str) -> SoundBed:
    gain_db = round(gain_db, 2)
    return SoundBed(sound.tone, float(10 ** (gain_db / 20)), fingerprint(key, gain_db))


def _measure(take: LazyTake, target: Path) -> None:
    found = measure_take_sound(take.sound)
    save_file({} if found is None else found.to_arrays(), target)


def _load(path: Path) -> TakeSound | None:
    with safe_open(path, "np") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    return TakeSound.from_arrays(arrays) if arrays else None
