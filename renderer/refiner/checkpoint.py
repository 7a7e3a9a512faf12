"""A checkpoint lets an interrupted fit resume: weights, moving average and optimiser state in one file."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from renderer.refiner.ema_trainer import EmaTrainer
from renderer.runtime.atomic_files import atomic_write

# The names of tensors and metadata are those of version 0.2: "exact" the master weights, "mean" their EMA.
_MOMENTS = ("exp_avg", "exp_avg_sq")


class Checkpoint:
    """A file at ``path`` (None: nowhere) valid only for one ``key`` of training pairs and settings."""

    def __init__(self, path: Path | None, key: str) -> None:
        self._path, self._key = path, key

    def save(self, trainer: EmaTrainer) -> None:
        if self._path is None:
            return
        metadata = json.dumps({"key": self._key, "step": trainer.step, "spent_s": trainer.spent_s})
        with atomic_write(self._path) as part:
            save_file(_collect_tensors(trainer), part, {"fit": metadata})

    def load_into(self, trainer: EmaTrainer) -> None:
        """Restores a matching state; a missing, foreign or damaged file means a fresh start."""
        if self._path is None or not self._path.exists():
            return
        try:
            with safe_open(self._path, "pt") as saved:
                metadata = json.loads((saved.metadata() or {}).get("fit", "{}"))
                if metadata.get("key") == self._key:
                    _restore(trainer, {name: saved.get_tensor(name) for name in saved.keys()})  # noqa: SIM118
                    trainer.step, trainer.spent_s = int(metadata["step"]), float(metadata["spent_s"])
        except (SafetensorError, json.JSONDecodeError):
            return


def _collect_tensors(trainer: EmaTrainer) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in trainer.master.named_parameters():
        tensors[f"exact.{name}"] = parameter.detach()
        state = trainer.optimiser.state.get(parameter, {})
        for moment in _MOMENTS:
            if moment in state:
                tensors[f"{moment}.{name}"] = state[moment]
    for name, parameter in trainer.ema.named_parameters():
        tensors[f"mean.{name}"] = parameter
    return {name: tensor.cpu().contiguous() for name, tensor in tensors.items()} | {
        "steps": torch.tensor(trainer.step)
    }


@torch.no_grad()
def _restore(trainer: EmaTrainer, tensors: dict[str, torch.Tensor]) -> None:
    for name, parameter in trainer.master.named_parameters():
        parameter.copy_(tensors[f"exact.{name}"])
        if f"exp_avg.{name}" in tensors:
            moments = {moment: tensors[f"{moment}.{name}"].to(parameter) for moment in _MOMENTS}
            trainer.optimiser.state[parameter] = {"step": tensors["steps"].float(), **moments}
    weights = zip(trainer.master.parameters(), trainer.fast.parameters(), strict=True)
    for master, fast in weights:
        fast.copy_(master)
    for name, parameter in trainer.ema.named_parameters():
        parameter.copy_(tensors[f"mean.{name}"])
