"""hewn_finetune: files of masks."""

import pytest

from finetuning import MASKS_METADATA
from hewn_finetune import load_masks
from safetensors.torch import save_file
import torch


def boolean(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1)) < 0.5


def order(*rows):
    return torch.tensor(rows, dtype=torch.int32)


def test_masks_are_read(tmp_path):
    tensors = {
        "mask:a.weight": boolean(6, 2, 3, 3), "order:a.weight": order([2, 0, 1], [1, 0, 2]),
        "mask:onnx::Gemm_1": boolean(5, 4), "order:onnx::Gemm_1": order([3, 1, 0, 2]),
        "mask:v": boolean(7), "order:v": order([0]), "mask:w": boolean(3, 3),
    }  # fmt: skip
    save_file(tensors, tmp_path / "masks", MASKS_METADATA)
    masks = load_masks(tmp_path / "masks")
    assert sorted(masks) == ["a.weight", "onnx::Gemm_1", "v", "w"]
    for name, mask in masks.items():
        assert torch.equal(mask.keep, tensors[f"mask:{name}"]), name
        if name == "w":
            assert mask.order is None
        else:
            assert torch.equal(mask.order, tensors[f"order:{name}"]), name


BAD_MASKS = {
    "format": ({"mask:w": boolean(2, 2)}, {"format": None}, "holds no masks of"),
    "version": ({"mask:w": boolean(2, 2)}, {"version": "2"}, "version 2 of the masks' format"),
    "no version": ({"mask:w": boolean(2, 2)}, {"version": None}, "version None"),
    "model": ({"mask:w": boolean(2, 2)}, {"model": None}, "which model"),
    "type": ({"mask:w": boolean(2, 2).byte()}, {}, "mask:w is torch.uint8, want bool"),
    "scalar": ({"mask:w": torch.tensor(True)}, {}, "has no axes"),
    "other tensor": ({"mask:w": boolean(2, 2), "w": boolean(2)}, {}, "'w' is neither a mask"),
    "nameless": ({"mask:": boolean(2, 2)}, {}, "'mask:' is neither a mask"),
    "order alone": ({"order:w": order([0])}, {}, "'order:w' is neither a mask"),
    "empty": ({}, {}, "holds no mask"),
    "order type": (
        {"mask:w": boolean(2, 2), "order:w": order([0, 1]).long()}, {}, "is torch.int64",
    ),
    "order axes": ({"mask:w": boolean(2, 2), "order:w": order(0, 1)}, {}, r"int32 \[2\]"),
    "order rows": (
        {"mask:w": boolean(4, 2, 1, 3), "order:w": order([0, 1])}, {}, r"\[1, 2\] does not fit",
    ),
    "order twice": (
        {"mask:w": boolean(4, 2, 1, 1), "order:w": order([0, 1], [1, 1])}, {}, "no permutation",
    ),
    "order beyond": (
        {"mask:w": boolean(4, 2, 1, 1), "order:w": order([0, 1], [2, 3])}, {}, "no permutation",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_MASKS)
def test_refusals_of_masks_files(tmp_path, case):
    tensors, changes, message = BAD_MASKS[case]
    metadata = {**MASKS_METADATA, **changes}
    metadata = {key: value for key, value in metadata.items() if value is not None}
    save_file(tensors, tmp_path / "masks", metadata)
    with pytest.raises(ValueError, match=message):
        load_masks(tmp_path / "masks")


def test_damaged_masks_files(tmp_path):
    path = tmp_path / "masks"
    save_file({"mask:w": boolean(2, 2)}, path, MASKS_METADATA)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(ValueError, match="is no safetensors file"):
        load_masks(path)
    path.write_bytes(content[:-1] + b"\2")
    with pytest.raises(ValueError, match="bytes other than 0 and 1"):
        load_masks(path)
    with pytest.raises(FileNotFoundError):
        load_masks(tmp_path / "other")
