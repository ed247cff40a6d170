"""Messages that name what is wrong, and what could be meant."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from .network import Names


def raise_problems(
    title: str, problems: list[str], hints: Iterable[str] = (), limit: int = 12
) -> None:
    """Raises ValueError with a line for each problem, if there are any."""
    if not problems:
        return
    more = [f"and {len(problems) - limit} more"] if len(problems) > limit else []
    raise ValueError("\n  ".join([f"{title}:", *problems[:limit], *more, *hints]))


def candidates(names: list[str], limit: int = 6) -> str:
    if not names:
        return "there are no candidates"
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"candidates: {', '.join(names[:limit])}{more}"


def unknown_names(model: nn.Module, names: Names) -> list[str]:
    """A problem for each name that is none of the module's."""
    state = list(model.state_dict())
    problems = []
    for name in names:
        if name not in state:
            last = name.rpartition(".")[2]
            alike = [other for other in state if other.rpartition(".")[2] == last] or state
            problems.append(f"the module has no value {name!r}; {candidates(alike)}")
    return problems
