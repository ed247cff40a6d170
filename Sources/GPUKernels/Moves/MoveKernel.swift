package import KernelIR

// out[Σₐ iₐ · outputStrideₐ] = in[base + Σₐ offsetₐ(iₐ)], or a fill where some offset says "outside"
//
// Pointers: in and out lanes8 [N/8, …, 8] of any type, aligned to 16 bytes, as parts of 16 bytes; of each axis
// without a stride in the input a table of u32 offsets, which count parts.
// Tiles: the places of all axes, the groups of images included, are one row that blocks cut into runs; axes are
// in the order of the output. A thread moves one part, or several that are a block's width apart, so that
// a warp writes 512 bytes in a run where the output has one.
// Limiter: bandwidth of device memory. Where the order of the input is another, each vector is a sector of its
// own to a warp: all of it in f32, half in f16, where a request reads 32 sectors for 16. The other half is the
// next vector of the input, and a hit where it is wanted before the line leaves the caches. A transpose
// through shared memory could save no more than this half.

/// The parameter struct of moves.
package struct MoveArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  var partCount: UInt32
  var inputBase: UInt32
  var fill: UInt32
  /// Extents of the axes from the second on.
  var extents: InlineArray<7, Divisor>
  /// By axis, modulo 2³².
  var inputStrides: InlineArray<8, UInt32>
  var outputStrides: InlineArray<8, UInt32>
  var tables: InlineArray<8, DeviceAddress<U32>>
}

/// How a move goes about it.
package struct MoveConfiguration: Hashable, Sendable {
  /// Parts of 16 bytes that a thread moves; all are read before the first is written.
  package var partsPerThread: Int

  package init(partsPerThread: Int) { self.partsPerThread = partsPerThread }

  /// Several parts where that leaves blocks enough for all multiprocessors.
  package init(for problem: MoveProblem) {
    partsPerThread = problem.partCount >= 1 << 20 ? 4 : 1
  }
}

/// The kernel of a move; it knows the number of axes, which have tables, and whether it fills.
package struct MoveKernel: ProblemKernel {
  package typealias Arguments = MoveArguments

  package let problem: MoveProblem
  package let configuration: MoveConfiguration
  /// All tables, to be uploaded; empty where no axis has one.
  package let tables: [UInt32]
  private let fills: Bool

  private static let threadCount = 256
  private static let partByteCount = 16

  package init(_ problem: MoveProblem, _ configuration: MoveConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? MoveConfiguration(for: problem)
    tables = problem.axes.axes.flatMap(\.table)
    fills = problem.axes.fills
  }

  private var axes: [CollapsedAxes.Axis] { problem.axes.axes }

  package var name: String {
    let format = axes.map { $0.hasTable ? "t" : "s" }.joined()
    let tile = "\(Self.threadCount)x\(configuration.partsPerThread)"
    return "\(fills ? "movefill" : "move")_\(format)_16bytes_\(tile)__sm80"
  }

  /// Parts of a block.
  private var blockCount: Int { Self.threadCount * configuration.partsPerThread }

  package var grid: Grid { Grid(problem.partCount.dividedRoundingUp(by: blockCount)) }

  /// - Parameter tables: where ``tables`` lies in device memory; anything where that is empty.
  package func arguments(input: UInt64, output: UInt64, tables: UInt64 = 0) -> MoveArguments {
    var arguments = MoveArguments(
      input: DeviceAddress(input),
      output: DeviceAddress(output + UInt64(problem.outputBase * Self.partByteCount)),
      partCount: UInt32(problem.partCount),
      inputBase: UInt32(truncatingIfNeeded: problem.axes.inputBase), fill: problem.fill,
      extents: .init(repeating: Divisor(1)), inputStrides: .init(repeating: 0),
      outputStrides: .init(repeating: 0), tables: .init(repeating: DeviceAddress(0)))
    var table = tables
    for (index, axis) in axes.enumerated() {
      if index > 0 { arguments.extents[index - 1] = Divisor(axis.extent) }
      arguments.outputStrides[index] = UInt32(truncatingIfNeeded: axis.outputStride)
      switch axis.offsets {
      case .stride(let stride):
        arguments.inputStrides[index] = UInt32(truncatingIfNeeded: stride)
      case .table(let offsets):
        arguments.tables[index] = DeviceAddress(table)
        table += UInt64(offsets.count * MemoryLayout<UInt32>.stride)
      }
    }
    return arguments
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: configuration.partsPerThread > 1 ? 64 : 32,
      arguments: MoveArguments.self
    ) { k, a in
      let first = k.blockIndex.x * Value<U32>(blockCount) + k.threadIndex
      let numbers = (0..<configuration.partsPerThread).map {
        first + Value<U32>($0 * Self.threadCount)
      }
      // Threads beyond the end read the last part, so that all loads are under way together.
      let parts = numbers.map { part(min($0, a.partCount - 1), a) }
      let vectors = parts.map { load($0, k, a) }
      for (index, number) in numbers.enumerated() {
        k.if(number < a.partCount) {
          a.output.advanced(by: parts[index].output, rowsOf: Value<U32>(Self.partByteCount))
            .storeVector(vectors[index])
        }
      }
    }
  }

  /// Where a part comes from and goes to.
  private struct Part {
    var input: Value<U32>
    var output: Value<U32>
    /// `nil` where all parts are.
    var isInside: Value<Predicate>?
  }

  private func part(_ number: Value<U32>, _ a: KernelArguments<MoveArguments>) -> Part {
    var part = Part(input: a.inputBase, output: 0)
    var greatest: Value<U32>?
    var rest = number
    for (index, axis) in axes.enumerated().reversed() {
      var place = rest
      if index > 0 { (rest, place) = a.extents[index - 1].divide(rest) }
      part.output = multiplyAdd(place, a.outputStrides[index], part.output)
      if axis.hasTable {
        let offset = a.tables[index].advanced(by: place).loadReadOnly()
        greatest = greatest.map { max($0, offset) } ?? offset
        part.input = part.input + offset
      } else {
        part.input = multiplyAdd(place, a.inputStrides[index], part.input)
      }
    }
    // "Outside" is the greatest number.
    if fills {
      part.isInside = greatest.map { $0 != Value<U32>(bits: UInt64(CollapsedAxes.Offsets.outside)) }
    }
    return part
  }

  private func load(
    _ part: Part, _ k: KernelBuilder, _ a: KernelArguments<MoveArguments>
  ) -> [Value<U32>] {
    func load() -> [Value<U32>] {
      a.input.advanced(by: part.input, rowsOf: Value<U32>(Self.partByteCount)).loadVector(4)
    }
    guard let isInside = part.isInside else { return load() }
    let words = k.variables(4, U32.self, initially: a.fill)
    k.if(isInside) {
      for (variable, word) in zip(words, load()) { variable.value = word }
    }
    return words.map(\.value)
  }
}

extension CollapsedAxes.Axis {
  fileprivate var table: [UInt32] {
    if case .table(let table) = offsets { table } else { [] }
  }

  fileprivate var hasTable: Bool { !table.isEmpty }
}
