"""The boundary to the engine, which no other module imports. Values go in; files and numbers come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.engine.credentials import read_video_mark
from campaigns.engine.framing import PICTURE_BYTES_MAX, advise_on_picture
from campaigns.engine.machine import (
    PAUSES,
    is_readable,
    measure_joins,
    measure_peak_memory_mb,
    open_store,
    read_machine_facts,
    read_spoken_words,
    watch_joins,
)
from campaigns.engine.messages import (
    PlannedLine,
    find_filmed_lines,
    plan_messages,
    plan_slots,
    render,
    render_messages,
)
from campaigns.engine.pictures import write_moment, write_preview
from campaigns.engine.speech import (
    PRESENTER_VOICE,
    assess_word,
    choose_locale,
    choose_voice,
    compute_line_key,
    describe_voices,
    find_cached_line_s,
    find_fitting_voice,
    find_voice_language,
    get_default_voice,
    get_fitted_engine,
    list_voice_choices,
    list_voice_names,
    measure_line_s,
    read_line,
    read_recording,
    speak_line,
    speaks_from_files,
)
from campaigns.engine.takes import (
    Tell,
    bake,
    check_bake,
    complete_bake,
    find_voice_like,
    fit_voice,
    load_or_bake,
    look_at_take,
    measure_take_voice,
    probe_take,
    probe_video,
    tell_nobody,
    write_take_poster,
)
from renderer.config import EngineConfig, VoiceConfig
from renderer.errors import Cancelled, RenderError
from renderer.progress import Progress, Step, ignore_progress
from renderer.render.job import Lines, MessageJob, MessageResult, Source, order_script
from renderer.runtime.hit_counters import HitCount
from renderer.runtime.profiling import profile
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.speech.text_mismatch import TextMismatch
from renderer.take.filmed import FilmedLine
from renderer.take.plan import Slots
from renderer.voices.catalogue import SAMPLE as VOICE_SAMPLE
from renderer.voices.catalogue import describe_misfit, find_nearest_voices, find_voice
from renderer.voices.registry import VoiceInfo, add_voice_options
from renderer.words.locales import LOCALES
from renderer.words.pronunciations import Pronunciation, Pronunciations
from renderer.words.reader import is_locale
from renderer.words.sentences import find_sentence_spans

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines

__all__ = [
    "LOCALES", "PAUSES", "PICTURE_BYTES_MAX", "PRESENTER_VOICE", "VOICE_SAMPLE", "Cancelled",
    "EngineConfig", "FilmedLine", "HitCount", "Lines", "MessageJob", "MessageResult", "PlannedLine",
    "Progress", "Pronunciation", "Pronunciations", "RenderError", "Slots", "Source", "Speech", "Step",
    "Store", "Tell", "TextMismatch", "VoiceConfig", "VoiceInfo", "add_voice_options", "advise_on_picture",
    "assess_word", "bake", "check_bake", "choose_locale", "choose_voice", "complete_bake",
    "compute_line_key", "describe_misfit", "describe_voices", "find_cached_line_s", "find_filmed_lines",
    "find_fitting_voice", "find_nearest_voices", "find_sentence_spans", "find_voice",
    "find_voice_language", "find_voice_like", "fit_voice", "get_default_voice", "get_fitted_engine",
    "ignore_progress", "is_locale", "is_readable", "list_voice_choices", "list_voice_names",
    "load_or_bake", "look_at_take", "measure_joins",
    "measure_line_s", "measure_peak_memory_mb", "measure_take_voice", "open_store", "order_script",
    "plan_messages", "plan_slots", "probe_take", "probe_video", "profile", "read_line",
    "read_machine_facts", "read_recording", "read_spoken_words", "read_video_mark", "render",
    "render_messages", "speak_line", "speaks_from_files", "tell_nobody", "watch_joins", "write_moment",
    "write_preview", "write_take_poster",
]  # fmt: skip
