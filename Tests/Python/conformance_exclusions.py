"""Which of ONNX's test cases are left out, and why; which make sense in a CNN."""

import dataclasses
import re

DEVICES = ("reference", "cpu")


@dataclasses.dataclass(frozen=True)
class Exclusion:
    """Leaves out the cases that have one of these operators, one of these types or this name."""

    reason: str
    operators: frozenset = frozenset()
    types: frozenset = frozenset()
    # A regular expression for the whole of SUITE/NAME.
    names: str = ""
    opsets: range = range(0)
    devices: tuple = DEVICES
    # Such cases are not even tried.
    is_too_slow: bool = False

    def matches(self, id, traits):
        return bool(
            self.operators & traits.operators
            or self.types & traits.types
            or traits.opset in self.opsets
            or (self.names and re.fullmatch(self.names, id))
        )


def operators(reason, text, **others):
    return Exclusion(reason, operators=frozenset(text.split()), **others)


def types(reason, text):
    return Exclusion(reason, types=frozenset(text.split()))


def names(reason, *patterns, **others):
    return Exclusion(reason, names="|".join(patterns), **others)


# The first that matches gives the reason.
EXCLUSIONS = [
    # Types that no value of Hewn has.
    types("strings are no numbers", "string"),
    operators("strings are no numbers", "StringNormalizer TfIdfVectorizer"),
    types("sequences and optional values are no tensors", "sequence_type optional_type"),
    operators("sequences and optional values are no tensors",
              "SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert"
              " SequenceLength SequenceMap SplitToSequence ConcatFromSequence"
              " OptionalHasElement OptionalGetElement"),
    types("8-bit floating point is for quantized networks",
          "float8e4m3fn float8e4m3fnuz float8e5m2 float8e5m2fnuz float8e8m0"),
    types("elements below one byte are for quantized networks",
          "int4 uint4 int2 uint2 float4e2m1"),
    # Other operator sets.
    operators("classical machine learning (ai.onnx.ml)",
              "ai.onnx.ml.ArrayFeatureExtractor ai.onnx.ml.Binarizer ai.onnx.ml.LabelEncoder"
              " ai.onnx.ml.TreeEnsemble"),
    operators("training (ai.onnx.preview.training)",
              "ai.onnx.preview.training.Adagrad ai.onnx.preview.training.Adam"
              " ai.onnx.preview.training.Gradient ai.onnx.preview.training.Momentum"),
    operators("a preview operator of transformers", "ai.onnx.preview.FlexAttention"),
    # Operators of networks that are not convolutional, or not ready for inference.
    operators("losses belong to training", "NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss"),
    names("BatchNormalization with statistics of the batch belongs to training",
          "node/test_batchnorm_.*_training_mode"),
    names("Dropout that drops belongs to training", "node/test_training_dropout(?!_zero_ratio).*"),
    names("indices that count in another shape than the one asked for, unlike those of MaxPool",
          "node/test_maxunpool_export_with_output_shape"),
    operators("recurrent networks", "RNN LSTM GRU"),
    operators("transformers", "Attention LinearAttention RotaryEmbedding CausalConvWithState"),
    operators("quantized arithmetic", "QLinearConv QLinearMatMul ConvInteger MatMulInteger"
              " QuantizeLinear DequantizeLinear DynamicQuantizeLinear"),
    operators("signal processing", "DFT STFT BlackmanWindow HammingWindow HannWindow"
              " MelWeightMatrix"),
    operators("decodes image files; hewn run --image does", "ImageDecoder"),
    operators("random outputs cannot be compared", "Bernoulli RandomUniformLike RandomNormalLike"
              " RandomUniform RandomNormal Multinomial"),
    operators("control flow: which nodes run depends on data", "If Loop Scan"),
    Exclusion("operator sets before 6 are of 2017", opsets=range(1, 6)),
    names("minutes in double precision", "light/.*", devices=("reference",), is_too_slow=True),
]  # fmt: skip

# Operators of ai.onnx that occur, or could, in a convolutional network for inference in floating
# point; whole expanded cases are judged by what they consist of.
CNN_OPERATORS = frozenset(
    # Convolutions, pooling, matrices
    "Conv ConvTranspose DeformConv AveragePool MaxPool LpPool GlobalAveragePool GlobalMaxPool"
    " GlobalLpPool MaxUnpool RoiAlign MaxRoiPool Gemm MatMul Einsum Col2Im"
    # Normalization and softmax
    " BatchNormalization InstanceNormalization GroupNormalization LayerNormalization"
    " RMSNormalization LpNormalization MeanVarianceNormalization LRN Softmax LogSoftmax Hardmax"
    # Reductions
    " ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd"
    " ReduceSum ReduceSumSquare ArgMax ArgMin CumSum CumProd TopK"
    # Activations
    " Relu LeakyRelu PRelu ThresholdedRelu Elu Selu Celu Gelu Mish Sigmoid HardSigmoid HardSwish"
    " Swish Tanh Softplus Softsign Shrink Clip Dropout"
    # Elementwise functions
    " Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor IsInf IsNaN Log Neg Not"
    " Reciprocal Round Sign Sin Sinh Sqrt Tan Add Sub Mul Div Mod Pow Max Min Sum Mean And Or Xor"
    " BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Equal Greater GreaterOrEqual Less"
    " LessOrEqual Where"
    # Shapes, constants, types
    " Cast CastLike BitCast Constant ConstantOfShape EyeLike Identity OneHot Range Reshape Flatten"
    " Shape Size Squeeze Unsqueeze"
    # Movement
    " CenterCropPad Compress Concat DepthToSpace SpaceToDepth Expand Gather GatherElements GatherND"
    " Pad ReverseSequence Scatter ScatterElements ScatterND Slice Split Tile Transpose Trilu"
    # Resampling and detection
    " Resize Upsample GridSample AffineGrid NonMaxSuppression Det"
    # What leaves an output's size to data, quantizes, or chooses among graphs, also occurs.
    " NonZero If".split()
)

CNN_TYPES = frozenset(
    "float double float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()
)
