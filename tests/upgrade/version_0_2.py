"""What version 0.2 wrote, as it wrote it, and what was changed on purpose since.

``files/version-0.2.tar.xz`` holds

- ``whole.safetensors`` and ``light.safetensors``: a presenter baked at 64 px from seven seconds of the
  demo's take, which is left out. To pack small, its pictures are all the same one and most of its weights
  are zero.
- ``cache/``: the render cache after a message of two lines. The measures of one segment are left out; of the
  resting mouths only those at the message's end are kept, blackened.
- ``database.sql``: an installation's database, as `pg_dump --inserts` wrote it, without comments.

``files/version-0.2.json`` holds what 0.2 answered: keys by kind and input (test_keys.py has the inputs), and
the message that it rendered.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FILES = Path(__file__).with_name("files")
_ANSWERS: dict[str, Any] = json.loads((_FILES / "version-0.2.json").read_text(encoding="utf-8"))

# Keys by kind of file (the folder in the cache; "track": the kept parts of an interrupted bake) and by input.
KEYS: Mapping[str, Mapping[str, str]] = _ANSWERS["keys"]
# The message in the cache: its lines, slots and segments, and the SHA-256 of the files that 0.2 made of it.
MESSAGE: Mapping[str, Any] = _ANSWERS["message"]
BAKE_SHA256: Mapping[str, str] = _ANSWERS["bake"]
SECRET_KEY = "the key of an installation of version 0.2, kept over the upgrade"

# Kinds of which today's code makes other files than 0.2 did, on purpose, each with the reason. A version that
# is raised without a line here fails test_keys.py, and so does a line whose version was not raised.
# A kind whose version was raised alone stands alone, though keys of other kinds contain it.
RAISED: Mapping[str, str] = {
    "measured": "another runner of the face tracker's networks: points differ within its noise",
    "motion": "lips move as wide and as fast as in the take, and the ear hears the voice",
    "presenter": "a bake is made from the tracker's points, and its head is solid",
    "rest": "the inside of a mouth is chosen and moved otherwise",
    "segment": "the inside of a mouth is chosen and moved otherwise",
    "speech": "figures, dates, abbreviations and pauses are said otherwise",
    "sound": "the tone of the take's room lies under the lines",
    "track": "the tracker's points themselves",
    "weights": "the ear is shipped beside the others",
}


def unpack(folder: Path) -> Path:
    """The files of 0.2 in ``folder``."""
    with tarfile.open(_FILES / "version-0.2.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder
