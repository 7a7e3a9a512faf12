"""Every finished video is signed as what it is, by a certificate that the installation keeps to itself."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path

import av
import pytest
from pytest_django import Settings

from campaigns import engine
from campaigns.demo.sample import TAKE
from campaigns.engine import credentials
from campaigns.engine.certificate import create_certificate
from renderer.video.credentials import SOURCE_TYPE


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return Path(shutil.copy(TAKE, tmp_path / "message.mp4"))


def list_boxes(path: Path) -> list[str]:
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        names.append(data[at + 4 : at + 8].decode("latin-1"))
        at += int.from_bytes(data[at : at + 4], "big")
    return names


def list_packets(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as clip:
        return [(packet.pts, bytes(packet)) for packet in clip.demux() if packet.size]


def test_a_reader_finds_what_the_video_is_and_nobodys_name(video: Path) -> None:
    assert engine.read_video_mark(video) is None
    credentials.mark_video(video)
    mark = engine.read_video_mark(video)
    assert mark is not None and mark.problems == ()
    assert mark.source_type == SOURCE_TYPE and SOURCE_TYPE.endswith("compositeWithTrainedAlgorithmicMedia")
    assert mark.made_by == "Byname" and mark.signed_by == "Byname installation, signer of videos"
    assert video.name.encode() not in video.read_bytes()


def test_not_a_packet_changes_and_it_still_plays_while_it_loads(video: Path) -> None:
    before = list_packets(video)
    credentials.mark_video(video)
    assert list_packets(video) == before
    boxes = list_boxes(video)
    assert boxes.index("uuid") < boxes.index("moov") < boxes.index("mdat")
    assert [path.name for path in video.parent.glob("*.mp4")] == [video.name]


def write_minutes(path: Path, minutes: int) -> None:
    """The take again and again, without encoding anything."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as out:
        with av.open(str(TAKE)) as clip:
            length, unit = clip.streams.video[0].duration, clip.streams.video[0].time_base
            stream = out.add_stream_from_template(clip.streams.video[0])
        assert length and unit
        for offset in range(0, int(minutes * 60 / unit), length):
            with av.open(str(TAKE)) as clip:
                for packet in clip.demux(clip.streams.video[0]):
                    if packet.dts is not None and packet.pts is not None:
                        packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                        packet.stream = stream
                        out.mux(packet)


def test_five_minutes_are_marked_in_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    write_minutes(path, 5)
    credentials.load_credentials()
    size, begun = path.stat().st_size, time.perf_counter()
    credentials.mark_video(path)
    took_s = time.perf_counter() - begun
    grown = path.stat().st_size - size
    sys.stdout.write(f"{size / 1e6:.0f} MB marked in {1000 * took_s:.0f} ms, {grown} bytes more\n")
    assert took_s < 5 and grown < 10_000


def test_a_changed_picture_is_told(video: Path) -> None:
    credentials.mark_video(video)
    data = bytearray(video.read_bytes())
    data[-1000] ^= 1
    video.write_bytes(data)
    mark = engine.read_video_mark(video)
    assert mark is not None and mark.problems == ("assertion.bmffHash.mismatch",)


def test_first_starts_at_once_agree_on_one_certificate_for_its_owner_only(tmp_path: Path) -> None:
    found: list[bytes] = []

    def load() -> None:
        found.append(credentials.load_credentials().key)

    starts = [threading.Thread(target=load) for _ in range(4)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(found) == 4 and len(set(found)) == 1
    folder = tmp_path / "var" / "credentials"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.name for path in folder.parent.iterdir()] == ["credentials"]


def test_a_certificate_by_setting_signs_and_half_of_one_is_refused(
    video: Path, tmp_path: Path, settings: Settings
) -> None:
    chain, key = create_certificate("Example Ltd")
    (tmp_path / "chain.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    settings.CREDENTIALS_CERTIFICATE = str(tmp_path / "chain.pem")
    with pytest.raises(engine.RenderError, match="Set both"):
        credentials.mark_video(video)
    settings.CREDENTIALS_KEY = str(tmp_path / "key.pem")
    credentials.mark_video(video)
    mark = engine.read_video_mark(video)
    assert mark is not None and mark.signed_by.startswith("Example Ltd")
    (tmp_path / "key.pem").write_bytes(create_certificate("Somebody else")[1])
    (tmp_path / "chain.pem").touch()
    with pytest.raises(engine.RenderError, match="could not be marked"):
        credentials.mark_video(video)


def test_what_is_no_video_is_told(tmp_path: Path) -> None:
    (tmp_path / "not.mp4").write_bytes(b"not a video")
    with pytest.raises(engine.RenderError, match="cannot be read"):
        engine.read_video_mark(tmp_path / "not.mp4")
