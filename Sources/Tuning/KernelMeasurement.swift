package import CPUBackend
internal import CPUKernels
package import Tensors

/// Times the kernels of one instruction set, and makes a cost table of the times.
package struct KernelMeasurement {
  private let set: InstructionSet
  private let kernels: KernelSet
  private let inputs = Workspace<Float>(count: 1 << 20, fill: 1)
  private let weights = Workspace<Float>(count: 1 << 22, fill: 1e-3)
  private let accumulators = Workspace<Float>(count: 1 << 16, fill: 0)
  private let offsets = Workspace<Int32>(count: 1 << 14, fill: 0)
  /// The same, moved by up to a cache line.
  private let unalignedOffsets = Workspace<Int32>(count: 1 << 14, fill: 0)

  /// Inputs that stay in L1 beside weights and accumulators: 20 KiB.
  private static let inputFloats = 5 << 10
  /// Taps of one call, and how they are cut into blocks.
  private static let (taps, many, few) = (1024, 64, 8)
  /// The share of the time for handing out parts, whose threads would disturb the rest.
  private static let partShare = 0.05

  /// - Throws: `unsupported` where the processor lacks the instruction set.
  package init(_ set: InstructionSet) throws(HewnError) {
    self.set = set
    kernels = try set.kernelSet()
    var random = SplitMix64(seed: 1)
    for index in 0..<offsets.count {
      offsets.start[index] = Int32(random.next() % UInt64(Self.inputFloats / 16)) * 16
      unalignedOffsets.start[index] = offsets.start[index] + Int32(random.next() % 16)
    }
  }

  /// Measures for about `seconds`.
  ///
  /// - Parameter progress: called with the fraction of the time that is over.
  package func table(
    seconds: Double, progress: (Double) -> Void = { _ in }
  ) -> CPUCostTable {
    let part = partCost(seconds: Self.partShare * seconds)
    var rounds = Rounds()
    // Pieces by rows and vectors: with blocks of many taps, and of few, and many that are not aligned.
    let pieces = kernels.accumulate.indices.map { rows in
      kernels.accumulate[rows].indices.map { vectors -> (many: Int, few: Int, unaligned: Int)? in
        guard let kernel = kernels.accumulate[rows][vectors],
          let unaligned = kernels.accumulateUnaligned[rows][vectors]
        else { return nil }
        func add(
          _ kernel: @escaping AccumulateKernel, _ taps: Int, _ offsets: Workspace<Int32>
        ) -> Int {
          rounds.add(
            .least,
            blocks(kernel, rows: rows, vectors: vectors, tapsOfBlock: taps, offsets: offsets))
        }
        return (
          add(kernel, Self.many, offsets), add(kernel, Self.few, offsets),
          add(unaligned, Self.many, unalignedOffsets)
        )
      }
    }
    let finish = rounds.add(.least, finishing())
    let matrix = MatrixMeasurement(kernels, adding: &rounds)
    let winograd = WinogradMeasurement(kernels, adding: &rounds)
    let times = rounds.measure(seconds: (1 - Self.partShare) * seconds, progress: progress)

    let costs = pieces.map { row in
      row.map { piece -> (tap: Double, unalignedTap: Double, block: Double) in
        guard let piece else { return (0, 0, 0) }
        let block = Self.blockCost(many: times[piece.many], few: times[piece.few])
        return (
          Self.tapCost(times[piece.many], block: block),
          Self.tapCost(times[piece.unaligned], block: block), block
        )
      }
    }
    return CPUCostTable(
      isa: set.rawValue, machine: ProcessorIdentity.current.description,
      tap: costs.map { $0.map(\.tap) }, unalignedTap: costs.map { $0.map(\.unalignedTap) },
      block: costs.map { $0.map(\.block) },
      finish: times[finish] / Double(Self.finishRows * Self.finishVectors), part: part,
      panel: matrix.panelCost(times), gatheredLeaf: matrix.gatheredLeafCost(times),
      winograd: winograd.costs(times), matrix: matrix.costs(times))
  }

  /// Time of one block, from the times of as many taps in blocks of many and of few.
  private static func blockCost(many: Double, few: Double) -> Double {
    max(0, (few - many) / Double(taps / Self.few - taps / Self.many))
  }

  /// Time of one tap, from that of taps in blocks of many.
  private static func tapCost(_ many: Double, block: Double) -> Double {
    max(0, many - block * Double(taps / Self.many)) / Double(taps)
  }

  /// Blocks whose accumulators pass through 256 KiB, as those of a layer do.
  private func blocks(
    _ kernel: @escaping AccumulateKernel, rows: Int, vectors: Int, tapsOfBlock: Int,
    offsets: Workspace<Int32>
  ) -> () -> Void {
    let stride = vectors * kernels.lanes
    let groups = accumulators.count / (rows * stride)
    let records = (0..<Self.taps / tapsOfBlock).map {
      BlockStream.Block(firstRow: Int32($0 % groups * rows), tapCount: Int32(tapsOfBlock))
    }
    return {
      records.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        kernel(
          inputs.start,
          BlockStream(
            blocks: base, blockCount: buffer.count, offsets: offsets.start, sharesOffsets: false,
            weights: weights.start, start: nil), accumulators.start, stride)
      }
    }
  }

  private static let (finishRows, finishVectors) = (16, 12)

  private func finishing() -> () -> Void {
    let stride = Self.finishVectors * kernels.lanes
    let strides = (0..<Self.finishRows).map { $0 * stride }
    return {
      strides.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        kernels.finish(
          Finish(
            output: inputs.start, outputRows: base, residual: nil, residualRows: base, mask: nil,
            lower: 0, upper: .infinity), 0..<Self.finishRows, Self.finishVectors,
          accumulators.start, stride)
      }
    }
  }

  private func partCost(seconds: Double) -> Double {
    let pool = ThreadPool(threadCount: 2)
    var rounds = Rounds()
    let part = rounds.add(.median) { pool.run(partCount: 2) { _, _ in } }
    return rounds.measure(seconds: seconds)[part]
  }
}
