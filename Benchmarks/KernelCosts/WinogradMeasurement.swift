import CPUBackend
import CPUKernels

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

  init(_ kernels: KernelSet) {
    self.kernels = kernels
    mask = Workspace(count: 2 * kernels.lanes, fill: .max)
    for lane in kernels.lanes..<2 * kernels.lanes { mask.start[lane] = 0 }
  }

  func costs() -> WinogradCosts {
    let widths = 1...kernels.productVectors
    return WinogradCosts(
      transforms: kernels.winograd.map(transformCosts),
      product: [0] + widths.map(productCost), weights: weightCost())
  }

  private func transformCosts(_ transforms: WinogradKernels) -> WinogradCosts.Transform {
    let segments = segments(transforms)
    let vectors = segments.vectors
    let rowStride = vectors * kernels.lanes
    let matrixStride = Self.planes * rowStride + kernels.lanes
    let outputPlanes = (0..<Self.planes).map { $0 * Self.planeStride }
    let times = CostMeasurement.interleaved([
      {
        segments.list.withUnsafeBufferPointer { list in
          segments.ends.withUnsafeBufferPointer { ends in
            guard let first = list.baseAddress, let ends = ends.baseAddress else { return }
            transforms.planesInput(
              WinogradInput(
                segments: first, segmentCount: list.count, vectorCount: vectors,
                input: memory.start, channelCount: Self.planes, channelStride: Self.planeStride,
                pitch: Self.pitch, products: products.start, matrixStride: matrixStride,
                rowStride: rowStride, scratch: scratch.start, zeros: zeros.start,
                mask: mask.start, ends: ends))
          }
        }
      },
      {
        segments.list.withUnsafeBufferPointer { list in
          outputPlanes.withUnsafeBufferPointer { planes in
            guard let first = list.baseAddress, let planes = planes.baseAddress else { return }
            transforms.planesOutput(
              WinogradOutput(
                segments: first, segmentCount: list.count, vectorCount: vectors,
                products: products.start, matrixStride: matrixStride, rowStride: rowStride,
                filterCount: Self.planes, bias: zeros.start, output: memory.start,
                outputPlanes: planes, residual: nil, residualPlanes: planes,
                outputPitch: Self.pitch, residualPitch: Self.pitch, lower: 0, upper: .infinity,
                scratch: scratch.start))
          }
        }
      },
    ])
    let count = Double(Self.planes * vectors)
    return WinogradCosts.Transform(
      tile: transforms.tile, input: times[0] / count, output: times[1] / count)
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

  /// Time of one multiply-add vector with everything near the core.
  private func productCost(vectors: Int) -> Double {
    let rows = kernels.productRows
    let depth = 128
    guard let kernel = kernels.product[rows][vectors] else { return 0 }
    let product = Product(
      weights: weights.start, inputs: memory.start, inputStride: vectors * kernels.lanes,
      depth: depth, output: products.start, outputStride: vectors * kernels.lanes)
    return CostMeasurement.interleaved([{ kernel(product) }])[0] / Double(rows * vectors * depth)
  }

  /// Time of one vector of weights that come from memory, used once.
  private func weightCost() -> Double {
    let rows = kernels.productRows
    let depth = 256
    guard let kernel = kernels.product[rows][1] else { return 0 }
    let body = {
      var next = 0
      while next + rows * depth <= weights.count {
        kernel(
          Product(
            weights: weights.start + next, inputs: memory.start, inputStride: kernels.lanes,
            depth: depth, output: products.start, outputStride: kernels.lanes))
        next += rows * depth
      }
    }
    return CostMeasurement.interleaved([body], repeats: 1)[0] * Double(kernels.lanes)
      / Double(weights.count)
  }
}
