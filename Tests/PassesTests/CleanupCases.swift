import Graphs
import Passes
import Tensors

extension PassCase {
  static let cleanup: [PassCase] = [
    PassCase(
      "nodes without effect", RemoveIdentities(),
      want: """
        applied Identity "identity": removed: it changes nothing
        applied Reshape "reshape": removed: it changes nothing
        applied Transpose "transpose": removed: it changes nothing
        applied Cast "cast": removed: it changes nothing
        applied Pad "pad": removed: it changes nothing
        applied Slice "slice": removed: it changes nothing
        applied Concat "concat": removed: it changes nothing
        applied Split "split": removed: it changes nothing
        applied DepthToSpace "space": removed: it changes nothing
        applied Expand "expand": removed: it changes nothing
        applied Resize "resize": removed: it changes nothing
        applied MaxPool "max": removed: it changes nothing
        applied AveragePool "mean": removed: it changes nothing
        applied Add "add": removed: it changes nothing
        applied Sub "subtract": removed: it changes nothing
        applied Mul "multiply": removed: it changes nothing
        applied Div "divide": removed: it changes nothing
        applied Pow "power": removed: it changes nothing
        first: [1×2×3×4] = Tanh(x)
        last: [1×2×3×4] = Tanh(first)
        return last
        """
    ) { net in
      let x = net.input("x", [1, 2, 3, 4])
      let (zero, one) = (net.scalar("zero", 0), net.constant("one", [1, 1, 1], [1]))
      let shape = net.integers("shape", [1, 2, 3, 4])
      let point = PoolingWindow(kernel: [1, 1])
      var y = try net.activation("first", .tanh, x)
      y = try net.node("identity", Identity(), y)
      y = try net.node("reshape", Reshape(), y, shape)
      y = try net.node("transpose", Transpose(permutation: [0, 1, 2, 3]), y)
      y = try net.node("cast", Cast(to: .float64), y)
      y = try net.node("pad", Pad(), y, net.integers("pads", [0, 0, 0, 0, 0, 0, 0, 0]))
      y = try net.node(
        "slice", Slice(), y, net.integers("starts", [0]), net.integers("ends", [9]))
      y = try net.node("concat", Concat(axis: 1), y)
      y = try net.node("split", Split(axis: 1, outputCount: 1), y)
      y = try net.node("space", DepthToSpace(blockSize: 1), y)
      y = try net.node("expand", Expand(), y, shape)
      y = try net.node("resize", Resize(mode: .linear), y, nil, nil, shape)
      y = try net.node("max", MaxPool(point), y)
      y = try net.node("mean", AveragePool(point), y)
      y = try net.binary("add", .add, zero, y)
      y = try net.binary("subtract", .subtract, y, zero)
      y = try net.binary("multiply", .multiply, y, one)
      y = try net.binary("divide", .divide, y, one)
      y = try net.binary("power", .power, y, one)
      return net.returning(try net.activation("last", .tanh, y))
    },
    PassCase(
      "an output of the graph keeps its name", RemoveIdentities(),
      want: """
        applied Identity "a": removed: it changes nothing
        applied Identity "d": removed: it changes nothing
        blocked Identity "b": it gives an output of the graph its name
        blocked Identity "c": it gives an output of the graph its name
        a: [2×3] = Tanh(x)
        b: [2×3] = Identity(a)
        c: [2×3] = Identity(x)
        return a, b, c
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let y = try net.activation("y", .tanh, x)
      let a = try net.node("a", Identity(), y)
      let b = try net.node("b", Identity(), y)
      return net.returning(
        a, b, try net.node("c", Identity(), net.node("d", Identity(), x)))
    },
    PassCase(
      "nodes that do something", RemoveIdentities(),
      want: """
        reverse: [1×3×3] = Slice(x, from: int64[1], to: int64[1], axis: int64[1], step: \
        int64[1])
        transpose: [1×3×3] = Transpose(x) {permutation 0 2 1}
        enlarge: [2×3×3] = Add(x, zeros: [2×1×1])
        negate: [1×3×3] = Sub(nought: [], x)
        computed: [1×3×3] = Mul(x, scalar)
        active: [1×3×3] = Mul(x, one: []) {relu}
        return reverse, transpose, enlarge, negate, computed, active
        """
    ) { net in
      let x = net.input("x", [1, 3, 3])
      let scalar = net.input("scalar", [])
      let reverse = try net.node(
        "reverse", Slice(), x, net.integers("from", [2]), net.integers("to", [-4]),
        net.integers("axis", [1]), net.integers("step", [-1]))
      return net.returning(
        reverse, try net.node("transpose", Transpose(permutation: [0, 2, 1]), x),
        try net.binary("enlarge", .add, x, net.constant("zeros", [2, 1, 1], [0, 0])),
        try net.binary("negate", .subtract, net.scalar("nought", 0), x),
        try net.binary("computed", .multiply, x, scalar),
        try net.node("active", Binary(.multiply, activation: .relu), x, net.scalar("one", 1)))
    },
    PassCase(
      "reshapes in a row", MergeReshapes(),
      want: """
        applied Squeeze "squeeze": skips Unsqueeze "unsqueeze"
        applied Reshape "reshape": skips Squeeze "squeeze"
        applied Flatten "flatten": skips Reshape "reshape"
        applied Reshape "flatten": skips Reshape "squeeze"
        flatten: [2×12] = Reshape(x, flatten.shape: int64[2])
        return flatten
        """
    ) { net in
      let x = net.input("x", [2, 3, 4])
      var y = try net.node("unsqueeze", Unsqueeze(), x, net.integers("axes", [0]))
      y = try net.node("squeeze", Squeeze(), y, net.integers("same", [0]))
      y = try net.node("reshape", Reshape(), y, net.integers("shape", [0, -1, 2]))
      y = try net.node("flatten", Flatten(), y)
      return net.returning(y)
    },
    PassCase(
      "a reshape that is read twice", MergeReshapes(),
      want: """
        applied Flatten "flatten": skips Reshape "reshape"
        reshape: [6×4] = Reshape(x, shape: int64[2])
        tanh: [6×4] = Tanh(reshape)
        flatten: [1×24] = Reshape(x, flatten.shape: int64[2])
        return tanh, flatten
        """
    ) { net in
      let x = net.input("x", [2, 3, 4])
      let y = try net.node("reshape", Reshape(), x, net.integers("shape", [6, 4]))
      let z = try net.activation("tanh", .tanh, y)
      return net.returning(z, try net.node("flatten", Flatten(axis: 0), y))
    },
    PassCase(
      "nodes that nobody needs", RemoveDeadNodes(),
      want: """
        applied Relu "c": removed: no output depends on it
        applied Relu "b": removed: no output depends on it
        a: [2×3] = Relu(x)
        return a
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let a = try net.activation("a", .relu, x)
      _ = try net.activation("b", .relu, net.activation("c", .relu, a))
      return net.returning(a)
    },
  ]
}
