"""Joins encoded segments and sound into one MP4, packet by packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.container
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream

from renderer.config import VideoConfig
from renderer.errors import RenderError
from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.profiling import span
from renderer.timeline import sample_at
from renderer.video.encode import BITEXACT
from renderer.video.open import find_picture_stream, open_clip
from renderer.video.sound import BLOCK_SAMPLES, VOICE, Packets, SoundFormat, encode_sound, lay_packets

_Packet: TypeAlias = "Packet[Any]"


@dataclass(frozen=True)
class _SegmentHeader:
    """What must be equal for packets of two segments to play in one stream."""

    extradata: bytes
    width: int
    height: int
    time_base: Fraction


@span("join")
def join_segments(
    segments: Sequence[Path],
    sound: npt.NDArray[np.float32] | Sequence[tuple[int, Packets]] | None,
    out: Path,
    fps: Fraction,
    config: VideoConfig,
    form: SoundFormat = VOICE,
) -> None:
    """Write ``segments`` one after the other as H.264 + AAC MP4.

    ``sound`` is samples [n] or [channels, n] as ``form`` says, or pieces that are encoded already: (first
    block, packets) as in `renderer.video.sound`, or None for a film without a sound track. Video packets are
    copied unchanged; sound is cut or padded with silence to the picture's length. Equal input gives equal
    bytes. Raises ValueError without segments, RenderError when the disk is full or segments were encoded
    with different settings.
    """
    if not segments:
        raise ValueError("nothing to join")
    header, packets = _read(segments)
    options = {**BITEXACT, "movflags": "+faststart"}
    with (
        atomic_write(out) as temporary,
        av.open(str(temporary), "w", format="mp4", options=options) as container,
    ):
        with open_clip(segments[0]) as first:
            picture = container.add_stream_from_template(find_picture_stream(first, segments[0]))
        picture.time_base = header.time_base
        tick = round(1 / (fps * header.time_base))
        sound_stream = None if sound is None else _add_sound_stream(container, config, form)
        timed = _retime(packets, picture, tick)
        length = sample_at(len(packets), fps, form.rate_hz)
        if sound_stream is None or sound is None:
            in_order: Iterator[_Packet] = timed
        else:
            in_order = _merge_by_time(
                timed,
                _make_sound_packets(_encode_sound_track(sound, length, config, form), length, sound_stream),
            )
        for packet in in_order:
            container.mux(packet)


def _read(segments: Sequence[Path]) -> tuple[_SegmentHeader, list[tuple[int, Packet[VideoStream]]]]:
    """The common header, and (frame number shown at, packet) of every packet in file order."""
    header: _SegmentHeader | None = None
    packets: list[tuple[int, Packet[VideoStream]]] = []
    for path in segments:
        with open_clip(path) as container:
            stream = find_picture_stream(container, path)
            own = _read_header(stream)
            if header is not None and own != header:
                raise RenderError(
                    f"The segment {path.name} was encoded with other settings than {segments[0].name}. "
                    "Delete the cache folder and render again.",
                    permanent=False,
                )
            header = own
            copied = [packet for packet in container.demux(stream) if packet.size]
        first_frame = len(packets)
        by_pts = sorted(packet.pts or 0 for packet in copied)
        packets += [(first_frame + by_pts.index(packet.pts or 0), packet) for packet in copied]
    assert header is not None
    return header, packets


def _read_header(stream: VideoStream) -> _SegmentHeader:
    context = stream.codec_context
    return _SegmentHeader(
        bytes(context.extradata or b""), stream.width, stream.height, stream.time_base or Fraction(1, 1)
    )


def _retime(
    packets: list[tuple[int, Packet[VideoStream]]], stream: VideoStream, tick: int
) -> Iterator[_Packet]:
    """Packets with even times: shown at frame number × tick, decoded in file order."""
    # The decoder may reorder; all packets are decoded this many frames early so that none comes too late.
    early = max(position - frame for position, (frame, _) in enumerate(packets))
    for position, (frame, packet) in enumerate(packets):
        packet.pts, packet.dts, packet.duration = frame * tick, (position - early) * tick, tick
        packet.stream = stream
        yield packet


def _encode_sound_track(
    sound: npt.NDArray[np.float32] | Sequence[tuple[int, Packets]],
    length: int,
    config: VideoConfig,
    form: SoundFormat,
) -> Packets:
    """Packets of a sound that is ``length`` samples long, cut or padded with silence."""
    if isinstance(sound, np.ndarray):
        missing = [(0, 0)] * (sound.ndim - 1) + [(0, max(length - sound.shape[-1], 0))]
        sound = [(0, encode_sound(np.pad(sound, missing)[..., :length], config.audio_bit_rate, form))]
    return lay_packets(sound, length, config.audio_bit_rate)


def _add_sound_stream(
    container: av.container.OutputContainer, config: VideoConfig, form: SoundFormat
) -> AudioStream:
    stream = container.add_stream("aac", rate=form.rate_hz, layout=form.layout)
    stream.bit_rate = config.audio_bit_rate
    stream.codec_context.thread_count = 1
    return stream


def _make_sound_packets(packets: Packets, samples: int, stream: AudioStream) -> Iterator[_Packet]:
    """``samples`` are what is heard; the encoder's first block comes before and is skipped by the players."""
    for number, data in enumerate(packets):
        packet = Packet(data)
        packet.stream, packet.time_base = stream, Fraction(1, stream.rate)
        packet.pts = packet.dts = (number - 1) * BLOCK_SAMPLES
        packet.duration = min(BLOCK_SAMPLES, samples - packet.pts)
        yield packet


def _merge_by_time(pictures: Iterable[_Packet], sounds: Iterable[_Packet]) -> Iterator[_Packet]:
    """Both in one order of time: what the file is read in, and the same on every machine."""
    return merge(pictures, sounds, key=_seconds_of)


def _seconds_of(packet: _Packet) -> float:
    return float((packet.dts or 0) * (packet.time_base or Fraction(1)))
