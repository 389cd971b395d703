"""Validation losses, epoch by epoch, and ways to misread them."""

from collections.abc import Sequence

import numpy as np

__all__ = ["epoch_last_of_equals", "epoch_of_worst", "shown"]


def shown(losses: Sequence[float]) -> str:
    """Losses with two digits, or with as many as it takes."""
    near = min((abs(a - b) for a in losses for b in losses if a != b), default=1.0) < 0.005
    digits = ".6g" if near or max(losses) > 100 else ".2f"
    return f"losses {', '.join(f'{loss:{digits}}' for loss in losses)}"


def epoch_of_worst(validation_loss: Sequence[float]) -> int:
    return int(np.argmax(validation_loss)) + 1


def epoch_last_of_equals(validation_loss: Sequence[float]) -> int:
    return len(validation_loss) - int(np.argmin(validation_loss[::-1]))
