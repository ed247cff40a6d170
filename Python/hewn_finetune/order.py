"""Names for files whose exporter has renamed initializers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .network import FOLDED, NORMALIZATIONS, PRODUCTS, Initializer, Kinds, Layer, Network, Path


def match_by_order(
    model: nn.Module, onnx_path: Path, example: Tensor | None = None
) -> dict[str, Initializer]:
    """Proposes the names of `load_weights` for a file whose exporter has renamed initializers.

    The module's convolutions and `nn.Linear` are matched with the nodes `Conv`, `ConvTranspose`,
    `Gemm` and `MatMul` of the graph, and its batch normalizations with theirs, one after the other.
    The module's order is that of its definition, or, with an input as `example`, that in which it
    computes them. Two layers of equal shapes in another order go unnoticed: compare outputs once.

    Raises ValueError where numbers or shapes of layers do not line up, or where a value would come
    from another initializer than the one that has its name.
    """
    network = Network(onnx_path)
    modules = _in_order(model, example)
    names: dict[str, Initializer] = {}
    for kinds in (PRODUCTS, NORMALIZATIONS):
        mine = [(name, module) for name, module in modules if isinstance(module, kinds.modules)]
        # A module that runs twice is two nodes with the same weights.
        theirs = {
            tuple(layer.parts.values()): layer
            for layer in network.layers
            if layer.kind in kinds.nodes
        }
        names |= _match(mine, list(theirs.values()), kinds, network)
    for name, source in names.items():
        own = network.root(name)
        if own in network.tensors and own != source.name:
            raise ValueError(
                f"by order {name} would be {source.name!r}, but there is an initializer of its own "
                "name: give the names yourself, or an example for the order of execution"
            )
    return names


def _in_order(model: nn.Module, example: Tensor | None) -> list[tuple[str, nn.Module]]:
    kinds = (*PRODUCTS.modules, *NORMALIZATIONS.modules)
    defined = [(path, it) for path, it in model.named_modules() if isinstance(it, kinds)]
    if example is None:
        return defined
    executed: dict[nn.Module, None] = {}

    def recorder(module: nn.Module) -> Callable[..., None]:
        def record(*_: object) -> None:
            executed[module] = None

        return record

    hooks = [module.register_forward_pre_hook(recorder(module)) for _, module in defined]
    # Not model.eval() and train(): some modules may be in evaluation mode already, and are to stay.
    training = [module for module in model.modules() if module.training]
    try:
        for module in training:
            module.training = False
        with torch.no_grad():
            model(example)
    finally:
        for module in training:
            module.training = True
        for hook in hooks:
            hook.remove()
    paths = {module: path for path, module in defined}
    return [(paths[module], module) for module in executed]


def _match(
    modules: list[tuple[str, nn.Module]], layers: list[Layer], kinds: Kinds, network: Network
) -> dict[str, Initializer]:
    """The names of modules that are matched with layers one by one."""
    names = {}
    for index, ((path, module), layer) in enumerate(zip(modules, layers)):
        values = {
            part: value
            for part, value in (*module.named_parameters(), *module.named_buffers())
            if value.is_floating_point()
        }
        if problem := _mismatch(module, values, layer, network):
            raise ValueError(
                f"number {index + 1} of the {kinds.title} does not line up: {path} and "
                f"{layer.label}: {problem}"
            )
        for part in values:
            initializer = Initializer(layer.parts[part], part == "weight" and layer.transposed)
            names[f"{path}.{part}" if path else part] = initializer
    if len(modules) != len(layers):
        message = f"the module has {len(modules)} {kinds.title}, the graph {len(layers)}"
        raise ValueError(message if layers else f"{message}; {FOLDED}")
    return names


def _mismatch(
    module: nn.Module, values: dict[str, Tensor], layer: Layer, network: Network
) -> str | None:
    """Why a module and a node cannot be the same layer."""
    kind = type(module).__name__
    is_linear = isinstance(module, nn.Linear)
    transposes = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    if is_linear != (layer.kind in ("Gemm", "MatMul")) or (
        isinstance(module, transposes) != (layer.kind == "ConvTranspose")
    ):
        return f"the one is {kind}, the other {layer.kind}"
    for part, value in values.items():
        if part not in layer.parts:
            return f"the node has no constant {part}"
        shape = network.shape(layer.parts[part])
        want = list(value.shape)
        if part == "weight" and layer.transposed:
            want.reverse()
        if shape != want:
            return f"the {part} is {shape}, want {want}"
    return None
