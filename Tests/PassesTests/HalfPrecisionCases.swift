import Graphs
import Passes
import Tensors

extension PassCase {
  static let halfPrecision: [PassCase] = [
    PassCase(
      "casts stay where the graph begins and ends", ComputeInFloat32(), tolerance: 1e-2,
      want: """
        applied Conv "conv": in float32
        applied Relu "relu": in float32
        applied Cast "x16:float32": skips Cast "x16"
        applied Cast "conv:float32": skips Cast "conv:float16"
        applied Cast "y": skips Cast "relu:float16"
        x16:float32: float32[1×2×3×3] = Cast(x) {to float32}
        conv.2: float32[1×2×3×3] = Conv(x16:float32, w:float32: float32[2×2×1×1])
        relu.2: float32[1×2×3×3] = Relu(conv.2)
        relu: float16[1×2×3×3] = Cast(relu.2) {to float16}
        y: [1×2×3×3] = Cast(relu.2) {to float64}
        return relu, y
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 3])
      let x16 = try net.node("x16", Cast(to: .float16), x)
      let w = net.graph.addConstant("w", .halves([2, 2, 1, 1], [0x3c00, 0x3800, 0xc000, 0]))
      let conv = try net.node("conv", Conv(), x16, w)
      let relu = try net.activation("relu", .relu, conv)
      return net.returning(relu, try net.node("y", Cast(to: .float64), relu))
    },
    PassCase(
      "operators that name half precision, and one that depends on it", ComputeInFloat32(),
      want: """
        applied ConstantOfShape "ones": in float32
        blocked BitCast "bits": it depends on the element type
        half: float16[2] = Cast(x) {to float16}
        bits: int16[2] = BitCast(half)
        ones.2: float32[2] = ConstantOfShape(shape: int64[1]) {value 1.0}
        ones: float16[2] = Cast(ones.2) {to float16}
        return bits, ones
        """
    ) { net in
      let x = net.input("x", [2])
      let half = try net.node("half", Cast(to: .float16), x)
      let bits = try net.node("bits", BitCast(to: .int16), half)
      let value = Tensor.halves([1], [0x3c00])
      let ones = try net.node("ones", ConstantOfShape(value: value), net.integers("shape", [2]))
      return net.returning(bits, ones)
    },
    PassCase(
      "only the type of the other tensor matters", NormalizeCastLike(),
      want: """
        applied CastLike "y": now Cast
        y: int64[2] = Cast(x) {to int64}
        return y
        """
    ) { net in
      let x = net.input("x", [2])
      return net.returning(try net.node("y", CastLike(), x, net.integers("like", [1])))
    },
  ]

  static let gelu: [PassCase] = [
    PassCase(
      "x/2 · (1 + erf(x / √2)) in its forms", RecognizeGelu(), tolerance: 1e-6,
      want: """
        applied Mul "a": now Gelu
        applied Mul "b": now Gelu
        applied Mul "c": now Gelu
        a: [2×3] = Gelu(x)
        b: [2×3] = Gelu(x)
        c: [2×3] = Gelu(x)
        return a, b, c
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let (one, half) = (net.scalar("one", 1), net.scalar("half", 0.5))
      func gate(_ net: inout Net, _ name: String) throws -> ValueID {
        let root = net.scalar("\(name).root", 2.0.squareRoot())
        let quotient = try net.binary("\(name).quotient", .divide, x, root)
        let erf = try net.node("\(name).erf", Unary(.erf), quotient)
        return try net.binary("\(name).sum", .add, erf, one)
      }
      let a = try net.binary("a", .multiply, net.binary("xa", .multiply, x, gate(&net, "ga")), half)
      let b = try net.binary("b", .multiply, net.binary("xb", .multiply, x, half), gate(&net, "gb"))
      let c = try net.binary("c", .multiply, x, net.binary("xc", .multiply, half, gate(&net, "gc")))
      return net.returning(a, b, c)
    },
    PassCase(
      "Gelu by the hyperbolic tangent, with a power and with products", RecognizeGelu(),
      tolerance: 1e-6,
      want: """
        applied Mul "a": now Gelu
        applied Mul "b": now Gelu
        a: [2×3] = Gelu(x) {tanh}
        b: [2×3] = Gelu(x) {tanh}
        return a, b
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let (one, half) = (net.scalar("one", 1), net.scalar("half", 0.5))
      func gelu(_ net: inout Net, _ name: String, cube: ValueID) throws -> ValueID {
        let factor = net.scalar("\(name).factor", (2 / Double.pi).squareRoot())
        let term = net.scalar("\(name).small", 0.044715)
        let sum = try net.binary(
          "\(name).sum", .add, x, net.binary("\(name).term", .multiply, term, cube))
        let u = try net.binary("\(name).u", .multiply, factor, sum)
        let gate = try net.binary(
          "\(name).gate", .add, net.activation("\(name).tanh", .tanh, u), one)
        return try net.binary(
          name, .multiply, net.binary("\(name).half", .multiply, half, x), gate)
      }
      let power = try net.binary("power", .power, x, net.scalar("three", 3))
      let product = try net.binary(
        "product", .multiply, net.binary("square", .multiply, x, x), x)
      return net.returning(
        try gelu(&net, "a", cube: power), try gelu(&net, "b", cube: product))
    },
    PassCase(
      "x · tanh(softplus(x))", RecognizeGelu(),
      want: """
        applied Mul "a": now Mish
        applied Mul "b": now Mish
        a: [2×3] = Mish(x)
        b: [2×3] = Mish(x)
        return a, b
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let softplus = try net.activation("softplus", .softplus, x)
      let sum = try net.binary("sum", .add, net.scalar("one", 1), net.node("exp", Unary(.exp), x))
      let log = try net.node("log", Unary(.log), sum)
      return net.returning(
        try net.binary("a", .multiply, x, net.activation("ta", .tanh, softplus)),
        try net.binary("b", .multiply, net.activation("tb", .tanh, log), x))
    },
    PassCase(
      "x · sigmoid(1.702 · x)", RecognizeSwish(), tolerance: 1e-6,
      want: """
        applied Mul "a": now Swish
        a: [2×3] = Swish(x) {alpha 1.702}
        return a
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let scaled = try net.binary("scaled", .multiply, x, net.scalar("alpha", 1.702))
      return net.returning(
        try net.binary("a", .multiply, x, net.activation("gate", .sigmoid, scaled)))
    },
    PassCase(
      "what looks like Gelu", RecognizeGelu(),
      want: """
        third: [2×3] = Div(x, three: [])
        erf: [2×3] = Erf(third)
        sum: [2×3] = Add(erf, one: [])
        product: [2×3] = Mul(x, sum)
        a: [2×3] = Mul(product, half: [])
        tanh: [2×3] = Tanh(x)
        b: [2×3] = Mul(x, tanh)
        return a, b
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let third = try net.binary("third", .divide, x, net.scalar("three", 3))
      let sum = try net.binary(
        "sum", .add, net.node("erf", Unary(.erf), third), net.scalar("one", 1))
      let product = try net.binary("product", .multiply, x, sum)
      let a = try net.binary("a", .multiply, product, net.scalar("half", 0.5))
      return net.returning(
        a, try net.binary("b", .multiply, x, net.activation("tanh", .tanh, x)))
    },
  ]
}

extension Tensor {
  /// A half-precision tensor by its bits.
  fileprivate static func halves(_ shape: Shape, _ bits: [UInt16]) -> Tensor {
    let words = Tensor(shape, bits)
    do {
      return try Tensor(type: TensorType(.float16, shape)) { bytes in
        words.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
