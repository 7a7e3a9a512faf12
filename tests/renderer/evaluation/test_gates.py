from renderer.evaluation.gates import GATES, validate_figures


def verdicts(**figures: float) -> dict[str, str]:
    return {str(entry["gate"]): str(entry["verdict"]) for entry in validate_figures(figures)}


def test_a_figure_reaches_its_aim_or_its_floor_or_misses():
    found = verdicts(oracle_psnr_db=31.0, oracle_sharpness=0.8, aperture_r=0.59, outside_px=0)
    assert found["oracle_psnr_db"] == "aim"
    assert found["oracle_sharpness"] == "floor"
    assert found["aperture_r"] == "missed"
    assert found["outside_px"] == "aim"


def test_a_ratio_may_be_too_high_as_well_as_too_low():
    assert verdicts(ring=1.2)["ring"] == "missed"
    assert verdicts(ring=0.8)["ring"] == "missed"
    assert verdicts(offset_frames=-1)["offset_frames"] == "floor"


def test_what_was_not_measured_is_not_judged():
    assert set(verdicts().values()) == {"not measured"}
    assert len(verdicts()) == len(GATES)


def test_every_gate_names_its_bounds():
    bounds = {str(entry["gate"]): entry["bounds"] for entry in validate_figures({})}
    assert bounds["oracle_psnr_db"] == "floor at least 28, aim at least 31"
    assert bounds["ring"] == "floor 0.9 to 1.1, aim 0.97 to 1.03"
    assert bounds["offset_frames"] == "floor -1 to 1, aim 0"
