import Covers
import GPUKernels
import Tensors

/// A sparse convolution that the checks of the kernels for leaves compute.
package struct LeafCase: Sendable, CustomStringConvertible {
  package var imageGroups = 1
  package var channels = 3
  package var input = Spatial(7, 7)
  /// Filters of all groups.
  package var filters = 8
  package var kernel = Spatial(3, 3)
  package var stride = Spatial(1, 1)
  package var dilation = Spatial(1, 1)
  package var padding = Spatial(1, 1)
  /// Of channels and filters.
  package var groups = 1
  /// The share of weights that are zero.
  package var zeros = 0.8
  package var covering = Covering.cheapest
  package var activation = BlockActivation.identity
  package var hasResidual = false
  /// How tensors lie: dense, or the output every other pixel of some channels of another tensor.
  package var isScattered = false
  /// Where `nil`, the one that is predicted to be fastest.
  package var tiling: LeafTiling?

  package enum Covering: String, CaseIterable, Sendable {
    /// By the kernel's costs.
    case cheapest
    /// One weight at a time.
    case leaves
    /// Each root group one segment.
    case dense
    /// Segments of all heights, where a row's weights would be cheaper as leaves.
    case mixed
    /// Segments of up to 32 rows, which are cut.
    case tall
  }

  package init() {}

  package var description: String {
    func text(_ extents: Spatial) -> String { "\(extents.vertical)×\(extents.horizontal)" }
    let parts = [
      "\(imageGroups)×\(channels)×\(text(input))", "\(filters) filters \(text(kernel))",
      stride == Spatial(1, 1) ? "" : "stride \(text(stride))",
      dilation == Spatial(1, 1) ? "" : "dilation \(text(dilation))",
      "padding \(text(padding))", groups == 1 ? "" : "\(groups) groups",
      "\(Int(zeros * 100)) % zeros", covering.rawValue,
      activation == .identity ? "" : "\(activation)", hasResidual ? "residual" : "",
      isScattered ? "scattered" : "",
      tiling.map {
        "tile \($0.tileGroups)×\($0.tileRows)×\($0.tileColumns) of"
          + " \($0.rootsPerBlock)×\($0.pixelWarps)×\($0.pixelRuns), \($0.channelsPerChunk) channels in"
          + " \($0.packetByteCount), \($0.splitCount) splits"
      } ?? "",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// The case with something changed.
  package func with(_ change: (inout LeafCase) -> Void) -> LeafCase {
    var copy = self
    change(&copy)
    return copy
  }

  package var output: Spatial {
    func extent(_ size: Int, _ padding: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1
    }
    return Spatial(
      extent(
        input.vertical, padding.vertical, kernel.vertical, stride.vertical, dilation.vertical),
      extent(
        input.horizontal, padding.horizontal, kernel.horizontal, stride.horizontal,
        dilation.horizontal))
  }

  package var problem: BlockProblem {
    var output = LanesGeometry(
      channels: filters, height: output.vertical, width: output.horizontal)
    if isScattered {
      output.pixelStride = 2
      output.rowStride = 2 * output.width + 1
      output.channelStride = output.rowStride * output.height + 3
      output.groupStride = output.channelStride * (filters + 1)
    }
    return BlockProblem(
      imageGroups: imageGroups,
      input: LanesGeometry(
        channels: channels, height: input.vertical, width: input.horizontal), output: output,
      residual: hasResidual
        ? LanesGeometry(
          channels: filters, height: self.output.vertical, width: self.output.horizontal) : nil,
      stride: stride, activation: activation)
  }

  /// Taps of a filter.
  package var tapCount: Int { channels / groups * kernel.vertical * kernel.horizontal }

  /// The weights of all filters, [filters][channels / groups][R][S].
  package func weights() -> [Float] {
    var random = SplitMix64(seed: 51)
    return (0..<filters * tapCount).map { _ in
      let weight = random.uniform()
      return Double(random.uniform()) < 2 * zeros - 1 ? 0 : weight
    }
  }

  package func bias() -> [Float] {
    var random = SplitMix64(seed: 52)
    return (0..<filters).map { _ in random.uniform() }
  }

  /// The convolution's groups with their covers.
  package func branches() throws -> [BlockBranch] { try branches(cover) }

  /// The convolution's groups with covers of another kind.
  package func branches(_ cover: (FilterMatrix) -> Cover) throws -> [BlockBranch] {
    let (weights, bias) = (weights(), bias())
    let rows = filters / groups
    return try (0..<groups).map { group in
      let matrix = try FilterMatrix(
        rows: rows, taps: tapCount,
        values: Array(weights[group * rows * tapCount..<(group + 1) * rows * tapCount]))
      return BlockBranch(
        taps: (0..<tapCount).map { tap(at: $0, group: group) }, cover: cover(matrix),
        firstRow: group * rows, bias: Array(bias[group * rows..<(group + 1) * rows]))
    }
  }

  /// The case's tiling, or the fastest on a GPU of a single multiprocessor: the most work of a block.
  package func tiling(_ branches: [BlockBranch], on figures: GPUFigures) throws -> LeafTiling {
    if let tiling { return tiling }
    var figures = figures
    figures.multiprocessorCount = 1
    return try LeafTiling.best(problem, branches, on: figures).tiling
  }

  /// What a column of a group's filter matrix reads.
  private func tap(at column: Int, group: Int) -> BlockTap {
    let (row, s) = column.quotientAndRemainder(dividingBy: kernel.horizontal)
    let (channel, r) = row.quotientAndRemainder(dividingBy: kernel.vertical)
    return BlockTap(
      channel: group * (channels / groups) + channel,
      y: r * dilation.vertical - padding.vertical,
      x: s * dilation.horizontal - padding.horizontal)
  }

  private func cover(_ matrix: FilterMatrix) -> Cover {
    switch covering {
    case .leaves: return .leavesOnly(matrix)
    case .dense: return .dense(matrix, rootHeight: LeafSegment.rootRows)
    case .cheapest:
      let costs = LeafTiling.coverCosts()
      return .exact(matrix, costs: costs, tree: .greedy(matrix, costs: costs))
    case .mixed, .tall:
      let heights = [(2, 1.6), (4, 2.4), (8, 4)] + (covering == .tall ? [(32, 10)] : [])
      let costs = CoverCosts(
        leaf: 1, heights: heights.map { CoverCosts.HeightCost(height: $0.0, perTap: $0.1) })
      return .exact(matrix, costs: costs, tree: .greedy(matrix, costs: costs))
    }
  }
}

// MARK: The reference

extension LeafCase {
  /// Calls `body` for each element of the output with its sum in double precision, the sum of its
  /// products' magnitudes, and its place.
  ///
  /// - Parameter x: [imageGroups][channels][H][W][8]
  func forEachOutput(
    _ x: [Float], _ body: (_ sum: Double, _ magnitude: Double, _ place: OutputPlace) -> Void
  ) {
    let weights = weights()
    let (rows, depth) = (filters / groups, channels / groups)
    for g in 0..<imageGroups {
      for m in 0..<filters {
        for p in 0..<output.vertical {
          for q in 0..<output.horizontal {
            for image in 0..<8 {
              var (sum, magnitude) = (0.0, 0.0)
              for c in 0..<depth {
                for r in 0..<kernel.vertical {
                  for s in 0..<kernel.horizontal {
                    let y = p * stride.vertical + r * dilation.vertical - padding.vertical
                    let z = q * stride.horizontal + s * dilation.horizontal - padding.horizontal
                    let weight =
                      weights[((m * depth + c) * kernel.vertical + r) * kernel.horizontal + s]
                    guard weight != 0, (0..<input.vertical).contains(y),
                      (0..<input.horizontal).contains(z)
                    else { continue }
                    let channel = m / rows * depth + c
                    let pixel =
                      ((g * channels + channel) * input.vertical + y) * input.horizontal + z
                    let product = Double(weight) * Double(x[8 * pixel + image])
                    sum += product
                    magnitude += product.magnitude
                  }
                }
              }
              body(sum, magnitude, OutputPlace(group: g, row: m, p: p, q: q, image: image))
            }
          }
        }
      }
    }
  }

  /// An element of the output.
  struct OutputPlace {
    var group: Int
    var row: Int
    var p: Int
    var q: Int
    var image: Int

    /// Where it lies in a tensor.
    func index(in geometry: LanesGeometry) -> Int {
      8
        * (group * geometry.groupStride + row * geometry.channelStride + p * geometry.rowStride
          + q * geometry.pixelStride) + image
    }
  }
}

extension LanesGeometry {
  /// Elements from the first to the last of so many groups of images.
  package func elementCount(groups: Int) -> Int {
    8
      * ((groups - 1) * groupStride + (channels - 1) * channelStride + (height - 1) * rowStride
        + (width - 1) * pixelStride + 1)
  }
}

extension BlockActivation {
  /// In double precision.
  func reference(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .clip(let lower, let upper): x.isNaN ? x : min(max(x, Double(lower)), Double(upper))
    case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
    case .silu: x / (1 + cExp(-x))
    case .hardSwish: x * max(0, min(1, x / 6 + 0.5))
    case .sigmoid: 1 / (1 + cExp(-x))
    }
  }
}
