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
      planes: grid.planeCount, images: grid.images, rows: grid.height, columns: grid.width,
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
    // Then no divisor is below the least normal number.
    guard op.alpha >= 0 && op.bias >= 0x1p-100 else {
      for i in 0..<count {
        var sum: Float = 0
        for channel in 0..<channels {
          let value = window[channel &* stride &+ i]
          sum += value * value
        }
        y[i] = x[i] / powf(sum * factor + op.bias, op.beta)
      }
      return
    }
    let (bias, exponent) = (op.bias, -op.beta)
    generateVectors(y, count: count) { index, count in
      var sum = SIMD8<Float>.zero
      var next = window
      for _ in 0..<channels {
        let value = next.vector(at: index, count: count)
        sum += value * value
        next += stride
      }
      let logarithm = Exponential.log(sum * factor + bias)
      return x.vector(at: index, count: count) * Exponential.exp(logarithm * exponent)
    }
  }
}
