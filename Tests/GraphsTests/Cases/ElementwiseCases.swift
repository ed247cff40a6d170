import Graphs
import Tensors

let elementwiseCases: [TypeCase] = [
  accepts(Unary(.activation(.relu)), [floats(2, 3)], [2, 3]),
  accepts(Unary(.negate), [values(.int64, [2])], [2]),
  accepts(Unary(.absolute), [values(.uint8, [2])], [2]),
  accepts(Unary(.activation(.identity)), [values(.bool, [2])], [2]),
  rejects(Unary(.negate), [values(.uint8, [2])], "expected signed numbers"),
  rejects(Unary(.ceil), [values(.int64, [2])], "floating point"),
  accepts(Unary(.exp), [values(.bfloat16, [2])], [2]),
  rejects(Unary(.exp), [], "input X is missing"),
  accepts(Unary(.activation(.relu)), [values(.int8, [2])], [2]),
  rejects(Unary(.activation(.relu)), [values(.uint8, [2])], "expected signed numbers"),
  accepts(Unary(.sign), [values(.uint16, [2])], [2]),
  accepts(Unary(.shrink(lambda: 1, bias: 0)), [values(.int32, [2])], [2]),
  accepts(Unary(.trigonometric(.atanh)), [values(.float64, [2])], [2]),
  accepts(Unary(.activation(.gelu(approximates: true))), [values(.float16, [2])], [2]),
  rejects(Unary(.activation(.mish)), [values(.int32, [2])], "floating point"),
  rejects(Unary(.erf), [values(.bool, [2])], "floating point"),

  accepts(Binary(.add), [floats(2, 3, 4, 4), floats(3, 1, 1)], [2, 3, 4, 4]),
  accepts(Binary(.multiply), [floats(3, 1), floats(1, 4)], [3, 4]),
  accepts(Binary(.subtract), [floats(), floats(2)], [2]),
  accepts(Binary(.divide), [values(.int64, [2]), values(.int64, [])], [2]),
  accepts(Binary(.maximum), [floats(0, 3), floats(1, 3)], [0, 3]),
  accepts(Binary(.power), [floats(2), floats()], [2]),
  rejects(Binary(.add), [floats(2, 3), floats(2)], "do not broadcast"),
  rejects(Binary(.add), [floats(2), values(.float64, [2])], "expected float32 as A"),
  rejects(Binary(.add), [values(.bool, [2]), values(.bool, [2])], "expected numbers"),
  rejects(Binary(.add), [floats(2)], "input B is missing"),
  accepts(Binary(.power), [floats(2), values(.int64, [])], [2]),
  accepts(Binary(.power), [values(.int32, [2]), floats(3, 1)], [3, 2]),
  rejects(Binary(.power), [floats(2), values(.bool, [])], "expected numbers"),
  lacks(Binary(.minimum), [floats(1 << 30, 1), floats(1, 1 << 30)], "2^40 elements"),
  rejects(
    Binary(.add, activation: .relu), [values(.int64, [2]), values(.int64, [2])], "floating point"),

  accepts(Mod(), [values(.int64, [2, 1]), values(.int64, [3])], [2, 3]),
  accepts(Mod(followsDividend: true), [values(.float16, [2]), values(.float16, [])], [2]),
  rejects(Mod(), [floats(2), floats(2)], "ONNX wants fmod = 1"),
  rejects(Mod(), [values(.int64, [2]), values(.int32, [2])], "expected int64 as A"),

  accepts(Mean(), [floats(2, 1), floats(3), floats()], [2, 3]),
  accepts(Mean(), [values(.float64, [2])], [2]),
  rejects(Mean(), [], "no inputs"),
  rejects(Mean(), [floats(2), nil], "input number 1 is missing"),
  rejects(Mean(), [values(.int64, [2])], "floating point"),
  rejects(Mean(), [floats(2), values(.float64, [2])], "expected float32 as number 0"),

  accepts(Clip(), [floats(2, 3), floats(), floats()], [2, 3]),
  accepts(Clip(), [floats(2, 3), nil, floats(1)], [2, 3]),
  accepts(Clip(), [values(.int64, [2])], [2]),
  rejects(Clip(), [floats(2, 3), floats(3)], "input min has shape 3, expected a scalar"),
  rejects(Clip(), [floats(2, 3), nil, values(.float64, [])], "input max is float64"),

  accepts(PRelu(), [floats(1, 3, 4, 4), floats(3, 1, 1)], [1, 3, 4, 4]),
  accepts(PRelu(), [floats(1, 3, 4, 4), floats(1)], [1, 3, 4, 4]),
  accepts(PRelu(), [values(.int32, [2]), values(.int32, [1])], [2]),
  rejects(PRelu(), [floats(1, 3, 4, 4), floats(3)], "do not broadcast"),
  rejects(PRelu(), [floats(3, 1), floats(3, 4)], "does not broadcast to X"),

  accepts(Cast(to: .int64), [floats(2)], types: TensorType(.int64, [2])),
  accepts(Cast(to: .float32), [values(.float16, [2])], types: TensorType(.float32, [2])),
  accepts(Cast(to: .bool), [values(.uint8, [2])], types: TensorType(.bool, [2])),
  accepts(Cast(to: .float16), [floats(2)], types: TensorType(.float16, [2])),
  rejects(Cast(to: .int64), [], "input input is missing"),

  accepts(CastLike(), [floats(2), values(.int8, [5])], types: TensorType(.int8, [2])),
  rejects(CastLike(), [floats(2)], "input target_type is missing"),

  accepts(Identity(), [values(.bool, [2, 0])], [2, 0]),
  rejects(Identity(), [floats(1), floats(1)], "2 inputs, expected at most 1"),
]

let matrixCases: [TypeCase] = [
  accepts(Gemm(), [floats(2, 3), floats(3, 4)], [2, 4]),
  accepts(Gemm(transposesA: true), [floats(3, 2), floats(3, 4)], [2, 4]),
  accepts(Gemm(transposesB: true), [floats(2, 3), floats(4, 3), floats(4)], [2, 4]),
  accepts(Gemm(), [floats(2, 3), floats(3, 4), floats(2, 1)], [2, 4]),
  accepts(Gemm(), [floats(2, 3), floats(3, 4), floats()], [2, 4]),
  rejects(Gemm(), [floats(2, 3), floats(4, 3)], "depths differ"),
  rejects(Gemm(), [floats(2, 3, 1), floats(3, 3)], "expected two matrices"),
  rejects(Gemm(), [floats(2, 3), floats(3, 4), floats(3)], "do not broadcast"),
  rejects(Gemm(), [floats(2, 3), floats(3, 4), floats(1, 2, 4)], "does not broadcast to 2×4"),
  rejects(Gemm(), [values(.int32, [2, 3]), values(.int32, [3, 4])], "floating point"),

  accepts(Det(), [floats(5, 3, 3)], [5]),
  accepts(Det(), [floats(2, 2)], []),
  rejects(Det(), [floats(2, 3)], "expected square matrices"),
  rejects(Det(), [floats(2)], "expected square matrices"),
  rejects(Det(), [values(.int64, [2, 2])], "expected floating point"),

  accepts(Einsum("bij, bjk -> bik"), [floats(5, 2, 3), floats(5, 3, 4)], [5, 2, 4]),
  accepts(Einsum("bij,bjk"), [floats(5, 2, 3), floats(1, 3, 4)], [2, 4]),
  accepts(Einsum("cb"), [floats(2, 3)], [3, 2]),
  accepts(Einsum("...ij,jk->...ik"), [floats(6, 7, 2, 3), floats(3, 4)], [6, 7, 2, 4]),
  accepts(Einsum("...,..."), [floats(6, 1), floats(1, 5)], [6, 5]),
  accepts(Einsum("ii->"), [values(.int32, [3, 3])], types: TensorType(.int32, [])),
  accepts(Einsum("...->"), [floats(3, 3)], []),
  accepts(Einsum("->"), [floats()], []),
  rejects(Einsum("ij,jk->ik"), [floats(2, 3), floats(4, 5)], "axis j has extents 3 and 4"),
  rejects(Einsum("ii->i"), [floats(2, 3)], "axis i has extents 2 and 3"),
  rejects(Einsum("ij->ik"), [floats(2, 3)], "no input has axis k"),
  rejects(Einsum("ij->ii"), [floats(2, 3)], "names an axis of the output twice"),
  rejects(Einsum("ij->i->j"), [floats(2, 3)], "is no list of terms"),
  rejects(Einsum("......"), [floats(2, 3)], "is no list of terms"),
  rejects(Einsum("i1"), [floats(2, 3)], "is no list of terms"),
  rejects(Einsum("ij"), [floats(2, 3, 4)], "does not fit an input of rank 3"),
  rejects(Einsum("ijk..."), [floats(2, 3)], "does not fit an input of rank 2"),
  rejects(Einsum("...i,...i"), [floats(2, 3), floats(3)], "stands for [0, 1] axes"),
  rejects(Einsum("ij,jk"), [floats(2, 3)], "has 2 terms for 1 inputs"),
  rejects(Einsum("ij,jk"), [floats(2, 3), values(.int32, [3, 2])], "numbers of one type"),
  rejects(Einsum("ij"), [values(.bool, [3, 2])], "numbers of one type"),
  rejects(Einsum("ij"), [], "numbers of one type"),
  lacks(
    Einsum("a,b,c->abc"), [floats(1 << 20), floats(1 << 20), floats(1 << 20)], "more than 2^40"),
  lacks(
    Einsum("abcde,fghij->abcdefghij"), [floats(1, 1, 1, 1, 1), floats(1, 1, 1, 1, 1)], "rank 10"),

  accepts(MatMul(), [floats(2, 3), floats(3, 4)], [2, 4]),
  accepts(MatMul(), [floats(5, 1, 2, 3), floats(6, 3, 4)], [5, 6, 2, 4]),
  accepts(MatMul(), [floats(3), floats(3)], []),
  accepts(MatMul(), [floats(3), floats(7, 3, 4)], [7, 4]),
  accepts(MatMul(), [floats(7, 2, 3), floats(3)], [7, 2]),
  rejects(MatMul(), [floats(2, 3), floats(4, 2)], "depths differ"),
  rejects(MatMul(), [floats(), floats(3)], "expected no scalars"),
  rejects(MatMul(), [floats(2, 2, 3), floats(3, 3, 2)], "do not broadcast"),
]

let normalizationCases: [TypeCase] = [
  accepts(
    BatchNormalization(), [floats(2, 3, 4, 4), floats(3), floats(3), floats(3), floats(3)],
    [2, 3, 4, 4]),
  accepts(
    BatchNormalization(), [floats(2, 3), floats(3), floats(3), floats(3), floats(3)], [2, 3]),
  rejects(
    BatchNormalization(), [floats(2, 3, 4, 4), floats(3), floats(3), floats(4), floats(3)],
    "input input_mean has shape 4, expected 3"),
  rejects(
    BatchNormalization(), [floats(2, 3, 4, 4), floats(3), floats(3), floats(3)],
    "input input_var is missing"),
  rejects(BatchNormalization(), [floats(2)], "batch and channels"),
  accepts(
    BatchNormalization(),
    [values(.float16, [2, 3]), floats(3), floats(3), floats(3), floats(3)], [2, 3]),
  rejects(
    BatchNormalization(), [floats(2, 3), values(.int32, [3]), floats(3), floats(3), floats(3)],
    "floating point"),

  accepts(InstanceNormalization(), [floats(2, 3, 4), floats(3), floats(3)], [2, 3, 4]),
  rejects(InstanceNormalization(), [floats(2, 3), floats(3), floats(3)], "spatial axes"),
  rejects(InstanceNormalization(), [floats(2, 3, 4), floats(3)], "B is missing"),
  rejects(
    InstanceNormalization(), [floats(2, 3, 4), floats(4), floats(3)], "scale has shape 4"),
  accepts(GroupNormalization(groups: 2), [floats(2, 4, 5), floats(4), floats(4)], [2, 4, 5]),
  accepts(
    GroupNormalization(groups: 2, scalesGroups: true), [floats(2, 4, 5), floats(2), floats(2)],
    [2, 4, 5]),
  rejects(
    GroupNormalization(groups: 2), [floats(2, 4, 5), floats(2), floats(2)], "one per channel"),
  rejects(
    GroupNormalization(groups: 3), [floats(2, 4, 5), floats(4), floats(4)], "do not divide"),
  rejects(
    GroupNormalization(groups: 0), [floats(2, 4, 5), floats(4), floats(4)], "num_groups = 0"),
  accepts(LayerNormalization(), [floats(2, 4, 5), floats(5)], [2, 4, 5]),
  accepts(
    LayerNormalization(axis: 1, statistics: .float32),
    [values(.float16, [2, 4, 5]), values(.float16, [4, 5]), values(.float16, [5])],
    types: TensorType(.float16, [2, 4, 5]), TensorType(.float32, [2, 1, 1]),
    TensorType(.float32, [2, 1, 1])),
  rejects(LayerNormalization(axis: 3), [floats(2, 4, 5), floats(5)], "axis 3 does not exist"),
  rejects(LayerNormalization(), [floats(2, 1), floats(5)], "does not broadcast"),
  rejects(LayerNormalization(), [floats(2, 5)], "Scale is missing"),
  rejects(LayerNormalization(statistics: .int32), [floats(2, 5), floats(5)], "stash_type"),
  accepts(
    RMSNormalization(), [values(.float16, [2, 5]), floats(5)],
    types: TensorType(.float32, [2, 5])),
  rejects(RMSNormalization(), [floats(2, 1), floats(5)], "does not broadcast"),
  accepts(MeanVarianceNormalization(), [floats(2, 3, 4, 5)], [2, 3, 4, 5]),
  rejects(MeanVarianceNormalization(), [floats(2, 3)], "axis 2 does not exist"),
  accepts(LpNormalization(axis: 0, exponent: 1), [floats(2, 3)], [2, 3]),
  rejects(LpNormalization(exponent: 3), [floats(2, 3)], "p is 3"),
  rejects(LpNormalization(axis: 2), [floats(2, 3)], "axis 2 does not exist"),

  accepts(LRN(size: 5), [floats(1, 96, 55, 55)], [1, 96, 55, 55]),
  rejects(LRN(size: 0), [floats(1, 96, 55, 55)], "size is 0"),
  rejects(LRN(size: -3), [floats(1, 96, 55, 55)], "size is -3"),
  accepts(LRN(size: 4), [floats(1, 96, 55, 55)], [1, 96, 55, 55]),
  rejects(LRN(size: 3), [floats(3)], "batch and channels"),

  accepts(Softmax(), [floats(2, 1000)], [2, 1000]),
  accepts(Softmax(axis: 1, flattens: true), [floats(2, 1000, 1, 1)], [2, 1000, 1, 1]),
  rejects(Softmax(axis: 2), [floats(2, 1000)], "axis 2 does not exist"),
  rejects(Softmax(), [floats()], "axis -1 does not exist"),
]
