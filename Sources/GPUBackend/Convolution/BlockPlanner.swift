internal import Covers
internal import GPUKernels
internal import Runtime
internal import Tensors

/// A convolution as it will be launched, and what that is predicted to take.
struct BlockPlan {
  var layer: BlockLayer
  var covers: [Cover]
  var seconds: Double
  var report: KernelReport

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

/// Chooses tilings, covers filters and packs them.
struct BlockPlanner {
  let target: GPUTarget
}
