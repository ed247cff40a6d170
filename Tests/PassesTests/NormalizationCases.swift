import Graphs
import Passes
import Tensors

extension PassCase {
  static let normalization: [PassCase] = [
    PassCase(
      "clips with constant bounds", NormalizeClip(),
      want: """
        applied Clip "a": now an activation
        applied Clip "b": now an activation
        applied Clip "c": now an activation
        applied Clip "d": now an activation
        applied Clip "e": now an activation
        applied Clip "f": now an activation
        a: [2×3] = Clip(x) {lower 0.0, upper 6.0}
        b: [2×3] = Relu(x)
        c: [2×3] = Clip(x) {lower -inf, upper 6.0}
        d: [2×3] = Relu(x)
        e: [2×3] = Identity(x)
        f: [2×3] = Clip(x) {lower inf, upper inf}
        return a, b, c, d, e, f
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let (zero, six) = (net.scalar("zero", 0), net.scalar("six", 6))
      let largest = net.constant("largest", [1], [Double(Float.greatestFiniteMagnitude)])
      return net.returning(
        try net.node("a", Clip(), x, zero, six), try net.node("b", Clip(), x, zero),
        try net.node("c", Clip(), x, nil, six), try net.node("d", Clip(), x, zero, largest),
        try net.node("e", Clip(), x),
        try net.node("f", Clip(), x, net.scalar("infinite", .infinity)))
    },
    PassCase(
      "clips that stay", NormalizeClip(),
      want: """
        blocked Clip "a": its bounds are not constant
        blocked Clip "b": its bounds are not single-precision numbers
        blocked Clip "c": it clips integers
        a: [2×3] = Clip(x, bound)
        b: [2×3] = Clip(x, tenth: [])
        shape: int64[2] = Shape(x)
        c: int64[2] = Clip(shape: int64[2])
        return a, b, c
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let bound = net.input("bound", [])
      return net.returning(
        try net.node("a", Clip(), x, bound),
        try net.node("b", Clip(), x, net.scalar("tenth", 0.1)),
        try net.node("c", Clip(), try net.node("shape", ShapeOf(), x)))
    },
    PassCase(
      "a product of matrices", NormalizeMatMul(),
      want: """
        applied MatMul "fc": now Gemm
        fc: [2×4] = Gemm(x, w: [3×4])
        return fc
        """
    ) { net in
      let x = net.input("x", [2, 3])
      return net.returning(try net.node("fc", MatMul(), x, net.weight("w", [3, 4])))
    },
    PassCase(
      "a product of two inputs", NormalizeMatMul(),
      want: """
        blocked MatMul "product": its right operand is computed
        product: [2×4] = MatMul(x, y)
        return product
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let y = net.input("y", [3, 4])
      return net.returning(try net.node("product", MatMul(), x, y))
    },
    PassCase(
      "a product of stacks of matrices", NormalizeMatMul(),
      want: """
        blocked MatMul "fc": its operands have rank 3 and 2
        fc: [2×2×4] = MatMul(x, w: [3×4])
        return fc
        """
    ) { net in
      let x = net.input("x", [2, 2, 3])
      return net.returning(try net.node("fc", MatMul(), x, net.weight("w", [3, 4])))
    },
    PassCase(
      "factors and a transposition", NormalizeGemm(),
      want: """
        applied Gemm "fc": now A · Bᵀ + C
        applied Gemm "scaled": now A · Bᵀ + C
        fc: [2×4] = Gemm(x, w: [4×3], b: [4]) {transposesA, transposesB}
        scaled: [2×5] = Gemm(fc, v: [5×4], c: [5]) {transposesB}
        return scaled
        """
    ) { net in
      let x = net.input("x", [3, 2])
      let y = try net.node(
        "fc", Gemm(alpha: 0.3, beta: 1.5, transposesA: true), x, net.weight("w", [3, 4]),
        net.weight("b", [1, 4]))
      let z = try net.node(
        "scaled", Gemm(alpha: 2, transposesB: true), y, net.weight("v", [5, 4]), net.scalar("c", 1))
      return net.returning(z)
    },
    PassCase(
      "an addend by row, computed, or without effect", NormalizeGemm(),
      want: """
        applied Gemm "row": now A · Bᵀ + C
        applied Gemm "computed": now A · Bᵀ + C
        applied Gemm "without": now A · Bᵀ + C
        row: [2×4] = Gemm(x, w: [4×3], r: [2×1]) {transposesB}
        computed: [2×4] = Gemm(x, v: [4×3], t) {beta 2.0, transposesB}
        without: [2×4] = Gemm(x, w: [4×3]) {transposesB}
        normal: [2×4] = Gemm(x, w: [4×3], b: [4]) {transposesB}
        return row, computed, without, normal
        """
    ) { net in
      let x = net.input("x", [2, 3])
      let w = net.weight("w", [4, 3])
      let t = net.input("t", [4])
      return net.returning(
        try net.node("row", Gemm(beta: 2, transposesB: true), x, w, net.weight("r", [2, 1])),
        try net.node("computed", Gemm(beta: 2), x, net.weight("v", [3, 4]), t),
        try net.node("without", Gemm(beta: 0, transposesB: true), x, w, t),
        try net.node("normal", Gemm(transposesB: true), x, w, net.weight("b", [4])))
    },
    PassCase(
      "weights that are computed", NormalizeGemm(),
      want: """
        blocked Gemm "fc": its second operand is not constant
        fc: [2×4] = Gemm(x, w) {alpha 2.0}
        return fc
        """
    ) { net in
      let x = net.input("x", [2, 3])
      return net.returning(try net.node("fc", Gemm(alpha: 2), x, net.input("w", [3, 4])))
    },
    PassCase(
      "reductions of the spatial axes", NormalizeReduce(),
      want: """
        applied ReduceMean "a": now GlobalAveragePool
        applied ReduceMean "b": now GlobalAveragePool
        applied ReduceMax "c": now GlobalMaxPool
        a: [2×3×1×1] = GlobalAveragePool(x)
        b.2: [2×3×1×1] = GlobalAveragePool(x)
        b: [2×3] = Flatten(b.2) {axis 1}
        c.2: [2×3×1] = GlobalMaxPool(line)
        c: [2×3] = Flatten(c.2) {axis 1}
        return a, b, c
        """
    ) { net in
      let x = net.input("x", [2, 3, 4, 5])
      let line = net.input("line", [2, 3, 4])
      let axes = net.integers("axes", [-1, 2])
      return net.returning(
        try net.node("a", Reduce(.mean), x, axes),
        try net.node("b", Reduce(.mean, keepsDimensions: false), x, axes),
        try net.node("c", Reduce(.max, keepsDimensions: false), line, net.integers("i", [2])))
    },
    PassCase(
      "other reductions", NormalizeReduce(),
      want: """
        blocked ReduceMean "a": it reduces other axes than the spatial ones
        blocked ReduceMax "d": it reduces other axes than the spatial ones
        a: [2×3×4×1] = ReduceMean(x, last: int64[1])
        b: [1×1×1×1] = ReduceMean(x)
        c: [1×1×1×1] = ReduceSum(x)
        d: [2×1×1×1] = ReduceMax(x, three: int64[3])
        return a, b, c, d
        """
    ) { net in
      let x = net.input("x", [2, 3, 4, 5])
      return net.returning(
        try net.node("a", Reduce(.mean), x, net.integers("last", [3])),
        try net.node("b", Reduce(.mean), x), try net.node("c", Reduce(.sum), x),
        try net.node("d", Reduce(.max), x, net.integers("three", [1, 2, 3])))
    },
  ]
}
