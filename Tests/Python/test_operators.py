"""Single operators against ONNX Runtime, on the CPU and on the reference device."""

import dataclasses

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hewn import expected_outputs, hewn_json, hewn_outputs, relative_error, save

TOLERANCE = 1e-5

NONE = None  # an optional input that is left out


@dataclasses.dataclass(frozen=True)
class Input:
    """A random input of the model, uniform in low…high."""

    shape: tuple
    low: float = -2
    high: float = 2


def x(*shape, low=-2, high=2):
    return Input(shape, low, high)


def weights(*shape, zeros=0.6, seed=7):
    """Random constants, a share of them zero."""
    generator = np.random.default_rng([seed, *shape])
    values = generator.uniform(-1, 1, shape)
    return (values * (generator.random(shape) >= zeros)).astype(np.float32)


def positive(*shape):
    return np.abs(weights(*shape, zeros=0)) + np.float32(0.1)


def floats(*values):
    return np.array(values, np.float32)


def integers(*values):
    return np.array(values, np.int64)


def scalar(value, dtype=np.float32):
    return np.array(value, dtype)


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    op: str
    operands: list
    attributes: dict
    opset: int
    outputs: int

    def model(self):
        names, inputs, constants = [], [], []
        for index, operand in enumerate(self.operands):
            names.append("" if operand is NONE else f"in{index}")
            if isinstance(operand, Input):
                port = helper.make_tensor_value_info(names[-1], TensorProto.FLOAT, operand.shape)
                inputs.append(port)
            elif operand is not NONE:
                constants.append(numpy_helper.from_array(operand, names[-1]))
        outputs = [f"out{index}" for index in range(self.outputs)]
        node = helper.make_node(self.op, names, outputs, name=self.id, **self.attributes)
        ports = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph([node], self.op, inputs, ports, constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)])
        model.ir_version = 8 if self.opset < 19 else 10
        model = onnx.shape_inference.infer_shapes(model)
        # Operators that are functions, such as GroupNormalization, are not inferred.
        for port in model.graph.output:
            if port.type.WhichOneof("value") is None:
                port.CopyFrom(helper.make_tensor_value_info(port.name, TensorProto.FLOAT, None))
        return model

    def inputs(self):
        generator = np.random.default_rng(len(self.id))
        return {
            f"in{index}": generator.uniform(o.low, o.high, o.shape).astype(np.float32)
            for index, o in enumerate(self.operands)
            if isinstance(o, Input)
        }


def case(id, op, *operands, opset=17, outputs=1, **attributes):
    return Case(id, op, list(operands), attributes, opset, outputs)


CONVOLUTIONS = [
    case("1x1", "Conv", x(2, 8, 7, 9), weights(6, 8, 1, 1), weights(6)),
    case("3x3-same", "Conv", x(1, 5, 9, 11), weights(7, 5, 3, 3), pads=[1] * 4),
    case("dense-weights", "Conv", x(1, 6, 8, 8), weights(9, 6, 3, 3, zeros=0), pads=[1] * 4),
    case("all-zero-weights", "Conv", x(1, 4, 6, 6), weights(5, 4, 3, 3, zeros=2), weights(5)),
    case("one-filter", "Conv", x(1, 3, 6, 7), weights(1, 3, 3, 3)),
    case("one-pixel", "Conv", x(1, 3, 3, 3), weights(4, 3, 3, 3)),
    case("asymmetric-pads", "Conv", x(1, 3, 8, 7), weights(5, 3, 3, 4), pads=[0, 2, 1, 3]),
    case("pads-beyond-kernel", "Conv", x(1, 2, 4, 4), weights(3, 2, 2, 2), pads=[3, 3, 3, 3]),
    case("stride-2", "Conv", x(2, 4, 9, 10), weights(6, 4, 3, 3), strides=[2, 2], pads=[1] * 4),
    case("stride-2-even", "Conv", x(1, 4, 8, 8), weights(6, 4, 2, 2), strides=[2, 2]),
    case("stride-1x3", "Conv", x(1, 3, 7, 13), weights(4, 3, 3, 5), strides=[1, 3]),
    case("stride-4", "Conv", x(1, 3, 23, 27), weights(8, 3, 11, 11), strides=[4, 4]),
    case("1x1-stride-2", "Conv", x(1, 4, 9, 9), weights(6, 4, 1, 1), strides=[2, 2]),
    case("dilation", "Conv", x(1, 3, 12, 14), weights(4, 3, 3, 3), dilations=[2, 3], pads=[2] * 4),
    case("dilation-stride", "Conv", x(1, 3, 15, 15), weights(4, 3, 3, 3), dilations=[2, 2],
         strides=[2, 2], pads=[2] * 4),
    case("groups", "Conv", x(1, 6, 8, 8), weights(9, 2, 3, 3), weights(9), group=3, pads=[1] * 4),
    case("depthwise", "Conv", x(2, 5, 9, 9), weights(5, 1, 3, 3), weights(5), group=5,
         pads=[1] * 4),
    case("depthwise-stride", "Conv", x(1, 5, 9, 12), weights(5, 1, 3, 3), group=5,
         strides=[2, 2], pads=[0, 0, 1, 1]),
    case("depthwise-5x5", "Conv", x(1, 4, 9, 12), weights(4, 1, 5, 5), group=4, pads=[2] * 4),
    case("depthwise-doubling", "Conv", x(1, 4, 7, 7), weights(8, 1, 3, 3), group=4),
    case("same-upper", "Conv", x(1, 3, 9, 10), weights(4, 3, 4, 4), strides=[2, 2],
         auto_pad="SAME_UPPER"),
    case("same-lower", "Conv", x(1, 3, 9, 10), weights(4, 3, 4, 4), strides=[2, 2],
         auto_pad="SAME_LOWER"),
    case("valid", "Conv", x(1, 3, 9, 10), weights(4, 3, 3, 3), auto_pad="VALID"),
    case("kernel-shape", "Conv", x(1, 3, 9, 10), weights(4, 3, 3, 2), kernel_shape=[3, 2]),
    case("one-dimensional", "Conv", x(2, 4, 21), weights(6, 4, 5), weights(6), strides=[2],
         pads=[2, 1]),
    case("opset-7", "Conv", x(1, 4, 8, 8), weights(6, 4, 3, 3), opset=7),
    case("three-dimensional", "Conv", x(1, 3, 5, 6, 7), weights(4, 3, 2, 3, 2), weights(4),
         strides=[1, 2, 1], pads=[1, 0, 1, 0, 1, 0]),
    case("three-dimensional-groups", "Conv", x(2, 4, 5, 5, 5), weights(6, 2, 2, 2, 2), group=2,
         dilations=[2, 1, 2]),
]  # fmt: skip

REGIONS = floats(
    0, 0, 5, 6, -1.5, 2.25, 3, 4, 0.5, 0.5, 0.75, 0.625, 2, 1, 12, 30, -9, -8, -5, -7,
).reshape(5, 4)  # fmt: skip

DEFORMED = [
    case("offsets", "DeformConv", x(2, 4, 7, 8), weights(6, 4, 3, 3), x(2, 18, 5, 6), opset=19),
    case("groups-mask-bias", "DeformConv", x(1, 4, 7, 8), weights(6, 2, 3, 2), x(1, 24, 4, 4),
         weights(6), x(1, 12, 4, 4), opset=19, group=2, offset_group=2, strides=[2, 2],
         pads=[1, 0, 1, 2], dilations=[1, 2]),
]  # fmt: skip

TRANSPOSED = [
    case("2x2-stride-2", "ConvTranspose", x(1, 4, 5, 6), weights(4, 3, 2, 2), strides=[2, 2]),
    case("3x3-stride-2", "ConvTranspose", x(2, 4, 5, 6), weights(4, 3, 3, 3), weights(3),
         strides=[2, 2], pads=[1] * 4, output_padding=[1, 1]),
    case("4x4-stride-2", "ConvTranspose", x(1, 4, 5, 6), weights(4, 3, 4, 4), strides=[2, 2],
         pads=[1] * 4),
    case("stride-1", "ConvTranspose", x(1, 4, 5, 6), weights(4, 3, 3, 3), pads=[1] * 4),
    case("kernel-below-stride", "ConvTranspose", x(1, 3, 4, 4), weights(3, 2, 2, 2),
         strides=[3, 3]),
    case("output-shape", "ConvTranspose", x(1, 3, 4, 4), weights(3, 2, 3, 3), strides=[2, 2],
         output_shape=[8, 8]),
    case("same-upper", "ConvTranspose", x(1, 3, 4, 5), weights(3, 2, 3, 3), strides=[2, 2],
         auto_pad="SAME_UPPER"),
    case("same-lower", "ConvTranspose", x(1, 3, 4, 5), weights(3, 2, 3, 3), strides=[2, 2],
         auto_pad="SAME_LOWER"),
    case("groups", "ConvTranspose", x(1, 6, 5, 5), weights(6, 2, 3, 3), group=3, strides=[2, 2]),
    case("dilation", "ConvTranspose", x(1, 3, 5, 5), weights(3, 2, 3, 3), dilations=[2, 2],
         strides=[2, 1]),
    case("one-dimensional", "ConvTranspose", x(1, 3, 9), weights(3, 2, 4), strides=[2]),
    case("three-dimensional", "ConvTranspose", x(1, 4, 3, 4, 2), weights(4, 3, 2, 3, 2), weights(6),
         group=2, strides=[2, 1, 3], pads=[0, 1, 0, 1, 0, 0], output_padding=[1, 0, 2]),
]  # fmt: skip

MATRICES = [
    case("gemm", "Gemm", x(3, 8), weights(8, 5), weights(5)),
    case("determinants", "Det", x(4, 5, 5)),
    case("einsum", "Einsum", x(2, 3, 4), x(2, 4, 5), equation="bij,bjk->bki"),
    case("einsum-implicit", "Einsum", x(3, 4), weights(4, 5), equation="ij,jk"),
    case("einsum-ellipsis", "Einsum", x(2, 3, 4, 5), x(1, 3, 5, 4),
         equation="...ij, ...ji -> ...i"),
    case("gemm-transb", "Gemm", x(1, 40), weights(33, 40), weights(33), transB=1),
    case("gemm-dense", "Gemm", x(1, 40), weights(33, 40, zeros=0), weights(33), transB=1),
    case("gemm-very-sparse", "Gemm", x(2, 64), weights(70, 64, zeros=0.97), transB=1),
    case("gemm-alpha-beta", "Gemm", x(8, 9), weights(9, 6), weights(6), alpha=0.5, beta=-2.0),
    case("gemm-scalar-c", "Gemm", x(4, 9), weights(9, 6), scalar(1.5)),
    case("gemm-row-c", "Gemm", x(4, 9), weights(9, 6), weights(1, 6)),
    case("gemm-without-c", "Gemm", x(4, 9), weights(9, 6)),
    case("matmul-weights", "MatMul", x(7, 12), weights(12, 10)),
    case("matmul-rank-3", "MatMul", x(2, 7, 12), weights(12, 10)),
    case("matmul-two-inputs", "MatMul", x(5, 6), x(6, 4)),
    case("matmul-broadcast", "MatMul", x(2, 1, 5, 6), x(3, 6, 4)),
]

ACTIVATIONS = [
    case(op.lower(), op, x(2, 3, 5, 7, low=-6, high=6))
    for op in ["Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Abs", "Ceil",
               "Floor", "Neg", "Exp", "Identity"]
] + [
    case(op.lower(), op, x(2, 3, 5, 7, low=0.1, high=9)) for op in ["Log", "Sqrt", "Reciprocal"]
] + [
    case(op.lower(), op, x(2, 3, 5, 7, low=-6, high=6), opset=opset)
    for op, opset in [("Elu", 7), ("Selu", 7), ("Celu", 12), ("Softplus", 7), ("Softsign", 7),
                      ("Gelu", 20), ("Erf", 13), ("Mish", 18), ("ThresholdedRelu", 10),
                      ("Shrink", 9), ("Sign", 13), ("Round", 11), ("Sin", 7), ("Cos", 7),
                      ("Atan", 7), ("Asinh", 9), ("Swish", 24)]
] + [
    case(op.lower(), op, x(2, 3, 5, 7, low=-0.9, high=0.9), opset=9)
    for op in ["Tan", "Asin", "Acos", "Sinh", "Cosh", "Atanh"]
] + [
    case("acosh", "Acosh", x(2, 3, 5, 7, low=1, high=6), opset=9),
    case("gelu-tanh", "Gelu", x(2, 3, 5, 7, low=-6, high=6), opset=20, approximate="tanh"),
    case("elu-alpha", "Elu", x(2, 3, 5, 7), alpha=0.5),
    case("celu-alpha", "Celu", x(2, 3, 5, 7), alpha=2.0),
    case("swish-alpha", "Swish", x(2, 3, 5, 7), opset=24, alpha=1.7),
    case("leaky-slope", "LeakyRelu", x(1, 3, 4, 4), alpha=0.3),
    case("hardsigmoid-constants", "HardSigmoid", x(1, 3, 4, 4), alpha=0.3, beta=0.4),
    case("prelu-channels", "PRelu", x(2, 5, 4, 3), weights(5, 1, 1)),
    case("prelu-one", "PRelu", x(2, 5, 4, 3), floats(0.2)),
    case("clip", "Clip", x(1, 3, 4, 5), scalar(-0.5), scalar(1)),
    case("clip-low", "Clip", x(1, 3, 4, 5), scalar(0.25)),
    case("clip-high", "Clip", x(1, 3, 4, 5), NONE, scalar(0.25)),
    case("clip-attributes", "Clip", x(1, 3, 4, 5), opset=7, min=0.0, max=1.0),
    case("dropout", "Dropout", x(1, 3, 4, 5)),
    case("softmax-rows", "Softmax", x(4, 11)),
    case("softmax-channels", "Softmax", x(2, 7, 3, 5), axis=1),
    case("softmax-last", "Softmax", x(2, 7, 3, 5), axis=-1),
    case("softmax-flattening", "Softmax", x(2, 7, 3, 5), opset=11, axis=1),
    case("log-softmax-rows", "LogSoftmax", x(4, 11)),
    case("log-softmax-channels", "LogSoftmax", x(2, 7, 3, 5), axis=1),
    case("log-softmax-flattening", "LogSoftmax", x(2, 7, 3, 5), opset=11, axis=1),
    case("hardmax", "Hardmax", x(4, 11)),
    case("softmax-large", "Softmax", x(3, 50, low=-90, high=90)),
]  # fmt: skip

BINARIES = [
    case("add", "Add", x(2, 3, 5, 7), x(2, 3, 5, 7)),
    case("sub-channels", "Sub", x(2, 3, 5, 7), weights(3, 1, 1)),
    case("sub-from-constant", "Sub", scalar(1), x(2, 3, 5, 7)),
    case("mul-gate", "Mul", x(2, 3, 5, 7), x(2, 3, 1, 1)),
    case("mul-gate-first", "Mul", x(2, 3, 1, 1), x(2, 3, 5, 7)),
    case("mul-column", "Mul", x(2, 3, 5, 7), x(5, 1)),
    case("div", "Div", x(2, 3, 5), x(2, 3, 5, low=0.5)),
    case("div-scalar", "Div", x(2, 3, 5), scalar(6)),
    case("outer", "Add", x(3, 1, 5), x(2, 1, 4, 1)),
    case("pow", "Pow", x(2, 3, 5, low=0.1), scalar(2.5)),
    case("square", "Pow", x(2, 3, 5), scalar(2)),
    case("max", "Max", x(2, 3, 5), x(2, 3, 5), x(5)),
    case("min", "Min", x(2, 3, 5), x(3, 1)),
    case("sum", "Sum", x(2, 3, 5), x(2, 3, 5), x(2, 3, 5)),
    case("mean", "Mean", x(2, 3, 5), x(3, 1), x(5)),
    case("mod", "Mod", x(2, 3, 5, low=-9, high=9), x(5, low=1), fmod=1),
    case("pow-whole", "Pow", x(2, 3, 5), np.array(3, np.int64)),
    case("where", "Where", np.array([[True], [False], [True]]), x(2, 3, 5), x(5)),
]

POOLS = [
    case("max", "MaxPool", x(2, 3, 8, 9), kernel_shape=[2, 2], strides=[2, 2]),
    case("max-negative", "MaxPool", x(1, 3, 7, 7, low=-3, high=-1), kernel_shape=[3, 3],
         pads=[1] * 4),
    case("max-ceil", "MaxPool", x(1, 3, 9, 10), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    case("max-ceil-pads", "MaxPool", x(1, 3, 8, 8), kernel_shape=[3, 3], strides=[2, 2],
         pads=[0, 0, 1, 1], ceil_mode=1),
    case("max-dilation", "MaxPool", x(1, 3, 9, 9), kernel_shape=[3, 3], dilations=[2, 2]),
    case("max-same-upper", "MaxPool", x(1, 3, 9, 8), kernel_shape=[3, 3], strides=[2, 2],
         auto_pad="SAME_UPPER"),
    case("max-same-lower", "MaxPool", x(1, 3, 9, 8), kernel_shape=[2, 2], strides=[2, 2],
         auto_pad="SAME_LOWER"),
    case("max-one-dimensional", "MaxPool", x(1, 3, 19), kernel_shape=[3], strides=[2]),
    case("average", "AveragePool", x(2, 3, 8, 9), kernel_shape=[3, 3], strides=[2, 2],
         pads=[1] * 4),
    case("average-counting", "AveragePool", x(2, 3, 8, 9), kernel_shape=[3, 3], pads=[1] * 4,
         count_include_pad=1),
    case("average-ceil", "AveragePool", x(1, 3, 9, 10), kernel_shape=[2, 2], strides=[2, 2],
         ceil_mode=1),
    case("average-asymmetric", "AveragePool", x(1, 3, 9, 10), kernel_shape=[3, 2],
         strides=[1, 2], pads=[0, 1, 2, 0]),
    case("average-same", "AveragePool", x(1, 3, 9, 10), kernel_shape=[3, 3], strides=[2, 2],
         auto_pad="SAME_UPPER"),
    case("average-dilation", "AveragePool", x(1, 3, 9, 10), kernel_shape=[3, 3],
         dilations=[2, 2], opset=19),
    case("max-three-dimensional", "MaxPool", x(1, 2, 5, 6, 7), kernel_shape=[2, 3, 2],
         strides=[1, 2, 2], pads=[1, 1, 0, 0, 1, 1], ceil_mode=1),
    case("max-indices", "MaxPool", x(2, 3, 6, 5), outputs=2, kernel_shape=[3, 2], pads=[1, 0, 1, 1],
         strides=[2, 1]),
    case("max-indices-columns", "MaxPool", x(2, 3, 6, 5), outputs=2, kernel_shape=[3, 2],
         strides=[2, 1], storage_order=1),
    case("average-three-dimensional", "AveragePool", x(1, 2, 5, 6, 7), kernel_shape=[2, 3, 2],
         strides=[1, 2, 2], pads=[1, 1, 0, 0, 1, 1], count_include_pad=1),
    case("lp", "LpPool", x(2, 3, 8, 7), kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]),
    case("lp-1", "LpPool", x(2, 3, 8), kernel_shape=[3], p=1, auto_pad="SAME_UPPER"),
    case("unpool", "MaxUnpool", x(1, 1, 2, 2), np.array([[[[1, 3], [8, 15]]]], np.int64),
         kernel_shape=[2, 2], strides=[2, 2]),
    case("unpool-shape", "MaxUnpool", x(1, 1, 2, 2), np.array([[[[1, 3], [8, 19]]]], np.int64),
         integers(1, 1, 5, 4), kernel_shape=[2, 2], strides=[2, 2]),
    case("global-lp", "GlobalLpPool", x(2, 5, 7, 6), p=3),
    case("global-average-three-dimensional", "GlobalAveragePool", x(2, 5, 3, 4, 2)),
    case("global-average", "GlobalAveragePool", x(2, 5, 7, 6)),
    case("global-max", "GlobalMaxPool", x(2, 5, 7, 6, low=-3, high=-1)),
    case("reduce-mean", "ReduceMean", x(2, 5, 7, 6), axes=[2, 3], keepdims=0),
    case("reduce-mean-channels", "ReduceMean", x(2, 5, 7, 6), axes=[1]),
    case("reduce-mean-negative", "ReduceMean", x(2, 5, 7), axes=[-1]),
    case("reduce-mean-all", "ReduceMean", x(2, 5, 7), keepdims=0),
    case("reduce-mean-input", "ReduceMean", x(2, 5, 7, 6), integers(2, 3), opset=18),
    case("reduce-sum", "ReduceSum", x(2, 5, 7, 6), integers(1), keepdims=0),
    case("reduce-min", "ReduceMin", x(2, 5, 7, 6), axes=[1, 2]),
    case("reduce-prod", "ReduceProd", x(2, 3, 2, 6), axes=[2], keepdims=0),
    case("reduce-max", "ReduceMax", x(2, 5, 7, 6), axes=[3]),
    case("reduce-l1", "ReduceL1", x(2, 5, 7, 6), integers(1, 3), opset=18),
    case("reduce-l2", "ReduceL2", x(2, 5, 7, 6), axes=[2, 3], keepdims=0),
    case("reduce-log-sum", "ReduceLogSum", x(2, 5, 7, low=0.1), axes=[1]),
    case("reduce-log-sum-exp", "ReduceLogSumExp", x(2, 5, 7, low=-90, high=90), axes=[2]),
    case("reduce-sum-square", "ReduceSumSquare", x(2, 5, 7), axes=[0, 2]),
    case("arg-max", "ArgMax", x(2, 5, 7, 6), axis=1),
    case("arg-min-last", "ArgMin", x(2, 5, 7), axis=-1, keepdims=0, select_last_index=1),
    case("top-k", "TopK", x(3, 20), integers(5), outputs=2),
    case("top-k-least", "TopK", x(3, 9, 4), integers(2), outputs=2, axis=1, largest=0),
    case("top-k-attribute", "TopK", x(3, 20), opset=9, outputs=2, k=4),
    case("cum-sum", "CumSum", x(3, 5, 4), integers(1)),
    case("cum-sum-reverse", "CumSum", x(3, 5, 4), integers(-1), exclusive=1, reverse=1),
]  # fmt: skip

NORMALIZATIONS = [
    case("batch", "BatchNormalization", x(2, 5, 4, 3), positive(5), weights(5), weights(5),
         positive(5)),
    case("batch-epsilon", "BatchNormalization", x(2, 5, 4, 3), weights(5), weights(5), weights(5),
         positive(5), epsilon=0.1),
    case("batch-rank-2", "BatchNormalization", x(4, 5), positive(5), weights(5), weights(5),
         positive(5)),
    case("instance", "InstanceNormalization", x(2, 5, 4, 3), weights(5), weights(5)),
    case("instance-one-dimensional", "InstanceNormalization", x(2, 5, 9), weights(5), weights(5),
         epsilon=0.1),
    case("group", "GroupNormalization", x(2, 6, 4, 3), positive(6), weights(6), opset=21,
         num_groups=3),
    case("group-18", "GroupNormalization", x(2, 6, 4, 3), positive(3), weights(3), opset=18,
         num_groups=3),
    case("layer", "LayerNormalization", x(2, 5, 24), positive(24), weights(24)),
    case("layer-axes", "LayerNormalization", x(2, 5, 4, 3), positive(4, 3), axis=2, epsilon=0.1),
    case("rms", "RMSNormalization", x(2, 5, 24), positive(24), opset=23),
    case("mean-variance", "MeanVarianceNormalization", x(2, 5, 4, 3)),
    case("l1", "LpNormalization", x(2, 5, 4, 3), axis=1, p=1),
    case("l2", "LpNormalization", x(2, 5, 4, 3)),
    case("lrn", "LRN", x(2, 9, 4, 3), size=5, alpha=0.01),
    case("lrn-constants", "LRN", x(1, 9, 4, 3), size=3, alpha=0.1, beta=0.5, bias=2.0),
    case("lrn-wider-than-channels", "LRN", x(1, 3, 4, 3), size=9, alpha=0.1),
]  # fmt: skip

MOVEMENTS = [
    case("concat-channels", "Concat", x(2, 3, 4, 5), x(2, 1, 4, 5), x(2, 6, 4, 5), axis=1),
    case("concat-width", "Concat", x(2, 3, 4, 5), x(2, 3, 4, 1), axis=-1),
    case("concat-batch", "Concat", x(2, 3, 4), x(1, 3, 4), axis=0),
    case("split-even", "Split", x(2, 6, 4), outputs=3, axis=1),
    case("split-sizes", "Split", x(2, 6, 4), integers(1, 5), outputs=2, axis=1),
    case("split-uneven", "Split", x(2, 7, 4), outputs=3, axis=1, num_outputs=3, opset=18),
    case("slice", "Slice", x(2, 6, 7, 8), integers(1, 2), integers(4, 7), integers(1, 3)),
    case("slice-steps", "Slice", x(2, 6, 7, 8), integers(0, 1), integers(7, 8), integers(2, 3),
         integers(2, 3)),
    case("slice-negative", "Slice", x(2, 6, 7), integers(-3), integers(-1), integers(-1)),
    case("slice-reverse", "Slice", x(2, 6, 7), integers(-1), integers(-1000), integers(1),
         integers(-1)),
    case("slice-beyond", "Slice", x(2, 6, 7), integers(3), integers(2**40), integers(1)),
    case("slice-attributes", "Slice", x(2, 6, 7), opset=9, starts=[1], ends=[5], axes=[1]),
    case("pad", "Pad", x(1, 2, 4, 5), integers(0, 0, 1, 2, 0, 1, 3, 0), scalar(0.5)),
    case("pad-crop", "Pad", x(1, 2, 6, 5), integers(0, 0, -1, 0, 0, 0, -2, 1)),
    case("pad-reflect", "Pad", x(1, 2, 4, 5), integers(0, 0, 1, 2, 0, 0, 3, 1), mode="reflect"),
    case("pad-edge", "Pad", x(1, 2, 4, 5), integers(0, 0, 1, 2, 0, 0, 3, 6), mode="edge"),
    case("pad-attributes", "Pad", x(1, 2, 4, 5), opset=7, pads=[0, 0, 1, 1, 0, 0, 1, 1]),
    case("transpose", "Transpose", x(2, 3, 4, 5), perm=[0, 2, 3, 1]),
    case("transpose-reverse", "Transpose", x(2, 3, 4)),
    case("reshape", "Reshape", x(2, 3, 4, 5), integers(0, -1, 10)),
    case("flatten", "Flatten", x(2, 3, 4, 5)),
    case("flatten-2", "Flatten", x(2, 3, 4, 5), axis=2),
    case("squeeze", "Squeeze", x(2, 3, 1, 1), integers(2, 3)),
    case("unsqueeze", "Unsqueeze", x(2, 3), integers(0, -1)),
    case("gather", "Gather", x(2, 6, 4), integers(3, 0, -1), axis=1),
    case("gather-scalar", "Gather", x(2, 6, 4), scalar(2, np.int64), axis=1),
    case("expand", "Expand", x(1, 3, 1, 4), integers(2, 3, 5, 4)),
    case("gather-elements", "GatherElements", x(3, 4), integers(2, 0, -1, 1).reshape(1, 4)),
    case("gather-nd", "GatherND", x(3, 4, 5), integers(2, 0, -1, 1).reshape(2, 2)),
    case("scatter-elements", "ScatterElements", x(3, 4), integers(2, 0, -2, 1).reshape(2, 2),
         x(2, 2), axis=1),
    case("scatter-elements-add", "ScatterElements", x(3, 4), integers(2, 2, 2, 1).reshape(2, 2),
         x(2, 2), axis=1, reduction="add", opset=16),
    case("scatter-nd-max", "ScatterND", x(3, 4), integers(2, 2, 0).reshape(3, 1), x(3, 4),
         reduction="max", opset=18),
    case("reverse-sequence", "ReverseSequence", x(4, 3, 2), integers(4, 1, 3)),
    case("one-hot", "OneHot", integers(1, -1, 9), scalar(4, np.int64), x(2)),
    case("trilu", "Trilu", x(2, 3, 4), scalar(1, np.int64), upper=0),
    case("compress", "Compress", x(3, 4), np.array([True, False, True]), axis=1),
    case("tile", "Tile", x(2, 3, 4, 5), integers(1, 2, 1, 3)),
    case("eye-like", "EyeLike", x(3, 5), k=1),
    case("center-crop-pad", "CenterCropPad", x(2, 5, 6), integers(8, 3), axes=[1, 2], opset=18),
    case("col-to-image", "Col2Im", x(2, 12, 6), integers(5, 6), integers(2, 2), opset=18,
         strides=[2, 2], pads=[0, 0, 0, 1], dilations=[2, 1]),
    case("space-to-depth", "SpaceToDepth", x(2, 3, 4, 6), blocksize=2),
    case("cast", "Cast", x(2, 3), to=TensorProto.FLOAT),
    case("depth-to-space-dcr", "DepthToSpace", x(2, 12, 3, 4), blocksize=2),
    case("depth-to-space-crd", "DepthToSpace", x(2, 18, 3, 4), blocksize=3, mode="CRD"),
]  # fmt: skip


def resize(id, shape, scales=None, sizes=None, roi=None, opset=17, **attributes):
    operands = [x(*shape), *(NONE if list is None else floats(*list) for list in (roi, scales))]
    if sizes is not None:
        operands.append(integers(*sizes))
    return case(id, "Resize", *operands, opset=opset, **attributes)


HALF, ALIGN = "half_pixel", "align_corners"
RESIZES = [
    resize("nearest-2", (1, 2, 4, 5), [1, 1, 2, 2],
           coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    resize("nearest-half-pixel", (1, 2, 4, 5), [1, 1, 1.5, 2.5]),
    resize("nearest-round-ceil", (1, 2, 4, 5), [1, 1, 2, 3], nearest_mode="round_prefer_ceil"),
    resize("nearest-ceil", (1, 2, 6, 5), [1, 1, 0.5, 2],
           coordinate_transformation_mode="asymmetric", nearest_mode="ceil"),
    resize("nearest-sizes", (1, 2, 4, 5), sizes=[1, 2, 7, 11]),
    resize("linear-2", (1, 2, 4, 5), [1, 1, 2, 2], mode="linear"),
    resize("linear-align", (1, 2, 4, 5), sizes=[1, 2, 8, 9], mode="linear",
           coordinate_transformation_mode=ALIGN),
    resize("linear-asymmetric", (1, 2, 4, 5), [1, 1, 2, 3], mode="linear",
           coordinate_transformation_mode="asymmetric"),
    resize("linear-pytorch", (1, 2, 4, 5), sizes=[1, 2, 1, 9], mode="linear",
           coordinate_transformation_mode="pytorch_half_pixel"),
    resize("linear-shrinking", (1, 2, 9, 8), sizes=[1, 2, 4, 5], mode="linear"),
    resize("cubic", (1, 2, 5, 6), [1, 1, 2, 2], mode="cubic"),
    resize("cubic-align", (1, 2, 5, 6), sizes=[1, 2, 9, 11], mode="cubic", cubic_coeff_a=-0.5,
           coordinate_transformation_mode=ALIGN),
    resize("cubic-excluding", (1, 2, 5, 6), [1, 1, 2, 2], mode="cubic", exclude_outside=1,
           coordinate_transformation_mode=HALF),
    resize("linear-axes", (1, 2, 5, 6), [2, 2], mode="linear", axes=[2, 3], opset=18),
    resize("linear-antialias", (1, 2, 9, 8), sizes=[1, 2, 4, 3], mode="linear", antialias=1,
           opset=19),
    resize("cubic-antialias", (1, 2, 9, 8), [1, 1, 0.4, 1.5], mode="cubic", antialias=1, opset=18,
           exclude_outside=1),
    resize("linear-symmetric", (1, 2, 9, 8), [1, 1, 0.4, 1.55], mode="linear", opset=19,
           coordinate_transformation_mode="half_pixel_symmetric"),
    resize("linear-crop", (1, 2, 9, 8), sizes=[1, 2, 6, 5], mode="linear",
           roi=[0, 0, 0.2, -0.1, 1, 1, 1.1, 0.7], extrapolation_value=3.0,
           coordinate_transformation_mode="tf_crop_and_resize"),
    resize("nearest-crop", (1, 2, 9, 8), [1, 1, 2, 0.5],
           roi=[0, 0, 0.2, -0.1, 1, 1, 1.1, 0.7], extrapolation_value=3.0,
           coordinate_transformation_mode="tf_crop_and_resize"),
    resize("nearest-for-tensorflow", (1, 2, 4, 5), [1, 1, 0.5, 1.5], opset=11, roi=[],
           coordinate_transformation_mode="tf_half_pixel_for_nn"),
    resize("not-larger", (1, 2, 6, 5), sizes=[9, 9], mode="linear", axes=[2, 3], opset=18,
           keep_aspect_ratio_policy="not_larger"),
    resize("not-smaller", (1, 2, 6, 5), sizes=[9, 9], axes=[2, 3], opset=18,
           keep_aspect_ratio_policy="not_smaller"),
    case("grid-linear", "GridSample", x(1, 2, 5, 6), x(1, 4, 3, 2, low=-1.5, high=1.5), opset=16),
    case("grid-cubic", "GridSample", x(1, 2, 5, 6), x(1, 4, 3, 2, low=-1.5, high=1.5), opset=16,
         mode="bicubic", padding_mode="reflection", align_corners=1),
    case("grid-nearest", "GridSample", x(1, 2, 5, 6), x(1, 4, 3, 2, low=-1.5, high=1.5), opset=16,
         mode="nearest", padding_mode="border"),
    case("regions", "RoiAlign", x(2, 3, 9, 8), REGIONS, integers(0, 1, 1, 0, 1),
         opset=16, output_height=3, output_width=2),
    case("regions-scaled", "RoiAlign", x(2, 3, 9, 8), REGIONS,
         integers(0, 1, 1, 0, 1), opset=16, output_height=2, output_width=4, sampling_ratio=3,
         spatial_scale=0.5, coordinate_transformation_mode="output_half_pixel"),
    case("regions-10", "RoiAlign", x(1, 2, 6, 6), REGIONS, integers(0, 0, 0, 0, 0),
         opset=10, output_height=2, output_width=2, sampling_ratio=2),
    case("affine-grid", "AffineGrid", x(2, 2, 3), integers(2, 1, 4, 5), opset=20),
    case("selection", "NonMaxSuppression", x(2, 20, 4), x(2, 3, 20), integers(4), floats(0.3),
         floats(0.5)),
    case("resize-10-nearest", "Resize", x(1, 2, 4, 5), floats(1, 1, 2, 0.6), opset=10),
    case("upsample", "Upsample", x(1, 2, 4, 5), floats(1, 1, 2, 2), opset=9),
    case("resize-10", "Resize", x(1, 2, 4, 5), floats(1, 1, 2, 2), opset=10, mode="linear"),
]  # fmt: skip

CASES = (
    CONVOLUTIONS + DEFORMED + TRANSPOSED + MATRICES + ACTIVATIONS + BINARIES + POOLS + NORMALIZATIONS
    + MOVEMENTS + RESIZES
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}-{case.id}")
def test_operator(case, tmp_path):
    model, inputs = case.model(), case.inputs()
    path = save(model, tmp_path / "model.onnx")
    want = expected_outputs(path, inputs)
    failures = []
    for options in [("cpu", "sparse"), ("cpu", "dense"), ("reference", "dense")]:
        device, engine = options
        folder = tmp_path / f"{device}-{engine}"
        got = hewn_outputs(path, inputs, folder, "--device", device, "--engine", engine)
        for name, expected in want.items():
            error = relative_error(got[name], expected)
            if error > TOLERANCE:
                failures.append(f"{device} {engine}, {name}: relative error {error:.2e}")
    assert not failures, "\n".join(failures)


# Known before anything runs.
NOT_COMPARED = {"Constant", "ConstantOfShape", "Shape"}


def test_every_operator_with_a_kernel_is_compared():
    operators = hewn_json("operators")["operators"]
    kernels = {operator["type"] for operator in operators if operator["cpu"] == "kernel"}
    assert kernels - NOT_COMPARED <= {case.op for case in CASES}
    assert NOT_COMPARED <= {operator["type"] for operator in operators}
