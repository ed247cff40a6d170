import CPUBackend
import CPUKernels
import Tensors
import Testing

/// The kernels in double precision of each instruction set, against plain sums.
@Suite struct DoubleKernelTests {
  private static let counts = Array(0...67) + [255, 256, 257]

  private static func values(_ count: Int, seed: UInt64) -> [Double] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Double(random.uniform()) }
  }

  private static func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// - Returns: how far a sum of some products of −1…1 may be off.
  private static func tolerance(_ count: Int) -> Double { 1e-15 * Double(count + 1) }

  @Test(arguments: InstructionSet.available) func dotProducts(_ isa: InstructionSet) {
    let kernels = isa.doubleKernels
    for count in Self.counts {
      // Rows that begin anywhere, and end where the memory does.
      let rows = (0..<6).map { Self.values(count + $0, seed: UInt64(10 * count + $0)) }
      let slices = rows.enumerated().map { $1[$0...] }
      var got = [Double](repeating: .nan, count: 8)
      let pointers = rows.map { row in
        let copy = UnsafeMutablePointer<Double>.allocate(capacity: max(1, row.count))
        copy.update(from: row, count: row.count)
        return copy
      }
      defer { for pointer in pointers { pointer.deallocate() } }
      let p = pointers.enumerated().map { UnsafePointer($1 + $0) }
      got.withUnsafeMutableBufferPointer { got in
        guard let out = got.baseAddress else { return }
        kernels.fourByTwo(p[0], p[1], p[2], p[3], p[4], p[5], count, out)
      }
      for r in 0..<4 {
        for c in 0..<2 {
          let want = Self.dot(slices[r], slices[4 + c])
          #expect(
            abs(got[2 * r + c] - want) <= Self.tolerance(count),
            "\(isa), \(count) elements, row \(r), column \(c)")
        }
      }
      let product = kernels.product(p[0], p[1], count)
      #expect(
        abs(product - Self.dot(slices[0], slices[1])) <= Self.tolerance(count),
        "\(isa), \(count) elements")
    }
  }

  /// Products of floats are exact, and sums in one order: all sets give the same.
  @Test(arguments: InstructionSet.available) func filters(_ isa: InstructionSet) {
    let kernels = isa.doubleKernels
    let (tapCount, stride) = (23, 300)
    let x = Self.values(tapCount * stride, seed: 1).map { Float($0) }
    for count in Self.counts {
      for weightCount in [1, 2, 7, 23] {
        let taps = (0..<weightCount).map { Int32(7 * $0 % tapCount) }
        let weights = Self.values(weightCount, seed: UInt64(weightCount)).map { Float($0) }
        // One more, which is not to be touched.
        var got = [Float](repeating: 77, count: count + 1)
        got.withUnsafeMutableBufferPointer { got in
          guard let out = got.baseAddress else { return }
          x.withUnsafeBufferPointer { x in
            taps.withUnsafeBufferPointer { taps in
              weights.withUnsafeBufferPointer { weights in
                guard let x = x.baseAddress, let taps = taps.baseAddress,
                  let weights = weights.baseAddress
                else { return }
                kernels.filter(
                  .init(
                    weightCount: weightCount, taps: taps, weights: weights, bias: 0.25, x: x,
                    stride: stride, count: count, out: out))
              }
            }
          }
        }
        let want = (0..<count).map { i in
          let sum = zip(taps, weights).reduce(0.0) {
            $0 + Double($1.1) * Double(x[Int($1.0) * stride + i])
          }
          return Float(sum + 0.25)
        }
        #expect(got == want + [77], "\(isa), \(count) columns of \(weightCount) weights")
      }
    }
  }
}
