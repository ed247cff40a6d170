internal import Graphs
internal import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// y = x / (bias + alpha / size · Σ x²)^beta, the sum over `size` neighbouring channels.
struct LocalResponseStep: Step {
  private let op: LRN
  private let input: GridSource
  private let output: GridTarget
  private let parts: WorkParts

  init(_ op: LRN, input: GridSource, output: GridTarget) {
    self.op = op
    self.input = input
    self.output = output
    let grid = output.grid
    parts = WorkParts(
      planes: grid.planeCount, rows: grid.height, columns: grid.width,
      cost: min(op.size, grid.channels) + 8)
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    let channels = output.grid.channels
    parts.forEachTile(of: part) { tile in
      let channel = output.grid.imageAndChannel(ofPlane: tile.plane).channel
      // An even window reaches one channel further up than down.
      let first = max(0, channel - (op.size - 1) / 2)
      let last = min(channels - 1, channel + op.size / 2)
      let from = x + input.grid.offset(of: tile)
      let window = from - (channel - first) * input.grid.channelStride
      let to = y + output.grid.offset(of: tile)
      for row in 0..<tile.rows.count {
        normalize(
          from + row * input.grid.pitch, window: window + row * input.grid.pitch,
          channels: last - first + 1, to: to + row * output.grid.pitch,
          count: tile.columns.count)
      }
      output.grid.zeroBorder(of: tile, at: y)
    }
  }

  private func normalize(
    _ x: UnsafePointer<Float>, window: UnsafePointer<Float>, channels: Int,
    to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    let stride = input.grid.channelStride
    let factor = op.alpha / Float(op.size)
    mapVectors(window, y, count: count) { $0 * $0 }
    for channel in 1..<max(1, channels) {
      zipVectors(window + channel * stride, y, y, count: count) { $1 + $0 * $0 }
    }
    // Then no divisor is below the least normal number.
    if op.alpha >= 0 && op.bias >= 0x1p-100 {
      zipVectors(x, y, y, count: count) {
        $0 * Exponential.exp(Exponential.log($1 * factor + op.bias) * -op.beta)
      }
    } else {
      for i in 0..<count { y[i] = x[i] / powf(y[i] * factor + op.bias, op.beta) }
    }
  }
}
