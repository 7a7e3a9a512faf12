"""Voices that are files: those in one folder, which an operator fills. No page names any other file.

What lies elsewhere is answered like what is not there, so nobody learns which files a machine has.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from campaigns import engine


def find_voice_file(engine_name: str, voice: str) -> str:
    """What a page or a row may name: a voice of the engine's list, or else the path of a file in the folder.

    Raises RenderError for an engine that is none, and for a voice that is neither.
    """
    if not engine.speaks_from_files(engine_name) or voice in engine.list_voice_names(engine_name):
        return voice
    folder: Path = settings.VOICES_FOLDER.resolve()
    wanted = (folder / voice.replace("\0", "")).resolve()
    if wanted.is_relative_to(folder) and wanted.is_file():
        return str(wanted)
    raise engine.RenderError(
        f"There is no voice “{voice}” here. Choose one of the list, or ask whoever runs this server to put "
        "its file into the folder VOICES_FOLDER."
    )
