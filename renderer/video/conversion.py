"""Brings recordings of other kinds to progressive pictures in BT.709: HDR, wide colours, interlaced pictures.

FFmpeg's own filters do the work: `bwdif` makes one picture of each two fields, `scale` maps colours from one
set of primaries and one transfer to another, and HDR to what an SDR screen shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from threading import Lock

import av.filter
from av.error import BlockingIOError as NothingReady
from av.error import EOFError as EndOfFile
from av.video.frame import VideoFrame

_Filter = tuple[str, str]

# Codes of ITU-T H.273.
_UNSTATED = 2
_PQ, _HLG = 16, 18
_BT2020 = 9
_WIDE_PRIMARIES = (_BT2020, 11, 12)  # the last two are DCI and Display P3
_HDR_NAMES = {_PQ: "PQ", _HLG: "HLG"}

_TO_BT709 = ("scale", "out_color_matrix=bt709:out_primaries=bt709:out_transfer=bt709:out_range=tv")
_ARE_BT2020 = ("setparams", "color_primaries=bt2020")
_DEINTERLACE = ("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
# ITU-R BT.2100, table 5: HLG's inverse OETF with its a, b and c; the system gamma of a screen of 1000 cd/m².
_HLG_LIGHT = "if(lte({x},0.5),{x}*{x}/3,(exp(({x}-0.55991073)/0.17883277)+0.28466892)/12)"
_HLG_GAMMA = 1.2
# What a white sheet has in HDR, of 1000 cd/m² (ITU-R BT.2408, 203 cd/m²): an SDR screen's white.
_HDR_WHITE = 0.203
_SDR_GAMMA = 2.4  # of a screen by ITU-R BT.1886


def convert(decoded: Iterable[VideoFrame], *, interlaced: bool) -> Iterator[VideoFrame]:
    """The decoded pictures of a clip in their order, converted; plain ones pass through untouched.

    Pictures keep their times. A deinterlaced picture needs those beside it: of an ``interlaced`` clip, the
    first one that comes out is exact only at the clip's beginning.
    """
    for frame in _deinterlace(decoded) if interlaced else decoded:
        if has_wide_colours(frame):
            colours = int(frame.color_primaries), int(frame.color_trc)
            yield _find_colour_map(_describe_source(frame), *colours).apply(frame)
        else:
            yield frame


def name_hdr(frame: VideoFrame) -> str:
    """Says "HLG" or "PQ"; "" for a picture that is not HDR."""
    return _HDR_NAMES.get(int(frame.color_trc), "")


def has_wide_colours(frame: VideoFrame) -> bool:
    """Whether a picture's colours go beyond those of BT.709 screens."""
    return int(frame.color_primaries) in _WIDE_PRIMARIES or bool(name_hdr(frame))


class _ColourMap:
    """Maps single pictures of one kind to BT.709. Made once: its tables take two seconds."""

    def __init__(self, source: str, primaries: int, transfer: int) -> None:
        filters: list[_Filter] = [_ARE_BT2020] if primaries == _UNSTATED else []
        filters += _show_hlg() if transfer == _HLG else []
        self._graph = _build_graph(source, [*filters, _TO_BT709, ("format", "yuv420p")])
        self._lock = Lock()  # takes of one kind share it, also across threads

    def apply(self, frame: VideoFrame) -> VideoFrame:
        with self._lock:
            self._graph.push(frame)
            return self._graph.vpull()


@lru_cache(maxsize=4)
def _find_colour_map(source: str, primaries: int, transfer: int) -> _ColourMap:
    return _ColourMap(source, primaries, transfer)


def _deinterlace(decoded: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    graph: av.filter.Graph | None = None
    made_for = ""
    for frame in decoded:
        kind = _describe_source(frame)
        if graph is None or kind != made_for:
            if graph is not None:
                yield from _drain(graph)
            graph, made_for = _build_graph(kind, [_DEINTERLACE]), kind
        graph.push(frame)
        yield from _pull(graph)
    if graph is not None:
        yield from _drain(graph)


def _build_graph(source: str, filters: Iterable[_Filter]) -> av.filter.Graph:
    graph = av.filter.Graph()
    last = graph.add("buffer", source)
    for name, options in (*filters, ("buffersink", "")):
        added = graph.add(name, options)
        last.link_to(added)
        last = added
    graph.configure()
    return graph


def _show_hlg() -> list[_Filter]:
    """HLG as BT.2020 in SDR, each colour by itself, as an SDR camera's picture has its contrast: that keeps
    the saturation which the same camera has in SDR (ITU-R BT.2408 calls it the look of SDR)."""
    light = _HLG_LIGHT.format(x="(val/maxval)")
    shown = f"maxval*min(1,pow(pow({light},{_HLG_GAMMA})/{_HDR_WHITE},1/{_SDR_GAMMA}))"
    return [
        ("scale", "out_range=pc"),
        ("format", "gbrp12le"),
        ("lutrgb", f"r='{shown}':g='{shown}':b='{shown}'"),
        ("setparams", "color_trc=bt2020-10"),
    ]


def _describe_source(frame: VideoFrame) -> str:
    """Options of the filter graph's source; HDR that states no more than its transfer is BT.2020's."""
    matrix = int(frame.colorspace)
    if matrix == _UNSTATED and has_wide_colours(frame):
        matrix = _BT2020
    base = frame.time_base or Fraction(1, 1000)
    options = {
        "video_size": f"{frame.width}x{frame.height}",
        "pix_fmt": frame.format.name,
        "time_base": f"{base.numerator}/{base.denominator}",
        "colorspace": str(matrix),
        "range": str(int(frame.color_range)),
    }
    return ":".join(f"{name}={value}" for name, value in options.items())


def _pull(graph: av.filter.Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.vpull()
        except (NothingReady, EndOfFile):
            return
        yield frame


def _drain(graph: av.filter.Graph) -> Iterator[VideoFrame]:
    graph.push(None)
    yield from _pull(graph)
