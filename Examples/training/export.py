"""Writes pruned.pt of train.py as ONNX and measures its accuracy with ONNX Runtime.

    python3 export.py resnet20-cifar10-pruned.onnx

BatchNormalization stays as in training, and the batch is symbolic. Needs PyTorch, onnx and
onnxruntime.
"""

import re
import sys

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

state = {name: tensor.numpy() for name, tensor in torch.load("pruned.pt").items()}
nodes, constants = [], []


def constant(name):
    array = np.ascontiguousarray(state[name].astype(np.float32))
    constants.append(numpy_helper.from_array(array, name))
    return name


def conv(x, name, stride, padding):
    kernel = list(state[f"{name}.weight"].shape[2:])
    nodes.append(
        helper.make_node(
            "Conv", [x, constant(f"{name}.weight")], [f"{name}.y"], name=name,
            kernel_shape=kernel, strides=[stride] * 2, pads=[padding] * 4,
        )
    )  # fmt: skip
    return f"{name}.y"


def batch_normalization(x, name):
    parameters = [
        constant(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")
    ]
    node = helper.make_node(
        "BatchNormalization", [x, *parameters], [f"{name}.y"], name=name, epsilon=1e-5
    )
    nodes.append(node)
    return f"{name}.y"


def relu(x, output):
    nodes.append(helper.make_node("Relu", [x], [output]))
    return output


x = relu(batch_normalization(conv("input", "c", 1, 1), "b"), "stem")
blocks = sorted({int(found[1]) for name in state if (found := re.match(r"l\.(\d+)\.", name))})
for block in (f"l.{index}" for index in blocks):
    is_projected = f"{block}.sc.0.weight" in state
    stride = 2 if is_projected else 1
    y = conv(x, f"{block}.c1", stride, 1)
    y = relu(batch_normalization(y, f"{block}.b1"), f"{block}.r1")
    y = batch_normalization(conv(y, f"{block}.c2", 1, 1), f"{block}.b2")
    if is_projected:
        x = batch_normalization(conv(x, f"{block}.sc.0", stride, 0), f"{block}.sc.1")
    nodes.append(helper.make_node("Add", [y, x], [f"{block}.add"], name=f"{block}.add"))
    x = relu(f"{block}.add", f"{block}.out")
nodes += [
    helper.make_node("GlobalAveragePool", [x], ["gap"]),
    helper.make_node("Flatten", ["gap"], ["flat"]),
    helper.make_node(
        "Gemm", ["flat", constant("f.weight"), constant("f.bias")], ["logits"], name="f", transB=1
    ),
]

graph = helper.make_graph(
    nodes, "resnet20-cifar10-pruned",
    [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 32, 32])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])], constants,
)  # fmt: skip
model = helper.make_model(
    graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="hewn"
)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
mean = np.array([125.3, 123.0, 113.9], np.float32).reshape(1, 3, 1, 1)
deviation = np.array([63.0, 62.1, 66.7], np.float32).reshape(1, 3, 1, 1)
test = np.load("test.npz")
correct = 0
for first in range(0, len(test["y"]), 500):
    images = test["x"][first : first + 500].transpose(0, 3, 1, 2).astype(np.float32)
    (logits,) = session.run(None, {"input": (images - mean) / deviation})
    correct += (logits.argmax(1) == test["y"][first : first + 500]).sum()
print(f"accuracy {100 * correct / len(test['y']):.1f}")
