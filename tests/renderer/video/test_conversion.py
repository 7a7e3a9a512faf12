"""HDR, wide colours, deep colours and interlaced pictures become what an SDR camera would have recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from renderer.video.decode import TakeReader
from renderer.video.probe import probe_clip
from tests.renderer.video.clips import number_of, numbered
from tests.takes import DEMO_TAKE

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

BT709, BT2020, P3, PQ, HLG, SDR_10_BIT = 1, 9, 12, 16, 18, 14
# Linear light in BT.709 → in BT.2020 (ITU-R BT.2087) and in Display P3 (SMPTE EG 432-1).
TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
LUMA_SHARES = {BT709: (0.2126, 0.0722), BT2020: (0.2627, 0.0593)}


@pytest.fixture(scope="module")
def filmed() -> Image:
    """A frame of the demo's presenter, [180, 320, 3]."""
    with av.open(str(DEMO_TAKE)) as clip:
        frame = next(clip.decode(video=0))
        return np.asarray(frame.reformat(width=320, height=180).to_ndarray(format="rgb24"), np.uint8)


def to_hlg(light: Floats) -> Floats:
    """Screen light of 0..1, 1 being white, as HLG whose white is 75 % (ITU-R BT.2100, BT.2408)."""
    scene = (light * 0.203) ** (1 / 1.2)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)


def to_pq(light: Floats) -> Floats:
    """Screen light of 0..1, 1 being 203 cd/m², as PQ (SMPTE ST 2084)."""
    power = (light * 203 / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def to_sdr(light: Floats) -> Floats:
    return light ** (1 / 2.4)


def write(
    path: Path,
    picture: Image,
    curve: Callable[[Floats], Floats] = to_sdr,
    *,
    primaries: int = BT709,
    transfer: int = BT709,
    matrix: int = BT709,
    full_range: bool = False,
    deep: bool = True,
    silent: bool = False,
    codec_options: str = "log-level=0",
) -> Path:
    """A clip of five equal pictures, with 10 bits where ``deep``.

    It states its colours; a ``silent`` one states the transfer alone.
    """
    to_primaries = {BT709: np.eye(3), BT2020: TO_BT2020, P3: TO_P3}[primaries]
    rgb = curve(np.clip((picture / 255.0) ** 2.4 @ to_primaries.T, 0, 1))
    red, blue = LUMA_SHARES[matrix]
    y = rgb @ np.array([red, 1 - red - blue, blue])
    u, v = (rgb[..., 2] - y) / (2 * (1 - blue)), (rgb[..., 0] - y) / (2 * (1 - red))
    steps, scale = (1023 if deep else 255), (4 if deep else 1)
    low, luma, chroma = (0, steps, steps) if full_range else (16 * scale, 219 * scale, 224 * scale)
    planes = [low + luma * y, *(128 * scale + chroma * c.reshape(90, 2, 160, 2).mean((1, 3)) for c in (u, v))]
    frame = av.VideoFrame(320, 180, "yuv420p10le" if deep else "yuv420p")
    kind = np.uint16 if deep else np.uint8
    for plane, samples in zip(frame.planes, planes, strict=True):
        stored = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
        stored[:, : plane.width] = np.clip(samples, 0, steps).round()
    with av.open(str(path), "w") as out:
        options = {"x265-params": codec_options, "crf": "10", "preset": "ultrafast"}
        stream = out.add_stream("libx265" if deep else "libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 180, frame.format.name
        context = stream.codec_context
        context.color_primaries, context.colorspace = (2, 2) if silent else (primaries, matrix)
        context.color_trc = transfer
        context.color_range = 2 if full_range else 1
        for at in range(5):
            frame.pts, frame.time_base = at, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def measure(rgb: Image) -> tuple[float, float]:
    """Contrast and saturation, in levels."""
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    return float(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).std()), float(hsv[..., 1].mean())


def check_looks_like(filmed: Image, clip: Path) -> None:
    with TakeReader(clip) as reader:
        for shown in (reader.frame(3), reader.picture(3).rgb()):
            assert measure(shown) == pytest.approx(measure(filmed), rel=0.06)
            assert np.abs(shown.astype(int) - filmed).mean() < 4


WIDE = {"primaries": BT2020, "matrix": BT2020}
MASTERED = (
    "log-level=0:hdr10=1:max-cll=1000,400:master-display="
    "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
)


def test_hlg_looks_like_the_same_scene_in_sdr(tmp_path: Path, filmed: Image) -> None:
    clip = write(tmp_path / "phone.mov", filmed, to_hlg, transfer=HLG, **WIDE)
    check_looks_like(filmed, clip)
    assert "HDR (HLG)" in probe_clip(clip).notes[0]


@pytest.mark.parametrize("codec_options", ["log-level=0", MASTERED], ids=["plain", "mastered for 1000 cd/m²"])
def test_pq_looks_like_the_same_scene_in_sdr(tmp_path: Path, filmed: Image, codec_options: str) -> None:
    clip = write(tmp_path / "p.mov", filmed, to_pq, transfer=PQ, codec_options=codec_options, **WIDE)
    check_looks_like(filmed, clip)
    assert "HDR (PQ)" in probe_clip(clip).notes[0]


def test_hdr_that_states_its_transfer_alone_is_taken_for_bt2020(tmp_path: Path, filmed: Image) -> None:
    check_looks_like(filmed, write(tmp_path / "p.mov", filmed, to_pq, transfer=PQ, silent=True, **WIDE))


@pytest.mark.parametrize("primaries", [BT2020, P3])
def test_wide_colours_of_sdr_are_brought_to_bt709(tmp_path: Path, filmed: Image, primaries: int) -> None:
    matrix = BT2020 if primaries == BT2020 else BT709
    clip = write(tmp_path / "p.mov", filmed, primaries=primaries, transfer=SDR_10_BIT, matrix=matrix)
    check_looks_like(filmed, clip)
    assert "wide colours" in probe_clip(clip).notes[0]


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("full_range", [True, False])
def test_sdr_keeps_its_levels(tmp_path: Path, filmed: Image, deep: bool, full_range: bool) -> None:
    clip = write(tmp_path / "p.mp4", filmed, deep=deep, full_range=full_range)
    check_looks_like(filmed, clip)
    assert probe_clip(clip).notes == ()


# --- interlaced ---


def write_interlaced(path: Path, top_first: bool, frames: int = 30) -> Path:
    """A bar that moves sideways by 6 px from field to field below a number, as an interlaced camera films."""
    with av.open(str(path), "w") as out:
        params = f"{'tff' if top_first else 'bff'}=1:keyint=10:bframes=2"
        stream = out.add_stream("libx264", rate=25, options={"x264-params": params, "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(frames):
            first, second = (_draw_bar(number, 2 * number + later) for later in (0, 1))
            woven = first.copy()
            woven[1 if top_first else 0 :: 2] = second[1 if top_first else 0 :: 2]
            out.mux(stream.encode(av.VideoFrame.from_ndarray(woven, "rgb24")))
        out.mux(stream.encode(None))
    return path


def _draw_bar(number: int, moment: int) -> Image:
    image = numbered(number)
    left = 10 + 6 * moment % 120
    image[24:, left : left + 24] = 230
    return image


def measure_combs(frames: Sequence[Image]) -> float:
    """How unlike a row is to the next one, compared with the one after: about 0.5 to 1 in whole pictures."""
    rows = np.stack([frame[24:-8].astype(float).mean(2) for frame in frames])
    return float(np.abs(np.diff(rows, axis=1)).mean() / np.abs(rows[:, 2:] - rows[:, :-2]).mean())


@pytest.mark.parametrize("top_first", [True, False])
def test_an_interlaced_clip_is_made_into_whole_pictures(tmp_path: Path, top_first: bool) -> None:
    path = write_interlaced(tmp_path / "camera.mp4", top_first)
    with av.open(str(path)) as clip:
        stored = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    with TakeReader(path) as reader:
        assert reader.facts.frames == 30
        frames = list(reader.frames(range(30)))
    assert [number_of(frame) for frame in frames] == list(range(30))
    assert measure_combs(stored) > 3 > 1.5 > measure_combs(frames)
    assert "interlaced" in probe_clip(path).notes[0]


def test_a_deinterlaced_picture_is_the_same_from_wherever_it_is_read(tmp_path: Path) -> None:
    path = write_interlaced(tmp_path / "camera.mp4", top_first=True)
    with TakeReader(path) as reader:
        in_order = list(reader.frames(range(30)))
    for index in (29, 0, 10, 11, 9, 20, 1):
        with TakeReader(path) as reader:
            assert np.array_equal(reader.frame(index), in_order[index]), index
