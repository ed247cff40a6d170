"""The masks of a re-pruned network, as a file has them."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from .network import Path


@dataclass(frozen=True, eq=False)
class Mask:
    """Which weights of an initializer may be other than zero.

    keep: bool, of the initializer's shape; true = may be non-zero.
    order: int32 [groups, rows], each row a permutation of the group's filters 0 ..< rows in the
    order of the row tree, whose runs are the rows of segments; None where the file has none.
    """

    keep: Tensor
    order: Tensor | None = None


def load_masks(path: Path) -> dict[str, Mask]:
    """Reads the masks that `hewn reprune --masks` has written, by the names of initializers.

    Raises ValueError where the file is none of masks, or damaged.
    """
    path = pathlib.Path(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise ValueError(f"{path} is no safetensors file: {error}") from error
    if metadata.get("format") != "hewn-masks":
        raise ValueError(f"{path} holds no masks of `hewn reprune`: its format is not hewn-masks")
    if metadata.get("version") != "1":
        raise ValueError(
            f"{path} has version {metadata.get('version')} of the masks' format, and version 1 is "
            "read: take hewn_finetune and hewn of the same release"
        )
    if "model" not in metadata:
        raise ValueError(f"{path} does not say which model its masks are of")
    masks: dict[str, Mask] = {}
    for name in sorted(tensors):
        kind, _, initializer = name.partition(":")
        if kind == "mask" and initializer:
            keep, order = tensors[name], tensors.get(f"order:{initializer}")
            _check(f"{path}: {name}", keep, order)
            masks[initializer] = Mask(keep, order)
        elif kind != "order" or f"mask:{initializer}" not in tensors:
            raise ValueError(f"{path}: tensor {name!r} is neither a mask nor the order of one")
    if not masks:
        raise ValueError(f"{path} holds no mask: no layer was pruned, train without masks")
    return masks


def _check(where: str, keep: Tensor, order: Tensor | None) -> None:
    if keep.dtype != torch.bool:
        raise ValueError(f"{where} is {keep.dtype}, want bool")
    if keep.dim() == 0:
        raise ValueError(f"{where} has no axes")
    if keep.numel() and int(keep.view(torch.uint8).max()) > 1:
        raise ValueError(f"{where} is damaged: it has bytes other than 0 and 1")
    if order is None:
        return
    shape = list(order.shape)
    if order.dtype != torch.int32 or order.dim() != 2:
        raise ValueError(f"{where}: the order is {order.dtype} {shape}, want int32 [groups, rows]")
    groups, rows = shape
    # Filters are the first axis, or the last where a matrix lies transposed.
    filters = {keep.shape[0], keep.shape[-1]} if keep.dim() > 1 else {1}
    if groups * rows not in filters:
        raise ValueError(f"{where}: an order {shape} does not fit the mask {list(keep.shape)}")
    if not torch.equal(order.sort(dim=1).values, torch.arange(rows).expand(groups, -1).int()):
        raise ValueError(f"{where}: a row of the order is no permutation of 0 ..< {rows}")
