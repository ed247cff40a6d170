package import Covers
package import GPUKernels
internal import Runtime

/// A convolution as it will be launched, and what that is predicted to take.
package enum ConvolutionPlan: Sendable {
  case blocks(BlockPlan)
  case leaves(LeafPlan)

  package var prediction: ConvolutionPrediction {
    switch self {
    case .blocks(let plan): plan.prediction
    case .leaves(let plan): plan.prediction
    }
  }

  var seconds: Double { prediction.seconds }

  package var covers: [Cover] {
    switch self {
    case .blocks(let plan): plan.covers
    case .leaves(let plan): plan.branches.map(\.cover)
    }
  }

  /// Adds what the covers consist of.
  func count(in matrix: inout MatrixReport) {
    for statistics in covers.map(\.statistics) {
      for height in statistics.heights {
        matrix.segmentsByHeight[height.height, default: 0] += height.segmentCount
      }
      matrix.leaves += statistics.leafCount
      matrix.filledSlots += statistics.filledSlotCount
    }
  }
}

extension KernelReport {
  init(_ plan: ConvolutionPlan) {
    switch plan {
    case .blocks(let plan): self.init(plan)
    case .leaves(let plan): self.init(plan)
    }
  }

  /// Rows × (groups × rows × columns of pixels) × images of a tile.
  static func tile(rows: Int, groups: Int, _ pixelRows: Int, _ pixelColumns: Int) -> String {
    let pixels = (groups > 1 ? "\(groups)×" : "") + "\(pixelRows)×\(pixelColumns)"
    return "\(rows)·(\(pixels))·8"
  }
}

extension ConvolutionPrediction.Limiter {
  /// As reports name it.
  var text: String {
    switch self {
    case .issue: "instruction issue"
    case .tensor: "tensor cores"
    case .fma: "multiply-adds"
    case .shared: "shared memory"
    case .l2: "L2"
    case .memory: "memory"
    case .latency: "latency"
    }
  }
}
