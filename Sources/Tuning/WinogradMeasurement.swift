internal import CPUBackend
internal import CPUKernels

/// Times the kernels of Winograd convolutions of one instruction set, on a layer of 28 × 28 pixels.
struct WinogradMeasurement {
  private let kernels: KernelSet
  private let memory = Workspace<Float>(count: 1 << 22, fill: 1)
  private let weights = Workspace<Float>(count: 1 << 24, fill: 1e-3)
  private let products = Workspace<Float>(count: 1 << 21, fill: 0)
  private let scratch = Workspace<Float>(count: 1 << 12, fill: 0)
  private let zeros = Workspace<Float>(count: 256, fill: 0)
  private let mask: Workspace<UInt32>

  private static let extent = 28
  private static let pitch = 29
  /// An odd number of cache lines, as planes have.
  private static let planeStride = 912
  private static let planes = 64

  /// The pieces of the transforms by their tile, of the products by their vectors, and of reading
  /// weights, in the results of rounds.
  private var transforms: [(tile: Int, input: Int, output: Int, vectorCount: Int)] = []
  private var productPieces: [Int] = []
  private var weightPiece = 0

  /// Adds the pieces that ``costs(_:)`` needs.
  init(_ kernels: KernelSet, adding rounds: inout Rounds) {
    self.kernels = kernels
    mask = Workspace(count: 2 * kernels.lanes, fill: .max)
    for lane in kernels.lanes..<2 * kernels.lanes { mask.start[lane] = 0 }
    for each in kernels.winograd { add(each, to: &rounds) }
    productPieces = (1...kernels.productVectors).map { rounds.add(.least, product(vectors: $0)) }
    weightPiece = rounds.add(.median, productsOfFarWeights())
  }

  /// The costs by the times of the rounds.
  func costs(_ times: [Double]) -> WinogradCosts {
    let multiplies = kernels.productRows * Self.productDepth
    return WinogradCosts(
      transforms: transforms.map {
        WinogradCosts.Transform(
          tile: $0.tile, input: times[$0.input] / Double(Self.planes * $0.vectorCount),
          output: times[$0.output] / Double(Self.planes * $0.vectorCount))
      },
      product: [0]
        + productPieces.enumerated().map { times[$1] / Double(($0 + 1) * multiplies) },
      weights: times[weightPiece] * Double(kernels.lanes) / Double(weights.count))
  }

  private mutating func add(_ kernel: WinogradKernels, to rounds: inout Rounds) {
    let (memory, products, scratch, zeros, mask) = (memory, products, scratch, zeros, mask)
    let segments = segments(kernel)
    let vectors = segments.vectors
    let rowStride = vectors * kernels.lanes
    let matrixStride = Self.planes * rowStride + kernels.lanes
    let outputPlanes = (0..<Self.planes).map { $0 * Self.planeStride }
    let input = rounds.add(.least) {
      segments.list.withUnsafeBufferPointer { list in
        segments.ends.withUnsafeBufferPointer { ends in
          guard let first = list.baseAddress, let ends = ends.baseAddress else { return }
          kernel.planesInput(
            WinogradInput(
              segments: first, segmentCount: list.count, vectorCount: vectors,
              input: memory.start, channelCount: Self.planes, channelStride: Self.planeStride,
              pitch: Self.pitch, products: products.start, matrixStride: matrixStride,
              rowStride: rowStride, scratch: scratch.start, zeros: zeros.start,
              mask: mask.start, ends: ends))
        }
      }
    }
    let output = rounds.add(.least) {
      segments.list.withUnsafeBufferPointer { list in
        outputPlanes.withUnsafeBufferPointer { planes in
          guard let first = list.baseAddress, let planes = planes.baseAddress else { return }
          kernel.planesOutput(
            WinogradOutput(
              segments: first, segmentCount: list.count, vectorCount: vectors,
              products: products.start, matrixStride: matrixStride, rowStride: rowStride,
              filterCount: Self.planes, bias: zeros.start, output: memory.start,
              outputPlanes: planes, residual: nil, residualPlanes: planes,
              outputPitch: Self.pitch, residualPitch: Self.pitch, lower: 0, upper: .infinity,
              scratch: scratch.start))
        }
      }
    }
    transforms.append((kernel.tile, input, output, vectors))
  }

  /// The first 32 tiles of a map, or two vectors of them.
  private func segments(
    _ transforms: WinogradKernels
  ) -> (list: [WinogradSegment], vectors: Int, ends: [UInt32]) {
    let tile = transforms.tile
    let columns = Self.extent / tile
    let tiles = max(32, 2 * kernels.lanes)
    var list: [WinogradSegment] = []
    var ends = [UInt32](repeating: 0, count: tiles)
    var next = 0
    while next < tiles {
      let column = next % columns
      let count = min(columns - column, tiles - next, kernels.lanes - next % kernels.lanes)
      let corner = next / columns * tile * Self.pitch + column * tile + 64
      list.append(
        WinogradSegment(
          position: next, tileCount: count, input: corner, inputRows: tile + 2,
          inputColumns: Self.pitch - column * tile, output: corner, residual: corner,
          outputRows: tile, outputColumns: count * tile,
          gap: column + count == columns ? Self.pitch - Self.extent : 0))
      next += count
      ends[next - 1] = .max
    }
    return (list, tiles / kernels.lanes, ends)
  }

  private static let productDepth = 128

  /// A product with everything near the core.
  private func product(vectors: Int) -> () -> Void {
    guard let kernel = kernels.product[kernels.productRows][vectors] else { return {} }
    let (weights, memory, products) = (weights, memory, products)
    let stride = vectors * kernels.lanes
    return {
      kernel(
        Product(
          weights: weights.start, inputs: memory.start, inputStride: stride,
          depth: Self.productDepth, output: products.start, outputStride: stride))
    }
  }

  /// Products whose weights come from memory and are used once.
  private func productsOfFarWeights() -> () -> Void {
    let (rows, depth, lanes) = (kernels.productRows, 256, kernels.lanes)
    guard let kernel = kernels.product[rows][1] else { return {} }
    let (weights, memory, products) = (weights, memory, products)
    return {
      var next = 0
      while next + rows * depth <= weights.count {
        kernel(
          Product(
            weights: weights.start + next, inputs: memory.start, inputStride: lanes,
            depth: depth, output: products.start, outputStride: lanes))
        next += rows * depth
      }
    }
  }
}
