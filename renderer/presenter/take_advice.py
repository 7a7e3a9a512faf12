"""What a take lacks, and what to do about it, in the words of a camera operator.

Each limit was chosen by looking at all of seven takes of six people (four real, filmed by phones and cameras,
and the demo's): the figures beside it are theirs. Nothing here refuses a take.
"""

from __future__ import annotations

from collections.abc import Iterator

from renderer.presenter.lip_sync import LipSync
from renderer.presenter.take_measures import TURNED_DEGREES, TakeMeasures

# Below this a message repeats itself soon, and the fit sees few mouths of each kind (takes: 6 to 23 s).
_SHORT_S = 15.0
# Of the frames, an open mouth (takes: 17 to 78 %): below this, vowels are made of a handful of frames.
_FEW_OPEN = 0.08
# Of the open mouth's area in the tenth of the frames that show most teeth (takes with teeth: 36 to 64 %; the
# one without: 4 %): below this, there are no teeth to draw from.
_NO_TEETH = 0.1
# Of the frames (takes: 0 to 4 %; the two that show turned heads 8 and 14 %): a drawn mouth fits worse there.
_MUCH_TURNED = 0.06
_TILTED_DEGREES = 60.0  # takes: 0 to 9; nobody tilts the head so far
_SMALL_FACE_PX = 100.0  # takes: 126 to 267; the mouth is then 30 px wide, and enlarged before it is learned
_DARK_LEVEL = 60.0  # takes: 114 to 165; below it, noise is as strong as the texture of the lips
_OVEREXPOSED = 0.1  # takes: none; white skin has no texture to keep
_QUIET_DB = -40.0  # takes: -21 to -5; below it, the noise of a microphone hides the quiet phones
_CUTS_NAMED = 5
# Where lips follow their sound, r is 0.47 to 0.75, at most 0.16 s away, against 0.19 to 0.47 by chance.
_LATE_S, _CLEARLY_BETTER = 0.2, 0.15


def advise(take: TakeMeasures) -> tuple[str, ...]:
    """Sentences about what is lacking, each with a figure and what to do; none for a good take."""
    if take.tilt_degrees > _TILTED_DEGREES:  # what else was measured says nothing
        how = "upside down" if take.tilt_degrees > 135 else "lying on a side"
        return (
            f"The face is {how}, and players show the file so: its mouth cannot be followed well. "
            "Turn the video in the phone or in an editor, and upload it again.",
        )
    parts = (_advise_on_face, _advise_on_mouth, _advise_on_sound, _advise_on_cuts)
    return tuple(sentence for part in parts for sentence in part(take))


def advise_on_length(duration_s: float) -> Iterator[str]:
    """What follows from a short take."""
    if duration_s < _SHORT_S:
        yield (
            f"The take is short ({duration_s:.0f} s): there are few mouths to draw from, and messages "
            "repeat its movements soon. Film 20 to 60 seconds."
        )


def advise_on_level(level_db: float | None) -> Iterator[str]:
    """What follows from the level of the sound's loud parts, None without sound."""
    if level_db is None:
        yield (
            "The take has no sound: how this person's lips move with speech cannot be learned. "
            "Film it again with sound."
        )
    elif level_db < _QUIET_DB:
        yield (
            f"The voice is too quiet ({level_db:.0f} dB where it is loud; -20 is usual): soft sounds "
            "are lost in noise. Bring the microphone nearer, or raise its level."
        )


def _advise_on_face(take: TakeMeasures) -> Iterator[str]:
    yield from advise_on_length(take.duration_s)
    if take.face_px < _SMALL_FACE_PX:
        yield (
            f"The face is small ({take.face_px:.0f} px wide): the mouth will be soft. "
            "Come closer to the camera, or film in 1080p; the head should be a third of the picture's height."
        )
    if take.turned_share > _MUCH_TURNED:
        yield (
            f"Face the lens: the head was turned more than {TURNED_DEGREES:.0f}° in {take.turned_share:.0%} "
            "of the take, where a drawn mouth fits less well. Film it again looking into the camera, or cut "
            "those parts."
        )
    if take.light < _DARK_LEVEL:
        yield (
            f"The face is dark (level {take.light:.0f} of 255): lips and teeth drown in noise. "
            "Face a window or put a lamp beside the camera."
        )
    if take.overexposed_share > _OVEREXPOSED:
        yield (
            f"The face is over-exposed: {take.overexposed_share:.0%} of the skin is plain white. "
            "Lower the exposure, or move the lamp away."
        )


def _advise_on_mouth(take: TakeMeasures) -> Iterator[str]:
    if take.open_share < _FEW_OPEN:
        yield (
            f"The mouth is open in only {take.open_share:.0%} of the take: open vowels will look alike or "
            "closed. Film it again and speak up, as to somebody across a table, with some wide “ah” and “oh”."
        )
    if take.teeth_share is not None and take.teeth_share < _NO_TEETH:
        yield (
            "Teeth are hardly ever seen in the open mouth, so messages will show none, or blurred ones. "
            "Film it again with a lamp at the height of the eyes, chin up, and say some words with a smile."
        )


def _advise_on_sound(take: TakeMeasures) -> Iterator[str]:
    yield from advise_on_level(take.level_db)
    if take.level_db is not None and take.level_db >= _QUIET_DB and take.sync is not None:
        yield from _advise_on_sync(take.sync)


def _advise_on_sync(sync: LipSync) -> Iterator[str]:
    clearly = sync.best > max(sync.chance, sync.in_place + _CLEARLY_BETTER)
    if clearly and abs(sync.lag_s) >= _LATE_S:
        order = "after" if sync.lag_s > 0 else "before"
        yield (
            f"Sound and picture are apart: the lips move {abs(sync.lag_s):.1f} s {order} the sound. "
            "Move the sound in an editor until a clap is seen and heard at once, and upload the take again."
        )
    elif sync.near <= sync.chance:
        yield (
            f"The lips do not move with the sound (r {sync.near:.2f}, by chance {sync.chance:.2f}): it may "
            "be another recording, or music. Film it again with the sound of the speaker alone."
        )


def _advise_on_cuts(take: TakeMeasures) -> Iterator[str]:
    if take.cuts_s:
        places = ", ".join(f"{at:.1f} s" for at in take.cuts_s[:_CUTS_NAMED])
        more = f" and {len(take.cuts_s) - _CUTS_NAMED} more" if len(take.cuts_s) > _CUTS_NAMED else ""
        what = "a cut" if len(take.cuts_s) == 1 else f"{len(take.cuts_s)} cuts"
        yield (
            f"The take has {what} (at {places}{more}): no message plays across one, so less of the take is "
            "of use. Film it in one go, without zooming."
        )
