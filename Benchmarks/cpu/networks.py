"""Makes well-known networks with random weights, pruned without structure, as ONNX files.

Real pruned versions of these networks are not to be had freely. Timing does not depend on what the
weights are, only on where the zeros lie: here uniformly at random within a layer, the same share in
every layer but the first, the depthwise ones and the classifier, which stay dense. Trained networks
are less uniform, which favours no engine. BatchNormalization counts as folded into the weights.
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Net:
    """A chain of layers under construction; `at` is the value that the next one reads."""

    def __init__(self, zeros, seed=1):
        self.share = zeros / 100
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], []
        self.at, self.channels = "x", 3

    def node(self, op, inputs, **attributes):
        output = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        self.at = output
        return output

    def weight(self, shape, dense, gain=2.0):
        """He's normal distribution; the smallest weights are zero, the others keep the variance."""
        fan_in = int(np.prod(shape[1:]))
        values = self.random.standard_normal(shape, np.float32) * (gain / fan_in) ** 0.5
        if not dense and self.share:
            variance = np.mean(values**2)
            values[np.abs(values) <= np.quantile(np.abs(values), self.share)] = 0
            values *= (variance / max(np.mean(values**2), 1e-30)) ** 0.5
        return self.constant(values.astype(np.float32))

    def constant(self, values):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def bias(self, count):
        return self.constant(self.random.standard_normal(count, np.float32) * np.float32(0.01))

    def conv(self, filters, kernel, stride=1, pad=None, groups=1, relu=True, gain=2.0):
        pad = kernel // 2 if pad is None else pad
        dense = groups > 1 or not self.weights
        shape = (filters, self.channels // groups, kernel, kernel)
        inputs = [self.at, self.weight(shape, dense, gain), self.bias(filters)]
        self.node("Conv", inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4,
                  group=groups)  # fmt: skip
        self.channels = filters
        return self.relu() if relu else self.at

    def relu(self):
        return self.node("Relu", [self.at])

    def add(self, other):
        return self.node("Add", [self.at, other])

    def max_pool(self, kernel, stride, pad=0, rounds_up=0):
        return self.node("MaxPool", [self.at], kernel_shape=[kernel] * 2, strides=[stride] * 2,
                         pads=[pad] * 4, ceil_mode=rounds_up)  # fmt: skip

    def flatten(self):
        return self.node("Flatten", [self.at])

    def gemm(self, inputs, outputs, dense=False):
        weight = self.weight((outputs, inputs), dense, gain=1.0 if dense else 2.0)
        return self.node("Gemm", [self.at, weight, self.bias(outputs)], transB=1)

    def classifier(self):
        self.node("GlobalAveragePool", [self.at])
        self.flatten()
        self.gemm(self.channels, 1000, dense=True)

    def model(self, size=224):
        value = helper.make_tensor_value_info
        self.nodes[-1].output[0] = "y"
        graph = helper.make_graph(
            self.nodes, "network",
            [value("x", TensorProto.FLOAT, ["batch", 3, size, size])],
            [value("y", TensorProto.FLOAT, ["batch", 1000])], self.weights,
        )  # fmt: skip
        opsets = [helper.make_opsetid("", 13)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def alexnet(net):
    net.conv(64, 11, 4, 2)
    net.max_pool(3, 2)
    net.conv(192, 5)
    net.max_pool(3, 2)
    for filters in (384, 256, 256):
        net.conv(filters, 3)
    net.max_pool(3, 2)
    fully_connected(net, 256 * 6 * 6)


def vgg16(net):
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            net.conv(filters, 3)
        net.max_pool(2, 2)
    fully_connected(net, 512 * 7 * 7)


def fully_connected(net, inputs):
    net.flatten()
    for extent in (inputs, 4096):
        net.gemm(extent, 4096)
        net.relu()
    net.gemm(4096, 1000, dense=True)


def resnet(net, counts, block):
    net.conv(64, 7, 2)
    net.max_pool(3, 2, 1)
    for stage, count in enumerate(counts):
        for index in range(count):
            block(net, 64 << stage, 2 if stage and not index else 1)
    net.classifier()


def basic_block(net, width, stride):
    start, channels = net.at, net.channels
    net.conv(width, 3, stride)
    residual(net, start, channels, net.conv(width, 3, relu=False, gain=0.5), stride)


def bottleneck(net, width, stride):
    start, channels = net.at, net.channels
    net.conv(width, 1)
    net.conv(width, 3, stride)
    residual(net, start, channels, net.conv(4 * width, 1, relu=False, gain=0.5), stride)


def residual(net, start, channels, end, stride):
    """Adds a block's input, projected where its shape differs."""
    if channels != net.channels or stride > 1:
        filters = net.channels
        net.at, net.channels = start, channels
        start = net.conv(filters, 1, stride, relu=False, gain=1.0)
    net.at = end
    net.add(start)
    net.relu()


def googlenet(net):
    net.conv(64, 7, 2)
    net.max_pool(3, 2, rounds_up=1)
    net.conv(64, 1)
    net.conv(192, 3)
    net.max_pool(3, 2, rounds_up=1)
    for index, widths in enumerate((
        (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128), (256, 160, 320, 32, 128, 128),
        (384, 192, 384, 48, 128, 128),
    )):  # fmt: skip
        inception(net, widths)
        if index in (1, 6):
            net.max_pool(3 if index == 1 else 2, 2, rounds_up=1)
    net.classifier()


def inception(net, widths):
    first, reduced3, second, reduced5, third, fourth = widths
    start, channels = net.at, net.channels
    outputs = [net.conv(first, 1)]
    for reduced, filters in ((reduced3, second), (reduced5, third)):
        net.at, net.channels = start, channels
        net.conv(reduced, 1)
        outputs.append(net.conv(filters, 3))
    net.at, net.channels = start, channels
    net.max_pool(3, 1, 1)
    outputs.append(net.conv(fourth, 1))
    net.node("Concat", outputs, axis=1)
    net.channels = first + second + third + fourth


def mobilenetv1(net):
    net.conv(32, 3, 2)
    for filters, stride in (
        [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
        + [(512, 1)] * 5
        + [(1024, 2), (1024, 1)]
    ):
        net.conv(net.channels, 3, stride, groups=net.channels)
        net.conv(filters, 1)
    net.classifier()


NETWORKS = {
    "alexnet": alexnet,
    "vgg16": vgg16,
    "resnet18": lambda net: resnet(net, (2, 2, 2, 2), basic_block),
    "resnet50": lambda net: resnet(net, (3, 4, 6, 3), bottleneck),
    "googlenet": googlenet,
    "mobilenetv1": mobilenetv1,
}


def make(name, zeros, folder):
    """Writes FOLDER/NAME-ZEROS.onnx unless it is there; returns its path."""
    path = pathlib.Path(folder, f"{name}-{zeros}.onnx")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        net = Net(zeros)
        NETWORKS[name](net)
        temporary = path.with_suffix(".part")
        onnx.save(net.model(), temporary)
        temporary.rename(path)
    return path
