import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Rounding errors of the ways to compute a 3×3 convolution, against the reference in double precision.
///
/// A tile of F(T×T, 3×3) has its errors from E² products of sums of up to E² inputs and 9 weights. In
/// absolute values that is at most 7 times what the direct sum of 9 products has for F(2×2) and 69 times for
/// F(4×4); the errors add up like random ones, so that about the square root is seen, and less than
/// the direct sum's own, which has nine times as many summands one after the other.
@Suite struct WinogradAccuracyTests {
  /// What the largest error may be, relative to the largest output.
  private static let bounds: [(name: String, tile: Int?, bound: Double)] = [
    ("direct", nil, 5e-6), ("F(2×2)", 2, 5e-6), ("F(4×4)", 4, 1e-5),
  ]

  @Test(arguments: [64, 128, 256, 512])
  func errors(channels: Int) throws {
    for isRectified in [false, true] {
      let seed = UInt64(channels)
      var net = CaseGraph(seed: seed)
      let x = net.input([1, channels, 14, 14])
      let weights = net.constant([16, channels, 3, 3])
      let same = Padding.explicit(begin: [1, 1], end: [1, 1])
      net.output(try net.add(Conv(padding: same), [x, weights]))
      var inputs = net.inputs
      if isRectified {
        // What a layer sees behind a Relu: no negative inputs, so that sums grow.
        inputs = inputs.map { Tensor($0.shape, $0.elements(as: Float.self).map { max(0, $0) }) }
      }
      let want = try BackendHarness.outputs(of: net.graph, ReferenceBackend(), inputs)[0].doubles()
      let largest = want.reduce(0) { max($0, abs($1)) }
      for isa in InstructionSet.available {
        for (name, tile, bound) in Self.bounds {
          let backend = try CPUBackend(
            instructionSet: isa, costs: CPUCostTable.builtIn(for: isa).forcing(winograd: tile),
            evaluate: Reference.evaluate)
          let options = CompileOptions(engine: .dense, threads: 1)
          let plan = try backend.compile(net.graph, options: options)
          let reason =
            plan.layers.compactMap(\.matrix).isEmpty ? "" : plan.layers.map(\.reason).joined()
          #expect(reason.contains("Winograd") == (tile != nil), "\(name): \(reason)")
          let got = try plan.makeSession().run(inputs, outputCount: 1)[0].elements(as: Float.self)
          let error =
            zip(got, want).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / largest
          #expect(
            error <= bound,
            "seed \(seed), \(isa.rawValue), \(name), C = \(channels), rectified \(isRectified): \(error)"
          )
        }
      }
    }
  }
}
