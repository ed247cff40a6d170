import Graphs
import Tensors
import Testing

/// The resolved forms, where output extents alone do not show them.
@Suite struct GeometryTests {
  @Test func samePaddingPutsTheOddZeroWhereItBelongs() throws {
    let cases: [(Padding, Int, Int, Int, begin: Int, end: Int)] = [
      (.sameUpper, 8, 3, 2, 0, 1), (.sameLower, 8, 3, 2, 1, 0), (.sameUpper, 7, 3, 2, 1, 1),
      (.sameUpper, 5, 1, 3, 0, 0), (.sameUpper, 6, 4, 1, 1, 2), (.valid, 6, 4, 1, 0, 0),
    ]
    for (padding, extent, kernel, stride, begin, end) in cases {
      let geometry = try Conv(strides: [stride], padding: padding)
        .geometry(input: [1, 1, extent], weight: [1, 1, kernel])
      #expect(geometry.padBegin == [begin] && geometry.padEnd == [end], "\(geometry)")
      #expect(geometry.isUnpadded == (begin + end == 0), "\(geometry)")
    }
  }

  @Test func transposedPaddingMeetsTheOutputShape() throws {
    let cases: [(Padding, Int?, begin: Int, end: Int, output: Int)] = [
      (.valid, nil, 0, 0, 9), (.sameUpper, nil, 0, 1, 8), (.sameLower, nil, 1, 0, 8),
      (.valid, 8, 1, 0, 8), (.sameUpper, 6, 1, 2, 6), (.valid, 10, 0, -1, 10),
      (.explicit(begin: [2], end: [0]), nil, 2, 0, 7),
      (.explicit(begin: [2], end: [0]), 9, 0, 0, 9),
    ]
    for (padding, output, begin, end, want) in cases {
      let geometry = try ConvTranspose(
        strides: [2], padding: padding, outputShape: output.map { [$0] }
      ).geometry(input: [1, 1, 4], weight: [1, 1, 3])
      #expect(geometry.padBegin == [begin] && geometry.padEnd == [end], "\(geometry)")
      #expect(geometry.outputExtents == [want], "\(geometry)")
    }
  }

  @Test func defaultsAreFilledIn() throws {
    let geometry = try Conv(dilations: [3, 2]).geometry(input: [2, 4, 9, 9], weight: [8, 4, 3, 2])
    #expect(geometry.kernel == [3, 2] && geometry.strides == [1, 1])
    #expect(geometry.effectiveKernel == [7, 3] && geometry.kernelElementCount == 6)
    #expect(geometry.inputExtents == [9, 9] && geometry.outputExtents == [3, 7])
    #expect(geometry.axisCount == 2)
  }

  @Test func slicesResolveToStartStepAndCount() throws {
    let cases: [(start: Int, end: Int, step: Int, want: [Int])] = [
      (-100, .min, -1, [0]), (4, -6, -1, [4, 3, 2, 1, 0]), (100, .min, -2, [4, 2, 0]),
      (0, .max, 3, [0, 3]), (1, 2, .max, [1]), (4, 0, .min, [4]), (3, 1, 1, []),
      (-2, 9, 1, [3, 4]),
    ]
    for (start, end, step, want) in cases {
      let inputs = [floats(5), list(start), list(end), list(0), list(step)]
      let axis = try Slice().geometry(for: inputs).axes[0]
      let got = (0..<axis.count).map { axis.start + $0 * axis.step }
      #expect(got == want, "\(start):\(end):\(step)")
    }
  }

  @Test func padsOfNamedAxesFallIntoPlace() throws {
    let geometry = try Pad().geometry(for: [floats(2, 3, 4), list(1, -1, 2, 0), nil, list(2, 0)])
    #expect(geometry.begin == [-1, 0, 1] && geometry.end == [0, 0, 2])
    #expect(geometry.outputExtents == [1, 3, 7])
  }

  @Test func resizeKeepsGivenScales() throws {
    let given = Operand(Tensor([2], [Float(0.7), 1]))
    let scaled = try Resize().geometry(for: [floats(10, 4), nil, given])
    #expect(scaled.axes.map(\.scale) == [0.7, 1] && scaled.outputExtents == [7, 4])
    #expect(scaled.resampledAxes == [0])
    let sized = try Resize().geometry(for: [floats(10, 4), nil, nil, list(7, 4)])
    #expect(sized.axes.map(\.scale) == [0.7, 1] && sized.outputExtents == [7, 4])
    // A scale that leaves the extent still moves the sampling points.
    let shifted = try Resize().geometry(for: [floats(3), nil, Operand(Tensor([1], [Float(1.2)]))])
    #expect(shifted.outputExtents == [3] && shifted.resampledAxes == [0])
  }

  @Test func axesSplitIntoOuterExtentAndInner() throws {
    let shape: Shape = [2, 3, 4, 5]
    let axis = try Softmax(axis: 1).geometry(input: shape)
    #expect([axis.outer, axis.extent, axis.inner] == [2, 3, 20])
    let flat = try Softmax(axis: -2, flattens: true).geometry(input: shape)
    #expect([flat.outer, flat.extent, flat.inner] == [6, 20, 1])
  }

  @Test func matrixProductsResolve() throws {
    let gemm = try Gemm(transposesA: true).geometry(a: [3, 2], b: [3, 4])
    #expect([gemm.rows, gemm.depth, gemm.columns] == [2, 3, 4])
    let batched = try MatMul().geometry(a: [5, 1, 2, 3], b: [6, 3, 4])
    #expect(batched.batch == [5, 6] && batched.batchA == [5, 1] && batched.batchB == [6])
    let vectors = try MatMul().geometry(a: [3], b: [3])
    #expect([vectors.rows, vectors.depth, vectors.columns] == [1, 3, 1])
  }

  @Test func splitAndReduceResolveTheirLists() throws {
    #expect(try Split(axis: 0, outputCount: 3).sizes(for: [floats(7)]) == [3, 3, 1])
    #expect(try Reduce(.mean).axes(for: [floats(2, 3, 4), list(-1, 0)]) == [0, 2])
    #expect(try Transpose().permutation(for: [2, 3, 4]) == [2, 1, 0])
  }
}
