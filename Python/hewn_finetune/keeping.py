"""Masks during training."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .masks import Mask
from .messages import candidates, raise_problems, unknown_names
from .network import Initializer, Names


class KeepMasks:
    """Keeps the weights at zero that masks drop, while an optimizer trains a module.

    Masks hold from now on, after every `optimizer.step()` and after `model.load_state_dict()`, so
    that neither momentum nor weight decay brings weights back. Their gradients are zeroed as soon
    as they are complete: norms of gradients and the optimizer's state are those of the weights that
    are kept. Used with `with`, it ends with `check()` and `remove()`.

    The cost of a step is one pass over the weights that have masks, and over their gradients.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        masks: Mapping[str, Mask],
        names: Names | None = None,
    ) -> None:
        """Applies the masks, and sets the hooks.

        names: what `load_weights` has returned. It may be left out where initializers have the
        names of parameters and no masked matrix is square.

        Weights that are not zero although their masks drop them become zero with a warning. Raises
        ValueError where a mask has no parameter, or one of another shape, or where the optimizer
        lacks a parameter that requires gradients.
        """
        self._model = model
        self._kept = _kept(model, masks, names or {})
        owned = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        trained = [kept for kept in self._kept if kept.parameter.requires_grad]
        raise_problems(
            "the optimizer is not one of this module",
            [
                f"{kept.name} is not among its parameters: add it, or set requires_grad to False"
                for kept in trained
                if id(kept.parameter) not in owned
            ],
        )
        if revived := self._nonzeros():
            warnings.warn(
                f"weights that the masks drop were not zero and now are: {revived}. Are the "
                "weights and the masks of the same run of `hewn reprune`?",
                stacklevel=2,
            )
        self._apply()
        self._hooks = [
            optimizer.register_step_post_hook(lambda *_: self._apply()),
            model.register_load_state_dict_post_hook(lambda *_: self._reload()),
        ]
        for kept in trained:
            hook = kept.parameter.register_post_accumulate_grad_hook(kept.mask_gradient)
            self._hooks.append(hook)

    def check(self) -> None:
        """Raises RuntimeError where a weight that a mask drops is not zero."""
        if found := self._nonzeros():
            raise RuntimeError(
                f"weights that the masks drop are not zero: {found}. Something other than the "
                "optimizer has changed them"
            )

    def remove(self) -> None:
        """Removes all hooks: weights may become anything again. To call it twice is no error."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def __enter__(self) -> KeepMasks:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.check()
        finally:
            self.remove()

    def _nonzeros(self) -> str:
        counts = {kept.name: kept.nonzero_count() for kept in self._kept}
        return ", ".join(f"{count} in {name}" for name, count in counts.items() if count)

    def _apply(self) -> None:
        for kept in self._kept:
            kept.mask()

    def _reload(self) -> None:
        for kept in self._kept:
            if self._model.get_parameter(kept.name) is not kept.parameter:
                raise RuntimeError(
                    f"{kept.name} is another parameter since load_state_dict(assign=True): make "
                    "the optimizer and KeepMasks anew"
                )
        self._apply()


@dataclass(eq=False)
class _Kept:
    """A parameter, and where it has to be zero."""

    name: str
    parameter: nn.Parameter
    dropped: Tensor

    def mask(self) -> None:
        with torch.no_grad():
            self.parameter.masked_fill_(self._dropped_there(), 0)

    def mask_gradient(self, parameter: Tensor) -> None:
        if parameter.grad is not None:
            parameter.grad.masked_fill_(self._dropped_there(), 0)

    def nonzero_count(self) -> int:
        return int(torch.count_nonzero(self.parameter.detach()[self._dropped_there()]))

    def _dropped_there(self) -> Tensor:
        """The mask on the device that the parameter is on by now."""
        if self.dropped.device != self.parameter.device:
            self.dropped = self.dropped.to(self.parameter.device)
        return self.dropped


def _kept(model: nn.Module, masks: Mapping[str, Mask], names: Names) -> list[_Kept]:
    """Finds the parameters of all masks, or raises ValueError."""
    parameters = dict(model.named_parameters(remove_duplicate=False))
    # The parameters of an initializer, and whether they lie transposed in it, where that is known.
    owners: dict[str, list[tuple[str, bool | None]]] = {}
    for name in parameters:
        source = names.get(name, name)
        if isinstance(source, Initializer):
            owners.setdefault(source.name, []).append((name, source.transposed))
        elif source is not None:
            owners.setdefault(source, []).append((name, None))
    problems = unknown_names(model, names)
    if not masks:
        problems.append("there are no masks")
    found = []
    for initializer, mask in masks.items():
        if initializer not in owners:
            alike = [name for name, it in parameters.items() if it.shape == mask.keep.shape]
            problems.append(
                f"mask {initializer!r} is of no parameter: give its name; {candidates(alike)}"
            )
        for name, transposed in owners.get(initializer, []):
            parameter, keep = parameters[name], mask.keep
            if transposed and keep.dim() != 2:
                problems.append(f"{name}: only matrices can lie transposed")
                continue
            if transposed is None and keep.dim() == 2:
                if keep.shape[0] == keep.shape[1]:
                    problems.append(
                        f"{name} is square, so that its mask may lie transposed: give the names "
                        "that load_weights has returned"
                    )
                    continue
                keep = keep if keep.shape == parameter.shape else keep.t()
            elif transposed:
                keep = keep.t()
            if keep.shape == parameter.shape:
                found.append(_Kept(name, parameter, ~keep))
            else:
                problems.append(
                    f"{name} is {list(parameter.shape)}, its mask {list(mask.keep.shape)}"
                )
    raise_problems("the masks do not fit the module", problems)
    return found
