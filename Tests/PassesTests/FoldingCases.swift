import Graphs
import Passes
import ReferenceBackend
import Tensors

extension PassCase {
  static let folding: [PassCase] = [
    PassCase(
      "a normalization goes into a convolution", FoldBatchNormalization(),
      want: """
        applied BatchNormalization "bn": into Conv "conv"
        bn: [2×3×5×4] = Conv(x, conv.w: [3×2×3×3], conv.b: [3]) {pads 1 1 1 1}
        return bn
        """
    ) { net in
      let x = net.input("x", [2, 2, 5, 4])
      let y = try net.conv("conv", x, filters: 3)
      return net.returning(try net.normalization("bn", y))
    },
    PassCase(
      "a convolution without a bias gets one", FoldBatchNormalization(),
      want: """
        applied BatchNormalization "bn": into Conv "conv"
        bn: [1×6×7] = Conv(x, conv.w: [6×2×3], conv.bias: [6]) {pads 1 1, groups 2}
        return bn
        """
    ) { net in
      let x = net.input("x", [1, 4, 7])
      let y = try net.conv("conv", x, filters: 6, groups: 2, bias: false)
      return net.returning(try net.normalization("bn", y))
    },
    PassCase(
      "a normalization goes into a grouped transposed convolution", FoldBatchNormalization(),
      want: """
        applied BatchNormalization "bn": into ConvTranspose "up"
        bn: [1×6×6×6] = ConvTranspose(x, w: [4×3×2×2], up.bias: [6]) {strides 2 2, groups 2}
        return bn
        """
    ) { net in
      let x = net.input("x", [1, 4, 3, 3])
      let w = net.weight("w", [4, 3, 2, 2])
      let y = try net.node("up", ConvTranspose(strides: [2, 2], groups: 2), x, w)
      return net.returning(try net.normalization("bn", y))
    },
    PassCase(
      "a normalization goes into Gemm, whose beta goes into the bias", FoldBatchNormalization(),
      want: """
        applied BatchNormalization "bn": into Gemm "fc"
        bn: [2×4] = Gemm(x, w: [3×4], b: [4]) {alpha 0.5}
        return bn
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let y = try net.node(
        "fc", Gemm(alpha: 0.5, beta: 2), x, net.weight("w", [3, 4]), net.weight("b", [1, 4]))
      return net.returning(try net.normalization("bn", y))
    },
    PassCase(
      "two normalizations in a row", FoldBatchNormalization(),
      want: """
        applied BatchNormalization "bn1": into Conv "conv"
        applied BatchNormalization "bn2": into Conv "conv"
        bn2: [1×3×3×3] = Conv(x, conv.w: [3×2×3×3], conv.b: [3]) {pads 1 1 1 1}
        return bn2
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      var y = try net.conv("conv", x, filters: 3)
      y = try net.normalization("bn1", y)
      return net.returning(try net.normalization("bn2", y))
    },
    PassCase(
      "no convolution before it", FoldBatchNormalization(),
      want: """
        blocked BatchNormalization "bn": no convolution before it
        bn: [1×2×3×3] = BatchNormalization(x, bn.gain: [2], bn.bias: [2], bn.mean: [2], \
        bn.variance: [2]) {epsilon 1e-05}
        return bn
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      return net.returning(try net.normalization("bn", x))
    },
    PassCase(
      "the convolution is used twice", FoldBatchNormalization(),
      want: """
        blocked BatchNormalization "bn": its input is used elsewhere
        conv: [1×3×3×3] = Conv(x, conv.w: [3×2×3×3], conv.b: [3]) {pads 1 1 1 1}
        bn: [1×3×3×3] = BatchNormalization(conv, bn.gain: [3], bn.bias: [3], bn.mean: [3], \
        bn.variance: [3]) {epsilon 1e-05}
        relu: [1×3×3×3] = Relu(conv)
        return bn, relu
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let y = try net.conv("conv", x, filters: 3)
      return net.returning(try net.normalization("bn", y), try net.activation("relu", .relu, y))
    },
    PassCase(
      "the convolution is an output of the graph", FoldBatchNormalization(),
      want: """
        blocked BatchNormalization "bn": its input is used elsewhere
        conv: [1×3×3×3] = Conv(x, conv.w: [3×2×3×3], conv.b: [3]) {pads 1 1 1 1}
        bn: [1×3×3×3] = BatchNormalization(conv, bn.gain: [3], bn.bias: [3], bn.mean: [3], \
        bn.variance: [3]) {epsilon 1e-05}
        return bn, conv
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let y = try net.conv("conv", x, filters: 3)
      return net.returning(try net.normalization("bn", y), y)
    },
    PassCase(
      "an activation, a residual or computed weights are in the way", FoldBatchNormalization(),
      want: """
        blocked BatchNormalization "bna": Conv "a" has an activation already
        blocked BatchNormalization "bnb": Conv "b" adds a residual already
        blocked BatchNormalization "bnc": the weights of Conv "c" are not constant
        v: [2×2×1×1] = Relu(w2)
        a: [1×2×3×3] = Conv(x, w: [2×2×1×1]) {relu}
        b: [1×2×3×3] = Conv(x, w: [2×2×1×1], _, x) {residual}
        c: [1×2×3×3] = Conv(x, v)
        bna: [1×2×3×3] = BatchNormalization(a, bna.gain: [2], bna.bias: [2], bna.mean: [2], \
        bna.variance: [2]) {epsilon 1e-05}
        bnb: [1×2×3×3] = BatchNormalization(b, bnb.gain: [2], bnb.bias: [2], bnb.mean: [2], \
        bnb.variance: [2]) {epsilon 1e-05}
        bnc: [1×2×3×3] = BatchNormalization(c, bnc.gain: [2], bnc.bias: [2], bnc.mean: [2], \
        bnc.variance: [2]) {epsilon 1e-05}
        return bna, bnb, bnc
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let w = net.weight("w", [2, 2, 1, 1])
      let computed = try net.activation("v", .relu, net.input("w2", [2, 2, 1, 1]))
      let a = try net.node("a", Conv(activation: .relu), x, w)
      let b = try net.node("b", Conv(addsResidual: true), x, w, nil, x)
      let c = try net.node("c", Conv(), x, computed)
      return net.returning(
        try net.normalization("bna", a), try net.normalization("bnb", b),
        try net.normalization("bnc", c))
    },
    PassCase(
      "statistics that are computed", FoldBatchNormalization(),
      want: """
        blocked BatchNormalization "bn": its parameters are not constant
        conv: [1×2×3×3] = Conv(x, conv.w: [2×2×3×3], conv.b: [2]) {pads 1 1 1 1}
        bn: [1×2×3×3] = BatchNormalization(conv, s: [2], s: [2], mean, s: [2]) {epsilon 1e-05}
        return bn
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let y = try net.conv("conv", x, filters: 2)
      let s = net.weight("s", [2])
      return net.returning(
        try net.node("bn", BatchNormalization(), y, s, s, net.input("mean", [2]), s))
    },
    PassCase(
      "a variance of −epsilon", FoldBatchNormalization(),
      want: """
        blocked BatchNormalization "bn": its constants are not finite
        conv: [1×2×3×3] = Conv(x, conv.w: [2×2×3×3], conv.b: [2]) {pads 1 1 1 1}
        bn: [1×2×3×3] = BatchNormalization(conv, one: [2], one: [2], one: [2], zero: [2]) \
        {epsilon 0.0}
        return bn
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let y = try net.conv("conv", x, filters: 2)
      let zero = net.constant("zero", [2], [0, 0])
      let one = net.constant("one", [2], [1, 1])
      return net.returning(
        try net.node("bn", BatchNormalization(epsilon: 0), y, one, one, one, zero))
    },
    PassCase(
      "arithmetic with constants goes into a convolution", FoldScaleAndShift(),
      want: """
        applied Mul "mul": into Conv "conv"
        applied Add "add": into Conv "conv"
        applied Div "div": into Conv "conv"
        applied Sub "sub": into Conv "conv"
        applied Sub "rsub": into Conv "conv"
        rsub: [1×3×3×3] = Conv(x, conv.w: [3×2×3×3], conv.b: [3]) {pads 1 1 1 1}
        return rsub
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      var y = try net.conv("conv", x, filters: 3)
      y = try net.binary("mul", .multiply, y, net.weight("m", [3, 1, 1]))
      y = try net.binary("add", .add, net.weight("a", [1, 3, 1, 1]), y)
      y = try net.binary("div", .divide, y, net.scalar("d", 4))
      y = try net.binary("sub", .subtract, y, net.constant("s", [1], [0.5]))
      return net.returning(try net.binary("rsub", .subtract, net.scalar("r", 1), y))
    },
    PassCase(
      "a bias is added to Gemm", FoldScaleAndShift(),
      want: """
        applied Add "add": into Gemm "fc"
        add: [2×4] = Gemm(x, w: [4×3], fc.bias: [4]) {transposesB}
        return add
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let y = try net.node("fc", Gemm(transposesB: true), x, net.weight("w", [4, 3]))
      return net.returning(try net.binary("add", .add, y, net.weight("b", [4])))
    },
    PassCase(
      "constants that differ between pixels or rows, enlarge, divide, or are infinite",
      FoldScaleAndShift(),
      want: """
        blocked Add "sum": its constant is not one number for each channel
        blocked Add "large": its constant is not one number for each channel
        blocked Div "zero": its constants are not finite
        a: [1×2×2×2] = Conv(x, a.w: [2×2×3×3], a.b: [2]) {pads 1 1 1 1}
        b: [1×2×2×2] = Conv(x, b.w: [2×2×3×3], b.b: [2]) {pads 1 1 1 1}
        c: [1×2×2×2] = Conv(x, c.w: [2×2×3×3], c.b: [2]) {pads 1 1 1 1}
        d: [1×2×2×2] = Conv(x, d.w: [2×2×3×3], d.b: [2]) {pads 1 1 1 1}
        sum: [1×2×2×2] = Add(a, row: [2×1])
        large: [3×2×2×2] = Add(b, batch: [3×1×1×1])
        ratio: [1×2×2×2] = Div(one: [], c)
        zero: [1×2×2×2] = Div(d, nought: [])
        return sum, large, ratio, zero
        """
    ) { net in
      let x = net.input("x", [1, 2, 2, 2])
      let a = try net.conv("a", x, filters: 2)
      let b = try net.conv("b", x, filters: 2)
      let c = try net.conv("c", x, filters: 2)
      let d = try net.conv("d", x, filters: 2)
      let sum = try net.binary("sum", .add, a, net.weight("row", [2, 1]))
      let large = try net.binary("large", .add, b, net.weight("batch", [3, 1, 1, 1]))
      let ratio = try net.binary("ratio", .divide, net.scalar("one", 1), c)
      return net.returning(
        sum, large, ratio, try net.binary("zero", .divide, d, net.scalar("nought", 0)))
    },
    PassCase(
      "masked weights", FoldConstants(evaluate: Reference.evaluate),
      want: """
        applied Mul "w": computed
        conv: [1×1×3×2] = Conv(x, w: [1×2×1×2])
        return conv
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let mask = net.constant("mask", [1, 2, 1, 2], [1, 0, 0, 1])
      let w = try net.binary("w", .multiply, net.weight("orig", [1, 2, 1, 2]), mask)
      return net.returning(try net.node("conv", Conv(), x, w))
    },
    PassCase(
      "shapes and constants that are outputs", FoldConstants(evaluate: Reference.evaluate),
      want: """
        applied Shape "shape": computed
        applied Gather "h": computed
        applied Cast "real": computed
        relu: [1×2×3×4] = Relu(x)
        return relu, real: [1]
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 4])
      let shape = try net.node("shape", ShapeOf(), x)
      let height = try net.node("h", Gather(), shape, net.integers("index", [2]))
      let real = try net.node("real", Cast(to: .float64), height)
      return net.returning(try net.activation("relu", .relu, x), real)
    },
    PassCase(
      "a constant that is too large",
      FoldConstants(evaluate: Reference.evaluate, maximumByteCount: 64),
      want: """
        blocked Expand "large": its constant output float64[1×9] takes 72 bytes, above the \
        limit of 64
        large: [1×9] = Expand(one: [], s: int64[2])
        sum: [1×9] = Add(x, large)
        return sum
        """
    ) { net in
      let x = net.input("x", [1, 9])
      let large = try net.node("large", Expand(), net.scalar("one", 1), net.integers("s", [1, 9]))
      return net.returning(try net.binary("sum", .add, x, large))
    },
  ]
}
