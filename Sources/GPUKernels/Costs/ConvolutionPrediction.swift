/// How long a convolution takes, by what it does and what the GPU can do at most.
///
/// What the multiprocessor with the most blocks issues, multiplies and moves, and what all move to and from memory
/// overlaps, but for a part; the start of blocks and of kernels, and the waits at each chunk do not.
package struct ConvolutionPrediction: Hashable, Sendable {
  /// What may take the most time.
  package enum Limiter: String, CaseIterable, Hashable, Sendable {
    /// The beginning of instructions: one for each of four schedulers in a cycle.
    case issue
    case tensor
    /// Multiply-adds outside of tensor cores.
    case fma
    case shared, l2, memory
    /// The start of kernels and blocks, and waits that nothing overlaps with.
    case latency
  }

  /// The longest of the limits, a part of the others, and what nothing overlaps with.
  package var seconds: Double
  /// Seconds that each part of the GPU is busy.
  package var limits: [Limiter: Double]
  /// Times that the GPU is filled with blocks.
  package var waves: Double
  /// Blocks that a multiprocessor holds at a time.
  package var residentBlocks: Int
  package var limiter: Limiter
  /// Seconds of starts, and of waits at chunks that no work hides.
  var overheadSeconds: Double

  /// The share of what is not the longest that does not overlap with it.
  private static let exposedShare = 0.125
  /// Cycles in which a block waits for its slowest warp at each chunk.
  private static let chunkLatency = 200.0
  /// Cycles from the request of a chunk to its arrival.
  private static let loadLatency = 1000.0
  /// Cycles from the start of a block to its first product, and from its last one to its end.
  private static let blockLatency = 2000.0
  /// Warps of a multiprocessor, two for each of its parts, that keep it busy.
  private static let busyWarps = 8.0
  /// Bytes that one multiprocessor gets from the second-level cache in a cycle at most.
  static let cachePort = 64.0

  /// - Parameters:
  ///   - limits: all but latency.
  ///   - chunks: that the busiest multiprocessor runs one after the other.
  ///   - stageCount: chunks that are on their way or multiplied at a time.
  init(
    limits: [Limiter: Double], blocks: BlockSchedule, chunks: Double, stageCount: Int,
    kernelCount: Int, on figures: GPUFigures
  ) {
    let longest = Limiter.allCases.map { ($0, limits[$0] ?? 0) }.max { $0.1 < $1.1 }
    let (name, seconds) = longest ?? (.latency, 0)
    let others = limits.values.sorted().reduce(-seconds, +)
    let chunkCycles = chunks > 0 ? seconds * figures.clock / chunks : 0
    let wait =
      Self.chunkLatency + max(0, Self.loadLatency / Double(stageCount - 1) - chunkCycles)
    let latency =
      (Double(blocks.turns) * Self.blockLatency + chunks * wait) / figures.clock
      + figures.launchSeconds * Double(kernelCount)
    overheadSeconds =
      (Double(blocks.turns) * Self.blockLatency + chunks * Self.chunkLatency) / figures.clock
      + figures.launchSeconds * Double(kernelCount)
    self.seconds = seconds + Self.exposedShare * others + latency
    self.limits = limits
    waves = blocks.waves
    residentBlocks = blocks.resident
    limiter = latency > seconds ? .latency : name
  }

  /// What it would take if `limiter` were the longest of the limits and nothing waited for a chunk: no more than
  /// ``seconds``, and linear in what blocks do.
  func seconds(limitedBy limiter: Limiter) -> Double {
    let all = limits.values.sorted().reduce(0, +)
    return (1 - Self.exposedShare) * limits[limiter, default: 0] + Self.exposedShare * all
      + overheadSeconds
  }

  /// The longest of the limits that depend on what blocks do.
  var longestOfBlocks: Limiter {
    let limiters: [Limiter] = [.issue, .tensor, .fma, .shared, .l2]
    return limiters.max { limits[$0, default: 0] < limits[$1, default: 0] } ?? .issue
  }

  /// The share of its time that a multiprocessor with so many warps is busy.
  static func utilization(warps: Int) -> Double { min(1, Double(warps) / busyWarps) }
}

/// How blocks are distributed among multiprocessors.
struct BlockSchedule {
  /// Blocks that a multiprocessor holds at a time.
  let resident: Int
  /// Blocks that the busiest multiprocessor runs, and how many of them at a time.
  let busiest: Int
  let together: Int
  let waves: Double

  init(blocks: Int, resident: Int, on figures: GPUFigures) {
    self.resident = max(1, resident)
    busiest = blocks.dividedRoundingUp(by: figures.multiprocessorCount)
    together = max(1, min(busiest, self.resident))
    waves = Double(blocks) / Double(figures.multiprocessorCount * self.resident)
  }

  /// Times that the busiest multiprocessor is filled.
  var turns: Int { busiest.dividedRoundingUp(by: resident) }
}
