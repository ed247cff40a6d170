import Graphs
import ReferenceBackend
import Tensors
import Testing

@Suite("Operators satisfy identities with other operators on random data")
struct OperatorIdentityTests {
  @Test(
    "DepthToSpace reshapes, transposes and reshapes",
    arguments: [DepthToSpace.Mode.depthColumnRow, .columnRowDepth], [1, 2, 3])
  func depthToSpace(mode: DepthToSpace.Mode, block: Int) throws {
    let x = Tensor.randomDoubles(Shape([2, 3 * block * block, 2, 5]), seed: UInt64(block))
    let (split, permutation) =
      switch mode {
      case .depthColumnRow: ([2, block, block, 3, 2, 5], [0, 3, 4, 1, 5, 2])
      case .columnRowDepth: ([2, 3, block, block, 2, 5], [0, 1, 4, 2, 5, 3])
      }
    let blocks = try evaluate(Transpose(permutation: permutation), [x.reshaped(Shape(split))])
    let got = try evaluate(DepthToSpace(blockSize: block, mode: mode), [x])
    #expect(got.shape == Shape([2, 3, 2 * block, 5 * block]))
    #expect(got.doubles() == blocks.doubles())
  }

  @Test("a global average is a mean, a global maximum a maximum", arguments: [1, 2] as [UInt64])
  func globalPools(seed: UInt64) throws {
    let x = Tensor.randomDoubles([3, 4, 5, 6], seed: seed)
    let axes = Tensor.int64s([2], [2, 3])
    let mean = try evaluate(Reduce(.mean), [x, axes])
    let average = try evaluate(GlobalAveragePool(), [x])
    #expect(average.type == mean.type)
    #expect(difference(average.doubles(), mean.doubles()) == nil)
    let maximum = try evaluate(GlobalMaxPool(), [x])
    #expect(maximum.doubles() == (try evaluate(Reduce(.max), [x, axes]).doubles()))
    let pool = MaxPool(PoolingWindow(kernel: [5, 6]))
    #expect(maximum.doubles() == (try evaluate(pool, [x]).doubles()))
  }

  @Test("concatenation undoes splitting", arguments: 0..<3)
  func splitAndConcat(axis: Int) throws {
    let x = Tensor.randomDoubles([5, 4, 3], seed: 7)
    let parts = try evaluateAll(Split(axis: axis, outputCount: 2), [x])
    #expect(parts.count == 2)
    #expect(try evaluate(Concat(axis: axis), parts).doubles() == x.doubles())
  }

  @Test("cropping undoes padding", arguments: [Pad.Mode.constant, .reflect, .edge, .wrap])
  func padAndCrop(mode: Pad.Mode) throws {
    let x = Tensor.randomDoubles([3, 4], seed: 8)
    let pads: [Int64] = [2, 1, 1, 3]
    let padded = try evaluate(Pad(mode: mode), [x, .int64s([4], pads)])
    #expect(padded.shape == [6, 8])
    let cropped = try evaluate(Pad(mode: mode), [padded, .int64s([4], pads.map { -$0 })])
    #expect(cropped.doubles() == x.doubles())
    let sliced = try evaluate(
      Slice(), [padded, .int64s([2], [2, 1]), .int64s([2], [-1, -3])])
    #expect(sliced.doubles() == x.doubles())
  }

  @Test("a permutation and its inverse cancel", arguments: [[2, 0, 1], [1, 0, 2], [2, 1, 0]])
  func transpose(permutation: [Int]) throws {
    let x = Tensor.randomDoubles([2, 3, 4], seed: 9)
    let inverse = (0..<3).map { axis in permutation.firstIndex(of: axis) ?? 0 }
    let there = try evaluate(Transpose(permutation: permutation), [x])
    let back = try evaluate(Transpose(permutation: inverse), [there])
    #expect(back.shape == x.shape)
    #expect(back.doubles() == x.doubles())
  }

  @Test(
    "transposed Gemm operands are transposed matrices", arguments: [false, true], [false, true])
  func gemm(transposesA: Bool, transposesB: Bool) throws {
    let a = Tensor.randomDoubles(transposesA ? [5, 3] : [3, 5], seed: 10)
    let b = Tensor.randomDoubles(transposesB ? [4, 5] : [5, 4], seed: 11)
    let got = try evaluate(Gemm(transposesA: transposesA, transposesB: transposesB), [a, b])
    let want = try evaluate(
      MatMul(),
      [
        transposesA ? try evaluate(Transpose(), [a]) : a,
        transposesB ? try evaluate(Transpose(), [b]) : b,
      ])
    #expect(got.type == want.type)
    #expect(difference(got.doubles(), want.doubles()) == nil)
  }

  @Test("normalized statistics fold into a scale and a shift")
  func batchNormalization() throws {
    let x = Tensor.randomDoubles([2, 3, 4], seed: 12)
    let parameters = (13..<16).map { Tensor.randomDoubles([3], seed: $0) }
    let variance = Tensor.doubles([3], [0.5, 1, 2])
    let got = try evaluate(BatchNormalization(epsilon: 0), [x] + parameters + [variance])
    let deviation = try evaluate(Unary(.squareRoot), [variance])
    let scale = try evaluate(Binary(.divide), [parameters[0], deviation])
    let shift = try evaluate(
      Binary(.subtract), [parameters[1], try evaluate(Binary(.multiply), [parameters[2], scale])])
    let scaled = try evaluate(Binary(.multiply), [x, scale.reshaped([3, 1])])
    let want = try evaluate(Binary(.add), [scaled, shift.reshaped([3, 1])])
    #expect(difference(got.doubles(), want.doubles()) == nil)
  }

  @Test("an even window of LRN reaches one channel further up")
  func evenLRN() throws {
    let x = Tensor.doubles([1, 3, 1], [1, 2, 3])
    let lrn = LRN(size: 2, alpha: 2, beta: 1, bias: 0)
    let y = try Reference.evaluate(lrn, [x], [x.type])[0]
    #expect(difference(y.doubles(), [1.0 / 5, 2.0 / 13, 3.0 / 9]) == nil)
  }

  @Test("softmax is e^x over its sum", arguments: 0..<3)
  func softmax(axis: Int) throws {
    let x = Tensor.randomDoubles([2, 3, 4], seed: 17)
    let exponential = try evaluate(Unary(.exp), [x])
    let sum = try evaluate(Reduce(.sum), [exponential, .int64s([1], [Int64(axis)])])
    let want = try evaluate(Binary(.divide), [exponential, sum])
    let got = try evaluate(Softmax(axis: axis), [x])
    #expect(difference(got.doubles(), want.doubles()) == nil)
  }

  @Test("resampling keeps a constant", arguments: [Resize.Mode.nearest, .linear, .cubic])
  func resize(mode: Resize.Mode) throws {
    let x = Tensor.doubles([1, 1, 4, 5], [Double](repeating: 3, count: 20))
    for excludesOutside in [false, true] {
      let resize = Resize(mode: mode, excludesOutside: excludesOutside)
      let y = try evaluate(resize, [x, nil, nil, .int64s([4], [1, 1, 7, 3])])
      #expect(difference(y.doubles(), [Double](repeating: 3, count: 21)) == nil)
    }
  }
}
