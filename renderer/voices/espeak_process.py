"""Runs alone in a fresh process: one line through pyttsx3's eSpeak driver, sound and events to files.

eSpeak NG keeps hidden state between utterances, so the same text differs by some samples depending on
what was said before; and its symbols collide with the copy inside Piper once both are in one process
(a Piper voice crashed after this library was loaded with RTLD_GLOBAL). A process per line costs about
0.1 s and cures both.

Imports nothing of the engine, so that it starts fast. Usage: espeak_process.py REQUEST.json, with
``text``, ``voice``, ``words_per_minute``, ``sound`` and ``events`` (the two files to write).
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import espeakng_loader

_WORD, _PHONEME = 1, 7
_PHONEME_EVENTS_IN_IPA = 3
_BUFFER_MS = 1000
_FINISHED_S = 100.0


def main(request_path: Path) -> None:
    request = json.loads(request_path.read_text(encoding="utf-8"))
    # Loaded by its full path first: pyttsx3 asks for "libespeak-ng.so.1" and gets this copy.
    ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    answer = _synthesise(request)
    Path(request["events"]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    # eSpeak's thread may still be inside its last callback: an ordinary exit could crash there.
    os._exit(0)


def _synthesise(request: dict[str, Any]) -> dict[str, Any]:
    engine, driver = _create_engine()
    events: list[tuple[int, int, int, str]] = []
    problems: list[str] = []
    engine.connect("error", lambda exception, **_: problems.append(str(exception)))
    try:
        _set_property(driver, "voice", request["voice"])
        _set_property(driver, "rate", request["words_per_minute"])
    except ValueError as error:
        problems.append(str(error))
    _record_events(driver, events)
    if not problems:
        # eSpeak works in a thread of its own, and runAndWait can return before the file is written.
        finished = threading.Event()
        engine.connect("finished-utterance", lambda **_: finished.set())
        engine.save_to_file(request["text"], request["sound"])
        engine.runAndWait()
        if not finished.wait(_FINISHED_S):
            raise TimeoutError(f"no sound after {_FINISHED_S:.0f} s")
    return {"problems": problems, "events": events}


def _create_engine() -> tuple[Any, Any]:
    """pyttsx3's engine and driver, with eSpeak initialised to report phonemes."""
    import pyttsx3
    from pyttsx3.drivers import _espeak, espeak

    output = _espeak.AUDIO_OUTPUT_RETRIEVAL
    if _espeak.Initialize(output, _BUFFER_MS, None, _PHONEME_EVENTS_IN_IPA) <= 0:
        raise RuntimeError("eSpeak NG could not be initialised")
    # The driver would initialise again, without phoneme events.
    espeak.EspeakDriver._moduleInitialized = True
    espeak.EspeakDriver._defaultVoice = "en-us"
    engine = pyttsx3.init("espeak")
    return engine, engine.proxy._driver


def _set_property(driver: Any, name: str, value: str | int) -> None:
    """Voice or pace, in force when this returns.

    eSpeak changes the voice here and the pace in a thread of its own. Left to meet, on a busy machine one
    line in a hundred was said at the driver's 200 words a minute.
    """
    from pyttsx3.drivers import _espeak

    _espeak.Synchronize()
    driver.setProperty(name, value)
    _espeak.Synchronize()


def _record_events(driver: Any, events: list[tuple[int, int, int, str]]) -> None:
    """Note word and phoneme events of the very synthesis that the driver saves."""
    from pyttsx3.drivers import _espeak

    def on_sound(wav: Any, count: int, found: Any) -> int:
        try:
            events.extend(_read_events(found))
            return int(driver._onSynth(wav, count, found))
        except BaseException:
            # An exception cannot cross eSpeak's C code, and the driver's loop would wait for ever.
            traceback.print_exc()
            os._exit(1)

    _espeak.SetSynthCallback(on_sound)


def _read_events(found: Any) -> list[tuple[int, int, int, str]]:
    """(type, character position from 1, sample, IPA) of each word and phoneme event."""
    events, index = [], 0
    while found[index].type:
        event = found[index]
        index += 1
        if event.type in (_WORD, _PHONEME):
            raw = ctypes.string_at(ctypes.addressof(event.id), 8) if event.type == _PHONEME else b""
            symbol = raw.split(b"\0")[0].decode("utf-8", errors="ignore")
            events.append((event.type, event.text_position, event.sample, symbol))
    return events


if __name__ == "__main__":
    main(Path(sys.argv[1]))
