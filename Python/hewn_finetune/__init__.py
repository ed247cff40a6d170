"""Fine-tunes a re-pruned network in PyTorch: keeps its zeros, and writes it back as ONNX.

    names = load_weights(model, "repruned.onnx")
    masks = load_masks("repruned.masks.safetensors")
    with KeepMasks(model, optimizer, masks, names):
        train(model, optimizer)
    save_weights(model, "repruned.onnx", "tuned.onnx", names)

Needs PyTorch, NumPy, onnx and safetensors. What a caller or a file can get wrong raises
`ValueError` with all that is wrong and what to do about it; files that cannot be read or written
raise `OSError`.
"""

from .keeping import KeepMasks
from .masks import Mask, load_masks
from .network import Initializer
from .order import match_by_order
from .weights import load_weights, save_weights

__all__ = [
    "Initializer",
    "KeepMasks",
    "Mask",
    "load_masks",
    "load_weights",
    "match_by_order",
    "save_weights",
]
