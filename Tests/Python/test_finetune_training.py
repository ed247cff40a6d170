"""hewn_finetune: zeros that stay while PyTorch trains."""

import copy

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from finetuning import Net, check_outputs, graph_of, images, initializers, opaque, values
from hewn import save
from hewn_finetune import Initializer, KeepMasks, Mask, load_weights, save_weights
import torch
from torch import nn
from torch.nn import functional as F


def random_masks(path, seed=0, share=0.4):
    """A mask for each weight of a file, of seeded random bits."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: Mask(torch.rand(array.shape, generator=generator) < share)
        for name, array in initializers(path).items()
        if array.ndim > 1
    }


def pruned(folder, gemm="transB", rename=lambda name: name):
    """A net with zeros, its file, its masks and the names of its initializers."""
    net = Net(1)
    path = save(graph_of(net, gemm=gemm, rename=rename), folder / "net.onnx")
    masks = random_masks(path)
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.name in masks:
            array = numpy_helper.to_array(tensor) * masks[tensor.name].keep.numpy()
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    save(model, path)
    names = load_weights(net, path, {name: rename(name) for name in values(net)})
    return net, path, masks, names


def train(net, optimizer, steps=4, after_step=lambda: None):
    generator = torch.Generator().manual_seed(3)
    net.train()
    for step in range(steps):
        labels = torch.randint(0, 5, (16,), generator=generator)
        loss = F.cross_entropy(net(images(step, 16)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        after_step()
    net.eval()


def dropped(net, masks, names):
    """The parameters that have masks, with where they have to be zero, as the module has them."""
    found = {}
    for name, parameter in net.named_parameters():
        initializer, transposed = names[name]
        if initializer in masks:
            keep = masks[initializer].keep
            found[name] = parameter, ~(keep.T if transposed else keep)
    assert found
    return found


def assert_zeros(net, masks, names):
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        bad = parameter[zeros] != 0
        assert not bad.any(), f"{name}: {int(bad.sum())} of {int(zeros.sum())} are not zero"
        assert (parameter[~zeros] != 0).any(), f"{name}: all is zero"


OPTIMIZERS = {
    "SGD": lambda it: torch.optim.SGD(it, 0.1, 0.9, weight_decay=0.01, nesterov=True),
    "Adam": lambda it: torch.optim.Adam(it, 0.01, weight_decay=0.1, amsgrad=True),
    "AdamW": lambda it: torch.optim.AdamW(it, 0.01, weight_decay=0.1),
    "RMSprop": lambda it: torch.optim.RMSprop(it, 0.01, momentum=0.9, weight_decay=0.1),
}


@pytest.mark.parametrize("gemm", ["transB", "plain"])
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_zeros_stay(tmp_path, make, gemm):
    """Also where the optimizer comes with momentum for dropped weights."""
    net, path, masks, names = pruned(tmp_path, gemm)
    optimizer = make(net.parameters())
    train(net, optimizer, 3)
    with pytest.warns(UserWarning, match="weights that the masks drop were not zero"):
        keep = KeepMasks(net, optimizer, masks, names)
    assert_zeros(net, masks, names)
    before = copy.deepcopy(net)

    def check():
        assert_zeros(net, masks, names)
        for name, (parameter, zeros) in dropped(net, masks, names).items():
            assert not parameter.grad[zeros].any(), f"{name}: a gradient of a dropped weight"
            assert parameter.grad[~zeros].any(), f"{name}: no gradient"

    train(net, optimizer, after_step=check)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        assert not torch.signbit(parameter[zeros]).any(), f"{name} has −0"
        changed = parameter[~zeros] != before.get_parameter(name)[~zeros]
        assert changed.all(), f"{name}: kept weights do not train"
    keep.check()
    keep.remove()
    keep.remove()
    train(net, optimizer, 1)
    with pytest.raises(RuntimeError, match=r"not zero: \d+ in c1.weight, \d+ in c2.weight"):
        keep.check()


def test_state_of_the_optimizer_is_clean(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["AdamW"](net.parameters())
    with KeepMasks(net, optimizer, masks, names):
        train(net, optimizer)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        for key in ("exp_avg", "exp_avg_sq"):
            state = optimizer.state[parameter][key]
            assert not state[zeros].any() and state[~zeros].any(), f"{name}: {key}"


def test_norms_of_gradients_are_of_kept_weights(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    squares = []
    for _ in range(2):
        net.zero_grad()
        F.cross_entropy(net(images(5)), torch.arange(4)).backward()
        squares.append(nn.utils.clip_grad_norm_(net.parameters(), 1e9) ** 2)
        found = dropped(net, masks, names).values()
        lost = sum(parameter.grad[zeros].square().sum() for parameter, zeros in found)
        if len(squares) == 1:
            want = squares[0] - lost
            assert lost > 0.01 * squares[0]
            KeepMasks(net, optimizer, masks, names)
    assert abs(squares[1] - want) < 1e-4 * want


def test_masks_hold_after_a_state_is_loaded(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    dense = Net(9).state_dict()
    keep = KeepMasks(net, optimizer, masks, names)
    net.load_state_dict(dense)
    assert_zeros(net, masks, names)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        assert torch.equal(parameter[~zeros], dense[name][~zeros]), name
    with pytest.raises(RuntimeError, match=r"load_state_dict\(assign=True\)"):
        net.load_state_dict(dense, assign=True)
    keep.remove()
    net.load_state_dict(dense)


def test_with_checks_at_its_end(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    count = int((~masks["f.weight"].keep).sum())
    with pytest.raises(RuntimeError, match=rf"not zero: {count} in f.weight\. "):
        with KeepMasks(net, optimizer, masks, names), torch.no_grad():
            net.f.weight.fill_(1)
    with pytest.raises(KeyError):
        with KeepMasks(net, optimizer, {"c1.weight": masks["c1.weight"]}, names), torch.no_grad():
            net.c1.weight.fill_(1)
            raise KeyError
    train(net, optimizer, 1)
    assert net.c1.weight.all(), "the hooks are still there"


def test_frozen_layers_need_no_optimizer(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    net.c1.weight.requires_grad_(False)
    before = net.c1.weight.clone()
    optimizer = OPTIMIZERS["SGD"]([it for it in net.parameters() if it.requires_grad])
    with KeepMasks(net, optimizer, masks, names):
        train(net, optimizer)
        assert_zeros(net, masks, names)
    assert torch.equal(net.c1.weight, before)


@pytest.mark.parametrize("gemm", ["transB", "plain", "MatMul"])
def test_zeros_of_the_file_are_those_of_the_masks(tmp_path, gemm):
    net, path, masks, names = pruned(tmp_path, gemm, opaque)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    with KeepMasks(net, optimizer, masks, names):
        train(net, optimizer)
    save_weights(net, path, tmp_path / "tuned.onnx", names)
    check_outputs(net, tmp_path / "tuned.onnx")
    before, after = initializers(path), initializers(tmp_path / "tuned.onnx")
    assert len(masks) == 4
    for name, mask in masks.items():
        keep = mask.keep.numpy()
        assert not after[name][~keep].any() and after[name][keep].all(), name
    assert not any(np.array_equal(before[name], after[name]) for name in before)


def test_refusals_of_masks(tmp_path):
    net, path, masks, names = pruned(tmp_path)
    optimizer = OPTIMIZERS["SGD"](net.parameters())
    weight = Mask(torch.ones(8, 3, 3, 3, dtype=torch.bool))
    square = Mask(torch.ones(8, 8, dtype=torch.bool))
    cases = [
        ({}, names, "there are no masks"),
        ({"onnx::1": weight}, None, "mask 'onnx::1' is of no parameter.*candidates: c1.weight"),
        ({"c2.weight": weight}, None, r"c2.weight is \[8, 4, 3, 3\], its mask \[8, 3, 3, 3\]"),
        ({"g.weight": square}, names, r"g.weight is \[5, 8\], its mask \[8, 8\]"),
        ({"b1.running_mean": Mask(torch.ones(8) > 0)}, names, "'b1.running_mean' is of no param"),
        (masks, {**names, "c2.weight": Initializer("c2.weight", True)}, "only matrices can lie"),
        ({"f.weight": square}, None, "f.weight is square.*names that load_weights has returned"),
        (masks, {**names, "f": "f.weight"}, "the module has no value 'f'; candidates"),
    ]
    for given, mapping, message in cases:
        with pytest.raises(ValueError, match=message):
            KeepMasks(net, optimizer, given, mapping)
    other = OPTIMIZERS["SGD"](Net(1).parameters())
    with pytest.raises(ValueError, match="the optimizer is not one of this module"):
        KeepMasks(net, other, masks, names)
    before = copy.deepcopy(net)
    train(net, optimizer, 1)
    for name, (parameter, zeros) in dropped(net, masks, names).items():
        assert parameter[zeros].any(), f"{name}: a refused mask has set hooks"
        assert not torch.equal(parameter, before.get_parameter(name))


def test_matrices_that_are_not_square_need_no_names(tmp_path):
    """The shape of the mask tells how they lie."""
    for gemm in ("transB", "plain"):
        net, path, masks, names = pruned(tmp_path, gemm)
        given = {name: mask for name, mask in masks.items() if name != "f.weight"}
        optimizer = OPTIMIZERS["SGD"](net.parameters())
        with KeepMasks(net, optimizer, given):
            train(net, optimizer)
            assert_zeros(net, given, names)
