"""The sound of a line or a word for staff: spoken once, then out of a cache."""

from __future__ import annotations

import threading

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse

from campaigns import engine
from campaigns.pronunciations.speaker import Speaker

AT_ONCE = 2  # lines that one web process speaks at the same time; a voice uses a core
WAIT_S = 15.0
BUSY = "The voice is busy with other lines. Try again in a moment."
_speaking = threading.BoundedSemaphore(AT_ONCE)


def respond_with_sound(
    request: HttpRequest, text: str, speaker: Speaker, known: engine.Pronunciations
) -> HttpResponse:
    """A WAV that the browser keeps, or what keeps the voice from saying it, as JSON."""
    try:
        etag = f'"{engine.compute_line_key(text, speaker.voice, known)}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        sound = _speak(text, speaker.voice, known)
    except engine.RenderError as error:
        return JsonResponse({"problem": error.message}, status=422)
    if sound is None:
        return JsonResponse({"problem": BUSY}, status=503, headers={"Retry-After": "2"})
    # The address changes with everything that can be heard, and is for one signed-in person.
    headers = {"ETag": etag, "Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(sound, content_type="audio/wav", headers=headers)


def _speak(text: str, voice: engine.VoiceConfig, known: engine.Pronunciations) -> bytes | None:
    """The sound, or None where too many lines are spoken already. Lines of the cache do not wait."""
    store = engine.open_store()
    if engine.find_cached_line_s(text, voice, store, known) is not None:
        return engine.speak_line(text, voice, known, store)
    if not _speaking.acquire(timeout=WAIT_S):
        return None
    try:
        return engine.speak_line(text, voice, known, store)
    finally:
        _speaking.release()
