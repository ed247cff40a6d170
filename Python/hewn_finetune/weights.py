"""A module's values from an ONNX file and back."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from .messages import candidates, raise_problems, unknown_names
from .network import FOLDED, NORMALIZATIONS, Initializer, Layer, Names, Network, Path


def load_weights(
    model: nn.Module, onnx_path: Path, names: Names | None = None
) -> dict[str, Initializer]:
    """Fills a module's parameters and buffers from an ONNX file, all of them or none.

    Each value of floating point in `model.state_dict()` comes from the initializer of its name, or
    of the name that `names` gives. Weights of `nn.Linear` are transposed where the graph has them
    so. Returns what each value was filled from, for `KeepMasks` and `save_weights`.

    Raises ValueError where a value has no initializer or one of another shape, or where a layer of
    the graph has weights or a bias that the module lacks.
    """
    network = Network(onnx_path)
    bindings = _bind(model, network, names or {})
    values = []
    for binding in bindings:
        array = numpy_helper.to_array(network.tensors[binding.source.name]).astype(np.float64)
        values.append(torch.from_numpy(array.T if binding.source.transposed else array))
    with torch.no_grad():
        for binding, value in zip(bindings, values):
            binding.value.copy_(value)
    return {binding.name: binding.source for binding in bindings}


def save_weights(
    model: nn.Module, source_onnx: Path, target_onnx: Path, names: Names | None = None
) -> None:
    """Writes a copy of an ONNX file with the module's values, matched as by `load_weights`.

    The graph, names, types and all else stay as they are. Zeros are written as +0. The file appears
    whole or not at all, and may replace the source. It holds all tensors, also those that the
    source keeps in files beside it.

    Raises ValueError as `load_weights` does, and where a value is not finite in the initializer's
    type, or where values that differ share an initializer.
    """
    network = Network(source_onnx)
    written: dict[str, tuple[str, np.ndarray]] = {}
    problems = []
    for name, value, source in _bind(model, network, names or {}):
        kind = network.tensors[source.name].data_type
        wide = value.detach().cpu().to(torch.float64).numpy()
        with np.errstate(over="ignore"):
            array = wide.astype(helper.tensor_dtype_to_np_dtype(kind))
        array = np.array(array.T if source.transposed else array, order="C")
        array[array == 0] = 0
        bad_count = np.count_nonzero(~np.isfinite(array.astype(np.float64)))
        if bad_count:
            problems.append(
                f"{name}: {bad_count} of {array.size} values are not finite as "
                f"{TensorProto.DataType.Name(kind)}"
            )
        first, other = written.setdefault(source.name, (name, array))
        if not np.array_equal(array, other):
            problems.append(
                f"{first} and {name} share the initializer {source.name!r}, but now differ: "
                "export the model without merging equal initializers"
            )
    raise_problems(f"{target_onnx} is not written", problems)
    for initializer, (_, array) in written.items():
        tensor = network.tensors[initializer]
        for field in ("float_data", "int32_data", "double_data"):
            tensor.ClearField(field)
        tensor.raw_data = numpy_helper.from_array(array).raw_data
    _write(pathlib.Path(target_onnx), network.model.SerializeToString())


_FLOATS = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16}


class _Binding(NamedTuple):
    """A value of the module, whose memory it shares, and the initializer that holds it."""

    name: str
    value: Tensor
    source: Initializer


def _bind(model: nn.Module, network: Network, names: Names) -> list[_Binding]:
    """Matches all values of floating point with initializers, or raises ValueError."""
    problems = unknown_names(model, names)
    bindings, missing, claimed = [], [], set()
    for name, value in model.state_dict().items():
        source = names.get(name, name)
        if source is None:
            claimed.add(network.root(name))
            continue
        if not isinstance(value, Tensor) or not value.is_floating_point():
            if name in names:
                problems.append(f"{name} is not of floating point: leave it out of the names")
            continue
        initializer = network.root(source.name if isinstance(source, Initializer) else source)
        if initializer not in network.tensors:
            missing.append((name, value, initializer))
            continue
        claimed.add(initializer)
        said = source.transposed if isinstance(source, Initializer) else None
        try:
            transposed = _is_transposed(model, network, (name, value), initializer, said)
        except ValueError as error:
            problems.append(f"{name}: {error}")
        else:
            bindings.append(_Binding(name, value, Initializer(initializer, transposed)))
    for name, value, initializer in missing:
        shape = list(value.shape)
        alike = [
            other
            for other in network.tensors
            if other not in claimed and network.shape(other) in (shape, shape[::-1])
        ]
        problems.append(
            f"{name} {shape}: there is no initializer {initializer!r}; {candidates(alike)}"
        )
    owners = {binding.source.name: binding.name.rpartition(".")[0] for binding in bindings}
    problems += _unclaimed(network, claimed, owners)
    hints = ["names or match_by_order say which initializer is which, None leaves a value as it is"]
    if any(isinstance(module, NORMALIZATIONS.modules) for module in model.modules()) and not any(
        layer.kind in NORMALIZATIONS.nodes for layer in network.layers
    ):
        hints.append(FOLDED)
    raise_problems(f"the module and {network.path} do not match", problems, hints)
    return bindings


def _is_transposed(
    model: nn.Module,
    network: Network,
    named: tuple[str, Tensor],
    initializer: str,
    said: bool | None,
) -> bool:
    """Whether an initializer holds the transpose of a value; raises ValueError if it does not fit.

    said: what the names say of it. The graph knows of `nn.Linear`. For other modules' matrices the
    shape tells, unless it is square.
    """
    (name, value), tensor = named, network.tensors[initializer]
    if tensor.data_type not in _FLOATS:
        kind = TensorProto.DataType.Name(tensor.data_type)
        raise ValueError(f"the initializer {initializer!r} is {kind}, not of floating point")
    shape, want = network.shape(initializer), list(value.shape)
    if said and len(want) != 2:
        raise ValueError("only matrices can lie transposed")
    owner, _, part = name.rpartition(".")
    readers = network.readers(initializer)
    found = {layer.transposed for layer in readers}
    transposed = bool(said)
    if isinstance(model.get_submodule(owner), nn.Linear) and part == "weight" and found:
        if extras := [f"{layer.label} has {layer.extra}" for layer in readers if layer.extra]:
            raise ValueError(f"{', '.join(extras)}, which nn.Linear does not compute")
        if len(found) > 1:
            raise ValueError(f"the graph reads {initializer!r} both transposed and not")
        transposed = True in found
        if said not in (None, transposed):
            is_so = "has" if transposed else "does not have"
            raise ValueError(f"the graph {is_so} {initializer!r} transposed, unlike the names")
    elif said is None and len(want) == 2:
        if want[0] == want[1] and True in found:
            raise ValueError(
                "it is square, so that it may lie transposed: give it as "
                f"Initializer({initializer!r}, transposed=…)"
            )
        transposed = shape != want
    if shape != (want[::-1] if transposed else want):
        is_so = ", which the graph has transposed" if True in found else ""
        raise ValueError(f"it is {want}, the initializer {initializer!r} {shape}{is_so}")
    return transposed


def _unclaimed(network: Network, claimed: set[str], owners: Mapping[str, str]) -> list[str]:
    """What layers of the graph compute with although the module does not have it.

    owners: the modules of the initializers that have one.
    """
    problems = []
    for layer in network.layers:
        for part, name in layer.parts.items():
            if name in claimed or _is_neutral(layer, part, network.tensors[name]):
                continue
            problem = f"{layer.label} has the {part} {name!r}, which is of no value of the module"
            if part == "bias" and owners.get(layer.parts["weight"]):
                problem += (
                    f": make {owners[layer.parts['weight']]} with bias=True (hewn reprune, or an "
                    "exporter that folds BatchNormalization, may have added it)"
                )
            problems.append(problem)
    return problems


def _is_neutral(layer: Layer, part: str, tensor: TensorProto) -> bool:
    """Whether it is what exporters write for a batch normalization without parameters."""
    if layer.kind not in NORMALIZATIONS.nodes or part not in ("weight", "bias"):
        return False
    return bool((numpy_helper.to_array(tensor) == (1 if part == "weight" else 0)).all())


def _write(path: pathlib.Path, content: bytes) -> None:
    """Writes a file that appears whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
