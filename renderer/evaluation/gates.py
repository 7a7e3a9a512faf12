"""Gates: the figures that a drawn face must reach, and whether it did. A missed gate is never loosened."""

from __future__ import annotations

from collections.abc import Mapping

from renderer.scoring.gate import Gate

SEAM_VELOCITY_MAX, SEAM_ACCELERATION_MAX = 1.10, 1.15

GATES = (
    Gate("oracle_psnr_db", "true motion: PSNR of the mouth, dB", low=28, aim_low=31),
    Gate("oracle_sharpness", "true motion: sharpness ÷ filmed", 0.75, 1.25, 0.9, 1.1),
    Gate("added_db", "true motion: what network and tones add, dB", low=1.0, aim_low=2.0),
    # Two takes of people with visible teeth had 12.5 dB; the floor is 2 dB and the aim 4 dB more.
    Gate("between_lips_db", "true points: between the lips, dB", low=14.5, aim_low=16.5),
    Gate("aperture_r", "own sound: aperture correlation, clips of 15 s and more", low=0.60, aim_low=0.75),
    Gate("aperture_r_short", "own sound: the same, shorter clips", low=0.50, aim_low=0.75),
    Gate("aperture_gain", "own sound: aperture, std ÷ filmed", 0.8, 1.2, 0.9, 1.1),
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
