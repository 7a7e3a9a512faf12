from renderer.evaluation.gates import GATES, validate_figures
from renderer.evaluation.quality import format_gate_table


def test_the_table_has_a_row_for_each_gate_and_a_column_for_each_clip():
    table = format_gate_table(
        {
            "one": validate_figures({"oracle_psnr_db": 31.24}),
            "two": validate_figures({"oracle_psnr_db": 20.0}),
        }
    )
    head, rule, first, *others = table.splitlines()
    assert head == "| gate | bounds | one | two |"
    assert rule == "| --- | --- | --- | --- |"
    assert first == (
        "| true motion: PSNR of the mouth, dB | floor at least 28, aim at least 31 | 31.2 aim | 20 missed |"
    )
    assert len(others) == len(GATES) - 1
    assert others[0].endswith("| – not measured | – not measured |")
