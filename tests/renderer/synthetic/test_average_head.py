from __future__ import annotations

from pathlib import Path

import numpy as np

from renderer.face.head_pose import load_average_head
from renderer.synthetic.average_head import main


def test_the_table_of_the_average_head_is_what_its_command_writes(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path / "head.csv")]) == 0
    assert np.array_equal(np.loadtxt(tmp_path / "head.csv", delimiter=","), load_average_head())
