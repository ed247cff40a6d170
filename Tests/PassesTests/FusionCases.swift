import Graphs
import Passes
import Tensors

extension PassCase {
  static let fusion: [PassCase] = [
    PassCase(
      "activations go into what computes their input", FuseActivation(),
      want: """
        applied Relu "a": into Conv "conv"
        applied LeakyRelu "b": into ConvTranspose "up"
        applied Swish "c": into Add "add"
        applied Clip "d": into Gemm "fc"
        a: [1×2×3×3] = Conv(x, conv.w: [2×2×3×3], conv.b: [2]) {pads 1 1 1 1, relu}
        b: [1×2×3×3] = ConvTranspose(x, w: [2×2×1×1]) {leakyRelu(0.25)}
        c: [1×2×3×3] = Add(a, b) {silu}
        flat: [1×18] = Flatten(c) {axis 1}
        d: [1×2] = Gemm(flat, v: [18×2]) {clip(-1.0, 2.0)}
        return d
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let a = try net.activation("a", .relu, net.conv("conv", x, filters: 2))
      let up = try net.node("up", ConvTranspose(), x, net.weight("w", [2, 2, 1, 1]))
      let b = try net.activation("b", .leakyRelu(slope: 0.25), up)
      let c = try net.activation("c", .silu, net.binary("add", .add, a, b))
      let flat = try net.node("flat", Flatten(), c)
      let fc = try net.node("fc", Gemm(), flat, net.weight("v", [18, 2]))
      return net.returning(try net.activation("d", .clip(lower: -1, upper: 2), fc))
    },
    PassCase(
      "what is used elsewhere, or active already", FuseActivation(),
      want: """
        applied Relu "a": into Conv "once"
        blocked Tanh "b": Conv "conv" is used elsewhere
        blocked Sigmoid "c": Conv "once" has an activation already
        conv: [1×2×3×3] = Conv(x, conv.w: [2×2×3×3], conv.b: [2]) {pads 1 1 1 1}
        a: [1×2×3×3] = Conv(x, once.w: [2×2×3×3], once.b: [2]) {pads 1 1 1 1, relu}
        b: [1×2×3×3] = Tanh(conv)
        c: [1×2×3×3] = Sigmoid(a)
        d: [1×2×3×3] = HardSwish(x)
        return b, conv, c, d
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let y = try net.conv("conv", x, filters: 2)
      let a = try net.activation("a", .relu, net.conv("once", x, filters: 2))
      return net.returning(
        try net.activation("b", .tanh, y), y, try net.activation("c", .sigmoid, a),
        try net.activation("d", .hardSwish, x))
    },
    PassCase(
      "a residual goes into the later convolution", FuseResidual(),
      want: """
        applied Add "sum": into Conv "b"
        a: [1×3×3×3] = Conv(x, a.w: [3×2×3×3], a.b: [3]) {pads 1 1 1 1}
        sum: [1×3×3×3] = Conv(x, b.w: [3×2×3×3], _, a) {pads 1 1 1 1, residual}
        relu: [1×3×3×3] = Relu(sum)
        return relu
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let a = try net.conv("a", x, filters: 3)
      let b = try net.conv("b", x, filters: 3, bias: false)
      let sum = try net.binary("sum", .add, b, a)
      return net.returning(try net.activation("relu", .relu, sum))
    },
    PassCase(
      "the earlier convolution takes it where the later one cannot", FuseResidual(),
      want: """
        applied Add "sum": into Conv "a"
        b: [1×2×3×3] = Conv(x, b.w: [2×2×3×3], b.b: [2]) {pads 1 1 1 1}
        sum: [1×2×3×3] = Conv(x, a.w: [2×2×3×3], a.b: [2], b) {pads 1 1 1 1, residual, relu}
        return sum, b
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let a = try net.conv("a", x, filters: 2)
      let b = try net.conv("b", x, filters: 2)
      let sum = try net.node("sum", Binary(.add, activation: .relu), a, b)
      return net.returning(sum, b)
    },
    PassCase(
      "a residual that is computed after the convolution", FuseResidual(),
      want: """
        applied Add "sum": into Conv "a"
        late: [1×2×3×3] = Tanh(x)
        sum: [1×2×3×3] = Conv(x, a.w: [2×2×3×3], a.b: [2], late) {pads 1 1 1 1, residual}
        return sum
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let a = try net.conv("a", x, filters: 2)
      let late = try net.activation("late", .tanh, x)
      return net.returning(try net.binary("sum", .add, a, late))
    },
    PassCase(
      "sums that no convolution can take", FuseResidual(),
      want: """
        blocked Add "doubled": Conv "a" is used elsewhere
        blocked Add "broadcast": its operands differ in shape
        blocked Add "constant": its other operand is constant
        blocked Add "active": Conv "d" has an activation already
        blocked Add "second": Conv "e" adds a residual already
        a: [1×2×3×3] = Conv(x, a.w: [2×2×3×3], a.b: [2]) {pads 1 1 1 1}
        b: [1×2×3×3] = Conv(x, b.w: [2×2×3×3], b.b: [2]) {pads 1 1 1 1}
        c: [1×2×3×3] = Conv(x, c.w: [2×2×3×3], c.b: [2]) {pads 1 1 1 1}
        d: [1×2×3×3] = Conv(x, w: [2×2×1×1]) {relu}
        e: [1×2×3×3] = Conv(x, v: [2×2×1×1], _, x) {residual}
        doubled: [1×2×3×3] = Add(a, a)
        broadcast: [1×2×3×3] = Add(b, row)
        constant: [1×2×3×3] = Add(c, k: [1×2×3×3])
        active: [1×2×3×3] = Add(d, x)
        second: [1×2×3×3] = Add(e, x)
        inputs: [1×2×3×3] = Add(x, x)
        return doubled, broadcast, constant, active, second, inputs
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let a = try net.conv("a", x, filters: 2)
      let b = try net.conv("b", x, filters: 2)
      let c = try net.conv("c", x, filters: 2)
      let d = try net.node("d", Conv(activation: .relu), x, net.weight("w", [2, 2, 1, 1]))
      let e = try net.node("e", Conv(addsResidual: true), x, net.weight("v", [2, 2, 1, 1]), nil, x)
      return net.returning(
        try net.binary("doubled", .add, a, a),
        try net.binary("broadcast", .add, b, net.input("row", [1, 2, 1, 3])),
        try net.binary("constant", .add, c, net.weight("k", [1, 2, 3, 3])),
        try net.binary("active", .add, d, x), try net.binary("second", .add, e, x),
        try net.binary("inputs", .add, x, x))
    },
    PassCase(
      // A sixth is no number in single precision, which attributes have.
      "x · sigmoid(x) and x · hardSigmoid(x)", RecognizeSwish(), tolerance: 1e-7,
      want: """
        applied Mul "a": now Swish
        applied Mul "b": now HardSwish
        a: [2×3] = Swish(x)
        b: [2×3] = HardSwish(a)
        return b
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let a = try net.binary("a", .multiply, x, net.activation("s", .sigmoid, x))
      let gate = try net.activation("h", .hardSigmoid(alpha: 1 / 6, beta: 0.5), a)
      let b = try net.binary("b", .multiply, gate, a)
      return net.returning(b)
    },
    PassCase(
      "x · clip(x + 3, 0, 6) / 6 in its four forms", RecognizeSwish(),
      want: """
        applied Div "a": now HardSwish
        applied Mul "b": now HardSwish
        applied Mul "c": now HardSwish
        applied Mul "d": now HardSwish
        a: [2×3] = HardSwish(x)
        b: [2×3] = HardSwish(x)
        c: [2×3] = HardSwish(x)
        d: [2×3] = HardSwish(x)
        return a, b, c, d
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let (three, six) = (net.scalar("three", 3), net.constant("six", [1], [6]))
      let sixth = net.scalar("sixth", 1.0 / 6)
      func gate(_ net: inout Net, _ index: Int) throws -> ValueID {
        let (a, b) = index % 2 == 0 ? (x, three) : (three, x)
        let sum = try net.binary("sum\(index)", .add, a, b)
        return try net.activation("gate\(index)", .clip(lower: 0, upper: 6), sum)
      }
      let a = try net.binary(
        "a", .divide, net.binary("xa", .multiply, x, gate(&net, 0)), six)
      let b = try net.binary(
        "b", .multiply, x, net.binary("xb", .divide, gate(&net, 1), six))
      let c = try net.binary(
        "c", .multiply, net.binary("xc", .multiply, gate(&net, 2), x), sixth)
      let d = try net.binary(
        "d", .multiply, net.binary("xd", .multiply, gate(&net, 3), sixth), x)
      return net.returning(a, b, c, d)
    },
    PassCase(
      "products that are no swish", RecognizeSwish(),
      want: """
        blocked Mul "shared": "s" is used elsewhere
        s: [2×3] = Sigmoid(x)
        t: [2×3] = Sigmoid(x)
        half: [2×3] = HardSigmoid(x) {alpha 0.2, beta 0.5}
        sum: [2×3] = Add(x, three: [])
        gate: [2×3] = Clip(sum) {lower 0.0, upper 6.0}
        shared: [2×3] = Mul(x, s)
        other: [2×3] = Mul(z, t)
        slope: [2×3] = Mul(x, half)
        unscaled: [2×3] = Mul(x, gate)
        return shared, s, other, slope, unscaled
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let z = net.input("z", [2, 3])
      let s = try net.activation("s", .sigmoid, x)
      let t = try net.activation("t", .sigmoid, x)
      let half = try net.activation("half", .hardSigmoid(alpha: 0.2, beta: 0.5), x)
      let sum = try net.binary("sum", .add, x, net.scalar("three", 3))
      let gate = try net.activation("gate", .clip(lower: 0, upper: 6), sum)
      return net.returning(
        try net.binary("shared", .multiply, x, s), s, try net.binary("other", .multiply, z, t),
        try net.binary("slope", .multiply, x, half),
        try net.binary("unscaled", .multiply, x, gate))
    },
  ]
}
