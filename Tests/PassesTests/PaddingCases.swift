import Graphs
import Passes
import Tensors

extension PassCase {
  static let padding: [PassCase] = [
    PassCase(
      "a pad goes into convolutions", FoldPad(),
      want: """
        applied Conv "a": absorbs Pad "pad"
        applied Conv "b": absorbs Pad "pad"
        a: [1×2×7×8] = Conv(x, a.w: [2×2×3×3], a.b: [2]) {pads 2 1 3 4}
        b: [1×1×4×4] = Conv(x, w: [1×2×3×3]) {strides 2 2, pads 2 0 3 4}
        return a, b
        """
    ) { net in
      let x = net.input("x", [1, 2, 4, 5])
      let pads = net.integers("pads", [0, 0, 1, 0, 0, 0, 2, 3])
      let y = try net.node("pad", Pad(), x, pads, net.scalar("zero", 0))
      let a = try net.conv("a", y, filters: 2)
      let same = Conv(strides: [2, 2], padding: .sameUpper)
      let b = try net.node("b", same, y, net.weight("w", [1, 2, 3, 3]))
      return net.returning(a, b)
    },
    PassCase(
      "a pad with axes goes into a pool that counts it", FoldPad(),
      want: """
        applied AveragePool "pool": absorbs Pad "pad"
        pool: [1×2×3] = AveragePool(x) {kernel 3, strides 2, pads 1 1, countsPadding}
        return pool
        """
    ) { net in
      let x = net.input("x", [1, 2, 6])
      let pads = net.integers("pads", [1, 1])
      let y = try net.node("pad", Pad(), x, pads, nil, net.integers("axes", [-1]))
      let window = PoolingWindow(kernel: [3], strides: [2])
      return net.returning(try net.node("pool", AveragePool(window), y))
    },
    PassCase(
      "a maximum takes −∞, and zeros after Relu", FoldPad(),
      want: """
        applied MaxPool "a": absorbs Pad "low"
        applied MaxPool "b": absorbs Pad "zero"
        relu: [1×2×5×5] = Relu(x)
        a: [1×2×3×3] = MaxPool(x) {kernel 3 3, strides 2 2, pads 1 1 1 1}
        b: [1×2×3×3] = MaxPool(relu) {kernel 3 3, strides 2 2, pads 1 1 1 1}
        return a, b
        """
    ) { net in
      let x = net.input("x", [1, 2, 5, 5])
      let pads = net.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
      let window = PoolingWindow(kernel: [3, 3], strides: [2, 2])
      let low = try net.node("low", Pad(), x, pads, net.scalar("least", -.infinity))
      let relu = try net.activation("relu", .relu, x)
      let zero = try net.node("zero", Pad(), relu, pads)
      return net.returning(
        try net.node("a", MaxPool(window), low), try net.node("b", MaxPool(window), zero))
    },
    PassCase(
      "pools that pad or round on their own", FoldPad(),
      want: """
        applied AveragePool "counting": absorbs Pad "counting.pad"
        blocked Pad "skipping.pad": AveragePool "skipping" does not count its own padding
        blocked Pad "rounding.pad": AveragePool "rounding" rounds its output extents up
        blocked Pad "low": MaxPool "maximum" rounds its output extents up
        counting: [1×2×4] = AveragePool(x) {kernel 3, strides 2, pads 2 2, countsPadding}
        skipping.pad: [1×2×8] = Pad(x, pads: int64[6])
        skipping: [1×2×4] = AveragePool(skipping.pad) {kernel 3, strides 2, pads 1 1}
        rounding.pad: [1×2×8] = Pad(x, pads: int64[6])
        rounding: [1×2×4] = AveragePool(rounding.pad) {kernel 3, strides 2, roundsUp, \
        countsPadding}
        low: [1×2×8] = Pad(x, pads: int64[6], least: [])
        maximum: [1×2×2] = MaxPool(low) {kernel 2, strides 7, roundsUp}
        return counting, skipping, rounding, maximum
        """
    ) { net in
      let x = net.input("x", [1, 2, 6])
      let pads = net.integers("pads", [0, 0, 1, 0, 0, 1])
      func pool(_ name: String, counts: Bool, roundsUp: Bool, own: Int) throws -> ValueID {
        let window = PoolingWindow(
          kernel: [3], strides: [2], padding: .explicit(begin: [own], end: [own]),
          roundsUp: roundsUp)
        let padded = try net.node("\(name).pad", Pad(), x, pads)
        return try net.node(name, AveragePool(window, countsPadding: counts), padded)
      }
      let counting = try pool("counting", counts: true, roundsUp: false, own: 1)
      let skipping = try pool("skipping", counts: false, roundsUp: false, own: 1)
      let rounding = try pool("rounding", counts: true, roundsUp: true, own: 0)
      let low = try net.node("low", Pad(), x, pads, net.scalar("least", -.infinity))
      // The last window of this one starts in what the pad appended.
      let window = PoolingWindow(kernel: [2], strides: [7], roundsUp: true)
      return net.returning(
        counting, skipping, rounding, try net.node("maximum", MaxPool(window), low))
    },
    PassCase(
      "pads that stay", FoldPad(),
      want: """
        blocked Pad "reflected": its mode is reflect
        blocked Pad "one": Conv "one.conv" pads with 0, not 1.0
        blocked Pad "cropped": it crops
        blocked Pad "channels": it pads other axes than the spatial ones
        blocked Pad "shared": Relu "r" cannot pad
        blocked Pad "zero": MaxPool "max" pads with −∞, not 0.0
        blocked Pad "wide": AveragePool "mean" pads by less than 2, not 2
        blocked Pad "output": its output is an output of the graph
        reflected: [1×2×7×7] = Pad(x, ring: int64[8]) {mode reflect}
        reflected.conv: [1×1×7×7] = Conv(reflected, reflected.conv.w: [1×2×3×3], \
        reflected.conv.b: [1]) {pads 1 1 1 1}
        one: [1×2×7×7] = Pad(x, ring: int64[8], 1: [])
        one.conv: [1×1×7×7] = Conv(one, one.conv.w: [1×2×3×3], one.conv.b: [1]) {pads 1 1 1 1}
        cropped: [1×2×4×6] = Pad(x, crop: int64[8])
        cropped.conv: [1×1×4×6] = Conv(cropped, cropped.conv.w: [1×2×3×3], cropped.conv.b: [1]) \
        {pads 1 1 1 1}
        channels: [1×3×6×6] = Pad(x, channel: int64[8])
        channels.conv: [1×1×6×6] = Conv(channels, channels.conv.w: [1×3×3×3], channels.conv.b: \
        [1]) {pads 1 1 1 1}
        shared: [1×2×7×7] = Pad(x, ring: int64[8])
        zero: [1×2×7×7] = Pad(x, ring: int64[8])
        max: [1×2×6×6] = MaxPool(zero) {kernel 2 2}
        wide: [1×2×7×5] = Pad(x, far: int64[8])
        mean: [1×2×6×4] = AveragePool(wide) {kernel 2 2}
        output: [1×2×7×7] = Pad(x, ring: int64[8])
        c: [1×1×7×7] = Conv(shared, c.w: [1×2×3×3], c.b: [1]) {pads 1 1 1 1}
        r: [1×2×7×7] = Relu(shared)
        return reflected.conv, one.conv, cropped.conv, channels.conv, c, r, max, mean, output
        """
    ) { net in
      let x = net.input("x", [1, 2, 5, 5])
      let ring = net.integers("ring", [0, 0, 1, 1, 0, 0, 1, 1])
      func conv(_ net: inout Net, _ name: String, _ pad: Pad, _ inputs: ValueID...) throws
        -> ValueID
      {
        let y = try net.graph.addNode(pad, [x] + inputs, name: name)[0]
        return try net.conv("\(name).conv", y, filters: 1)
      }
      let reflected = try conv(&net, "reflected", Pad(mode: .reflect), ring)
      let one = try conv(&net, "one", Pad(), ring, net.scalar("1", 1))
      let cropped = try conv(
        &net, "cropped", Pad(), net.integers("crop", [0, 0, -1, 1, 0, 0, 0, 0]))
      let channels = try conv(
        &net, "channels", Pad(), net.integers("channel", [0, 1, 1, 1, 0, 0, 0, 0]))
      let shared = try net.node("shared", Pad(), x, ring)
      let window = PoolingWindow(kernel: [2, 2])
      let maximum = try net.node("max", MaxPool(window), net.node("zero", Pad(), x, ring))
      let far = net.integers("far", [0, 0, 2, 0, 0, 0, 0, 0])
      let mean = try net.node("mean", AveragePool(window), net.node("wide", Pad(), x, far))
      let output = try net.node("output", Pad(), x, ring)
      return net.returning(
        reflected, one, cropped, channels, try net.conv("c", shared, filters: 1),
        try net.activation("r", .relu, shared), maximum, mean, output)
    },
  ]
}
