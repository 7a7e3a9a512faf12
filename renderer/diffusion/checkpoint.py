"""An interrupted fit goes on where it was: weights, running mean and optimiser state in one file."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from renderer.diffusion.trainee import Trainee
from renderer.files import whole_file

_MOMENTS = ("exp_avg", "exp_avg_sq")


class Checkpoint:
    """A file at ``path`` (None: nowhere) that is valid only for one ``key`` of lessons and settings."""

    def __init__(self, path: Path | None, key: str) -> None:
        self._path, self._key = path, key

    def save(self, trainee: Trainee) -> None:
        if self._path is None:
            return
        told = json.dumps({"key": self._key, "step": trainee.step, "spent_s": trainee.spent_s})
        with whole_file(self._path) as part:
            save_file(_tensors(trainee), part, {"fit": told})

    def load_into(self, trainee: Trainee) -> None:
        """Restores a matching state; a missing, foreign or damaged file means a fresh start."""
        if self._path is None or not self._path.exists():
            return
        try:
            with safe_open(self._path, "pt") as saved:
                told = json.loads((saved.metadata() or {}).get("fit", "{}"))
                if told.get("key") == self._key:
                    _restore(trainee, {name: saved.get_tensor(name) for name in saved.keys()})  # noqa: SIM118
                    trainee.step, trainee.spent_s = int(told["step"]), float(told["spent_s"])
        except (SafetensorError, json.JSONDecodeError):
            return


def _tensors(trainee: Trainee) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in trainee.exact.named_parameters():
        tensors[f"exact.{name}"] = parameter.detach()
        state = trainee.optimiser.state.get(parameter, {})
        for moment in _MOMENTS:
            if moment in state:
                tensors[f"{moment}.{name}"] = state[moment]
    for name, parameter in trainee.mean.named_parameters():
        tensors[f"mean.{name}"] = parameter
    return {name: tensor.cpu().contiguous() for name, tensor in tensors.items()} | {
        "steps": torch.tensor(trainee.step)
    }


@torch.no_grad()
def _restore(trainee: Trainee, tensors: dict[str, torch.Tensor]) -> None:
    for name, parameter in trainee.exact.named_parameters():
        parameter.copy_(tensors[f"exact.{name}"])
        if f"exp_avg.{name}" in tensors:
            moments = {moment: tensors[f"{moment}.{name}"].to(parameter) for moment in _MOMENTS}
            trainee.optimiser.state[parameter] = {"step": tensors["steps"].float(), **moments}
    pairs = zip(trainee.exact.parameters(), trainee.fast.parameters(), strict=True)
    for exact, fast in pairs:
        fast.copy_(exact)
    for name, parameter in trainee.mean.named_parameters():
        parameter.copy_(tensors[f"mean.{name}"])
