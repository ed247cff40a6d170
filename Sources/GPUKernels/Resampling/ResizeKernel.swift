package import KernelIR
package import Tensors

// y[g, c, p, q, j] = Σ_r u[p, r] · (Σ_s v[q, s] · x[g, c, a[p, r], b[q, s], j])
//
// Pointers: x [⌈N/8⌉, C, H, W, 8], y [⌈N/8⌉, C, P, Q, 8], of one element type and aligned to 16 bytes, groups of images
// as far apart as the problem says; tables of (a, u) and (b, v) as ResizeTable has them, aligned to 8 bytes.
// Sums are f32, over s, then r, whatever the configuration.
// Tiles: a thread computes one output of 8 images, neighbours take neighbouring columns; grid y is the group.
// Limiter: bandwidth of device memory; with many taps, of the first-level cache.

/// A tensor resampled along rows and columns, each axis by a table of its own.
package struct ResizeProblem: Hashable, Sendable {
  /// ⌈N / 8⌉
  package let groups: Int
  package let channels: Int
  package let rows: ResizeTable
  package let columns: ResizeTable
  package let element: KernelElement
  /// What outputs are that are not read from the input.
  package let extrapolation: Float
  /// From one group of images to the next, in vectors of 8 images.
  package let inputGroupStride: Int
  package let outputGroupStride: Int

  /// - Parameters:
  ///   - inputGroupStride: dense where nil; so is the output's.
  /// - Throws: `invalidArgument` for tensors without elements or with more than 2³¹ − 2¹⁰, and groups that overlap.
  package init(
    groups: Int, channels: Int, rows: ResizeTable, columns: ResizeTable, element: KernelElement,
    extrapolation: Float = 0, inputGroupStride: Int? = nil, outputGroupStride: Int? = nil
  ) throws(HewnError) {
    self.groups = groups
    self.channels = channels
    self.rows = rows
    self.columns = columns
    self.element = element
    self.extrapolation = extrapolation
    self.inputGroupStride = try KernelSize.groupStride(
      inputGroupStride, groups: groups, of: [channels, rows.inputExtent, columns.inputExtent])
    self.outputGroupStride = try KernelSize.groupStride(
      outputGroupStride, groups: groups, of: [channels, rows.outputExtent, columns.outputExtent])
  }

  var extrapolates: Bool { rows.extrapolates || columns.extrapolates }
}

/// How a resizing kernel goes about it.
package struct ResizeConfiguration: Hashable, Sendable {
  /// Whether the taps are written out; else they are loops, and their numbers arguments.
  package var isUnrolled: Bool

  package init(unrolled isUnrolled: Bool) { self.isUnrolled = isUnrolled }

  package init(for problem: ResizeProblem) {
    isUnrolled = problem.rows.tapCount <= 4 && problem.columns.tapCount <= 4
  }
}

/// The parameter struct of resizing kernels.
package struct ResizeArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  /// Words of the tables.
  package var rows: DeviceAddress<U32>
  package var columns: DeviceAddress<U32>
  var inputGroupStride: UInt32
  var outputGroupStride: UInt32
  var channels: UInt32
  var inputHeight: UInt32
  var inputWidth: UInt32
  var outputHeight: Divisor
  var outputWidth: Divisor
  var rowTapCount: UInt32
  var columnTapCount: UInt32
  var extrapolation: Float
}

/// The kernel of a resampling; tables and extents are arguments.
package struct ResizeKernel: ProblemKernel {
  package typealias Arguments = ResizeArguments

  package let problem: ResizeProblem
  package let configuration: ResizeConfiguration

  private static let threadCount = 256

  package init(_ problem: ResizeProblem, _ configuration: ResizeConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? ResizeConfiguration(for: problem)
  }

  package var name: String {
    let (rows, columns) = (problem.rows.tapCount, problem.columns.tapCount)
    let taps = configuration.isUnrolled ? "\(rows)x\(columns)" : "loop"
    return "resize\(taps)\(problem.extrapolates ? "extrapolated" : "")"
      + "_lanes8_\(problem.element.rawValue)_\(Self.threadCount)__sm80"
  }

  package var grid: Grid {
    let threads = problem.channels * problem.rows.outputExtent * problem.columns.outputExtent
    return Grid(threads.dividedRoundingUp(by: Self.threadCount), problem.groups)
  }

  /// - Parameters:
  ///   - rows: where the words of the rows' table lie.
  ///   - columns: those of the columns'.
  package func arguments(
    input: UInt64, rows: UInt64, columns: UInt64, output: UInt64
  ) -> ResizeArguments {
    ResizeArguments(
      input: DeviceAddress(input), output: DeviceAddress(output), rows: DeviceAddress(rows),
      columns: DeviceAddress(columns), inputGroupStride: UInt32(problem.inputGroupStride),
      outputGroupStride: UInt32(problem.outputGroupStride), channels: UInt32(problem.channels),
      inputHeight: UInt32(problem.rows.inputExtent),
      inputWidth: UInt32(problem.columns.inputExtent),
      outputHeight: Divisor(problem.rows.outputExtent),
      outputWidth: Divisor(problem.columns.outputExtent),
      rowTapCount: UInt32(problem.rows.tapCount),
      columnTapCount: UInt32(problem.columns.tapCount), extrapolation: problem.extrapolation)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 128, arguments: ResizeArguments.self
    ) { k, a in
      let thread = k.blockIndex.x * Value<U32>(Self.threadCount) + k.threadIndex
      let (line, q) = a.outputWidth.divide(thread)
      let (channel, p) = a.outputHeight.divide(line)
      k.if(channel < a.channels) {
        let rows = TapList(
          k, a.rows, output: p, count: a.rowTapCount,
          unrolled: configuration.isUnrolled ? problem.rows.tapCount : nil)
        let columns = TapList(
          k, a.columns, output: q, count: a.columnTapCount,
          unrolled: configuration.isUnrolled ? problem.columns.tapCount : nil)
        let place = multiplyAdd(k.blockIndex.y, a.outputGroupStride, thread)
        ElementPointer(a.output, problem.element).advanced(by: place * 8)
          .store(results(k, a, channel: channel, rows, columns))
      }
    }
  }

  private func results(
    _ k: KernelBuilder, _ a: KernelArguments<ResizeArguments>, channel: Value<U32>,
    _ rows: TapList, _ columns: TapList
  ) -> [Value<F32>] {
    guard problem.extrapolates else { return blend(k, a, channel: channel, rows, columns) }
    let results = k.variables(8, F32.self, initially: a.extrapolation)
    k.if(rows.firstIndex < a.inputHeight && columns.firstIndex < a.inputWidth) {
      let blend = blend(k, a, channel: channel, rows, columns)
      for (variable, value) in zip(results, blend) { variable.value = value }
    }
    return results.map(\.value)
  }

  private func blend(
    _ k: KernelBuilder, _ a: KernelArguments<ResizeArguments>, channel: Value<U32>,
    _ rows: TapList, _ columns: TapList
  ) -> [Value<F32>] {
    let group = k.blockIndex.y * a.inputGroupStride
    return rows.sum { row in
      let line = multiplyAdd(channel, a.inputHeight, row)
      let start = multiplyAdd(line, a.inputWidth, group)
      return columns.sum { column in
        ElementPointer(a.input, problem.element).advanced(by: (start + column) * 8).load(8)
      }
    }
  }
}

/// The taps of an output along an axis.
private struct TapList {
  private let builder: KernelBuilder
  private let taps: GlobalPointer<U32>
  private let count: Value<U32>
  /// Those that are written out, loaded once.
  private let loaded: [(index: Value<U32>, weight: Value<F32>)]

  /// - Parameter unrolled: the number of taps, where they are written out.
  init(
    _ k: KernelBuilder, _ table: GlobalPointer<U32>, output: Value<U32>, count: Value<U32>,
    unrolled: Int?
  ) {
    builder = k
    self.count = count
    let taps = table.advanced(by: output * (unrolled.map { Value<U32>($0) } ?? count) * 2)
    self.taps = taps
    loaded = (0..<(unrolled ?? 0)).map { Self.tap(taps.advanced(by: 2 * $0)) }
  }

  private static func tap(
    _ pointer: GlobalPointer<U32>
  ) -> (index: Value<U32>, weight: Value<F32>) {
    let words = pointer.loadVector(2)
    return (words[0], Value<F32>(bitPattern: words[1]))
  }

  var firstIndex: Value<U32> { loaded.first?.index ?? taps[0] }

  /// Σ weight · body(index) over the taps.
  func sum(_ body: (_ index: Value<U32>) -> [Value<F32>]) -> [Value<F32>] {
    guard let (index, weight) = loaded.first else {
      // Adding to −0 changes nothing.
      let sums = StateVariables(builder, Array(repeating: -0.0, count: 8))
      builder.loop(from: 0, to: count) { number in
        let (index, weight) = Self.tap(taps.advanced(by: number * 2))
        sums.values = zip(body(index), sums.values).map { fma($0, weight, $1) }
      }
      return sums.values
    }
    return loaded.dropFirst().reduce(body(index).map { $0 * weight }) { sums, tap in
      zip(body(tap.index), sums).map { fma($0, tap.weight, $1) }
    }
  }
}
