"""Gates: the figures that a drawn face must reach, and whether it did. A missed gate is never loosened."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.scoring.gate import Gate

SEAM_VELOCITY_MAX, SEAM_ACCELERATION_MAX = 1.10, 1.15

GATES = (
    Gate("oracle_psnr_db", "true motion: PSNR of the mouth, dB", low=28, aim_low=31),
    Gate("oracle_sharpness", "true motion: sharpness ÷ filmed", 0.75, 1.25, 0.9, 1.1),
    Gate("aperture_r", "own sound: aperture correlation", low=0.60, aim_low=0.85),
    Gate("closure", "p, b, m: closed ÷ filmed", low=0.9, aim_low=1.0),
    Gate("contrast", "open vowels to closures ÷ filmed", low=0.8, aim_low=1.0),
    Gate("offset_frames", "drawn lips later than filmed ones, frames", -1, 1, 0, 0),
    Gate("silent_open", "open mouth in digital silence", high=0.02, aim_high=0.002),
    Gate("silent_leak", "leak of the filmed mouth in silence, |r|", high=0.1, aim_high=0.03),
    Gate("seam_velocity", "window boundaries ÷ inside, velocity", high=SEAM_VELOCITY_MAX, aim_high=1.03),
    Gate(
        "seam_acceleration",
        "window boundaries ÷ inside, acceleration",
        high=SEAM_ACCELERATION_MAX,
        aim_high=1.05,
    ),
    Gate("outside_px", "pixels changed outside the mask", high=0, aim_high=0),
    Gate("ring", "gradient across the mask's edge ÷ filmed", 0.9, 1.1, 0.97, 1.03),
    Gate("diffusion_fps", "mouth diffusion, frames a second", low=25, aim_low=60),
    Gate("engine_fps", "whole engine, frames a second", low=12, aim_low=25),
)


def validate_figures(figures: Mapping[str, float | None]) -> list[dict[str, object]]:
    """One entry for each gate: its figure, bounds and verdict, ready for JSON."""
    return [
        {
            "gate": gate.name,
            "says": gate.says,
            "figure": figures.get(gate.name),
            "verdict": gate.verdict(figures.get(gate.name)),
            "bounds": gate.bounds(),
        }
        for gate in GATES
    ]
