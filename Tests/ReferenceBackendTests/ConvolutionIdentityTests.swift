import Graphs
import Tensors
import Testing

/// A random convolution over two spatial axes.
private struct Problem: CustomTestStringConvertible {
  let seed: UInt64
  let conv: Conv
  let x: Tensor
  let w: Tensor
  let begin: [Int]
  let end: [Int]

  init(seed: UInt64) {
    self.seed = seed
    var random = SplitMix64(seed: seed)
    let groups = random.int(in: 1...3)
    let kernel = [random.int(in: 1...3), random.int(in: 1...4)]
    let strides = [random.int(in: 1...4), random.int(in: 1...2)]
    let dilations = [random.int(in: 1...2), random.int(in: 1...3)]
    let begin = [random.int(in: 0...2), random.int(in: 0...2)]
    let end = [random.int(in: 0...2), random.int(in: 0...2)]
    // The least extent that one window fits into, and a few more.
    let extents = (0...1).map { axis in
      max(1, (kernel[axis] - 1) * dilations[axis] + 1 - begin[axis] - end[axis])
        + random.int(in: 0...5)
    }
    (self.begin, self.end) = (begin, end)
    conv = Conv(
      strides: strides, dilations: dilations, padding: .explicit(begin: begin, end: end),
      groups: groups)
    let channels = random.int(in: 1...3)
    x = .randomDoubles(
      Shape([random.int(in: 1...2), channels * groups] + extents), seed: random.next())
    w = .randomDoubles(
      Shape([random.int(in: 1...3) * groups, channels] + kernel), seed: random.next())
  }

  var testDescription: String { "seed \(seed): X \(x.shape), W \(w.shape), \(conv)" }

  static let all = (0..<40).map { Problem(seed: $0) }
}

@Suite("Convolutions satisfy their identities on random data")
struct ConvolutionIdentityTests {
  @Test("conv is a product with the matrix of its windows", arguments: Problem.all)
  private func imageToColumns(_ problem: Problem) throws {
    let (x, w) = (problem.x.shape, problem.w.shape)
    let y = try evaluate(problem.conv, [problem.x, problem.w])
    let padded = try evaluate(
      Pad(),
      [problem.x, .int64s([8], ([0, 0] + problem.begin + [0, 0] + problem.end).map(Int64.init))])
    let (image, strides) = (padded.doubles(), padded.shape.strides)
    let (filters, taps) = (w[0] / problem.conv.groups, w[1] * w[2] * w[3])
    var want = [Double](repeating: .nan, count: y.shape.elementCount)
    for n in 0..<x[0] {
      for group in 0..<problem.conv.groups {
        var columns: [Double] = []  // [taps, pixels]
        for c in 0..<w[1] {
          for r in 0..<w[2] {
            for s in 0..<w[3] {
              let corner =
                n * strides[0] + (group * w[1] + c) * strides[1]
                + r * problem.conv.dilations[0] * strides[2] + s * problem.conv.dilations[1]
              for p in 0..<y.shape[2] {
                for q in 0..<y.shape[3] {
                  columns.append(
                    image[
                      corner + p * problem.conv.strides[0] * strides[2]
                        + q * problem.conv.strides[1]])
                }
              }
            }
          }
        }
        let rows = Array(problem.w.doubles()[(group * filters * taps)...].prefix(filters * taps))
        let pixels = y.shape[2] * y.shape[3]
        let product = try evaluate(
          Gemm(), [Tensor(Shape([filters, taps]), rows), Tensor(Shape([taps, pixels]), columns)])
        let start = (n * w[0] + group * filters) * pixels
        want.replaceSubrange(start..<start + filters * pixels, with: product.doubles())
      }
    }
    #expect(difference(y.doubles(), want) == nil)
  }

  @Test(
    "transposed convolution is the adjoint: ⟨conv(x), y⟩ = ⟨x, convT(y)⟩", arguments: Problem.all)
  private func adjoint(_ problem: Problem) throws {
    let forward = try evaluate(problem.conv, [problem.x, problem.w])
    let y = Tensor.randomDoubles(forward.shape, seed: problem.seed + 1000)
    // What the windows leave over at the end of each axis.
    let rest = (0...1).map { axis in
      let span = (problem.w.shape[axis + 2] - 1) * problem.conv.dilations[axis] + 1
      return (problem.x.shape[axis + 2] + problem.begin[axis] + problem.end[axis] - span)
        % problem.conv.strides[axis]
    }
    let transposed = ConvTranspose(
      strides: problem.conv.strides, dilations: problem.conv.dilations,
      padding: problem.conv.padding, outputPadding: rest, groups: problem.conv.groups)
    let backward = try evaluate(transposed, [y, problem.w])
    #expect(backward.shape == problem.x.shape)
    let left = zip(forward.doubles(), y.doubles()).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(problem.x.doubles(), backward.doubles()).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(difference([left], [right]) == nil)
  }

  @Test("one spatial axis is two with one row", arguments: [1, 2] as [UInt64])
  func oneAxis(seed: UInt64) throws {
    let x = Tensor.randomDoubles([2, 4, 9], seed: seed)
    let w = Tensor.randomDoubles([6, 2, 3], seed: seed + 10)
    let line = try evaluate(
      Conv(strides: [2], dilations: [2], padding: .explicit(begin: [2], end: [1]), groups: 2),
      [x, w])
    let plane = try evaluate(
      Conv(
        strides: [1, 2], dilations: [1, 2], padding: .explicit(begin: [0, 2], end: [0, 1]),
        groups: 2), [x.reshaped([2, 4, 1, 9]), w.reshaped([6, 2, 1, 3])])
    #expect(line.doubles() == plane.doubles())
  }

  @Test("an average is a depthwise convolution with equal weights", arguments: [1, 2] as [UInt64])
  func average(seed: UInt64) throws {
    let x = Tensor.randomDoubles([2, 3, 7, 6], seed: seed)
    let padding = Padding.explicit(begin: [1, 0], end: [0, 2])
    let pool = AveragePool(
      PoolingWindow(kernel: [2, 3], strides: [2, 1], dilations: [2, 1], padding: padding),
      countsPadding: true)
    let conv = Conv(strides: [2, 1], dilations: [2, 1], padding: padding, groups: 3)
    let weights = Tensor([3, 1, 2, 3], [Double](repeating: 1.0 / 6, count: 18))
    let (got, want) = (try evaluate(pool, [x]), try evaluate(conv, [x, weights]))
    #expect(got.type == want.type)
    #expect(difference(got.doubles(), want.doubles()) == nil)
  }
}
