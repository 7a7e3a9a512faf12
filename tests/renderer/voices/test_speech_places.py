import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from renderer.voices.speech_places import take_place
from renderer.voices.speech_server import SpeechServer

SERVER = SpeechServer("http://127.0.0.1:1", at_once=1)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def hold(started, finish):
    with take_place(SERVER):
        started.set()
        finish.wait()


def test_a_place_that_another_process_holds_is_waited_for():
    context = multiprocessing.get_context("spawn")
    started, finish = context.Event(), context.Event()
    other = context.Process(target=hold, args=(started, finish))
    other.start()
    assert started.wait(60)
    had, got = threading.Event(), threading.Event()

    def ask():
        had.set()
        with take_place(SERVER):
            got.set()

    thread = threading.Thread(target=ask)
    thread.start()
    assert had.wait(10)
    assert not got.wait(0.2)
    finish.set()
    assert got.wait(30)
    thread.join()
    other.join()


def test_threads_of_one_process_share_the_places():
    with take_place(SERVER):
        got = threading.Event()
        thread = threading.Thread(target=lambda: hold(got, got))
        thread.start()
        assert not got.wait(0.2)
    assert got.wait(30)
    thread.join()


def test_several_places_are_taken_at_once():
    two = SpeechServer("http://127.0.0.1:2", at_once=2)
    with take_place(two), take_place(two):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_done_without(home):
    home.chmod(0o500)
    with take_place(SERVER):
        pass


def test_a_file_in_the_folders_place_is_done_without(home):
    Path(home, "byname").write_text("")
    with take_place(SERVER), take_place(SpeechServer("http://127.0.0.1:3")):
        pass
