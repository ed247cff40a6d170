package import KernelIR
package import Tensors

// The same sums as `LeafKernel`, the way sparse convolutions are written first: a thread walks the non-zeros
// of one row, finds the input pixel of each by index, tests whether it lies in the image, loads and adds.
//
// Pointers: x, y, residual f32 lanes8 as their `LanesGeometry` says, aligned to 16 bytes; tables of `DirectLayer`.
// Tiles: block y is a row; thread t of block x has half of the images of pixel (256·x + t) / 2.
// Order of additions: bias and residual after products, which are added in ascending order of columns.
// Limiter: control flow, addresses, and loads from the caches. It exists to be compared with.

/// The filters of a convolution in compressed sparse rows.
///
///     rowStarts[m], rowStarts[m + 1]   the entries of row m
///     entries[i]                       the column, the weight
///     taps[column]                     the channel's first vector, y, x, nothing
package struct DirectLayer: Sendable {
  package let problem: BlockProblem
  package let rowStarts: [UInt32]
  package let entries: [UInt32]
  package let taps: [UInt32]
  /// By output channel, as all rows are.
  package let bias: [Float]

  /// - Precondition: the branches have each row of the output once.
  /// - Throws: `unsupported` where sizes are beyond what the kernel's numbers hold.
  package init(_ problem: BlockProblem, _ branches: [BlockBranch]) throws(HewnError) {
    try problem.checkLeaves(TapWindow(branches.lazy.flatMap(\.taps)))
    guard problem.output.channels <= KernelSize.gridLimit else {
      throw HewnError(
        .unsupported,
        "a direct convolution of \(problem.output.channels) rows; a grid has \(KernelSize.gridLimit)"
      )
    }
    var rows = [(bias: Float, entries: [UInt32])](
      repeating: (0, []), count: problem.output.channels)
    var taps: [UInt32] = []
    for branch in branches {
      let matrix = branch.cover.multipliedOut()
      let firstColumn = taps.count / 4
      for tap in branch.taps {
        taps += [
          UInt32(tap.channel * problem.input.channelStride),
          UInt32(truncatingIfNeeded: tap.y), UInt32(truncatingIfNeeded: tap.x), 0,
        ]
      }
      for filter in 0..<matrix.rows {
        let entries = (0..<matrix.taps).filter { matrix[filter, $0] != 0 }.flatMap {
          [UInt32(firstColumn + $0), matrix[filter, $0].bitPattern]
        }
        rows[branch.firstRow + filter] = (branch.bias[filter], entries)
      }
    }
    self.problem = problem
    rowStarts = rows.reduce(into: [0]) {
      $0.append($0[$0.count - 1] + UInt32($1.entries.count / 2))
    }
    entries = rows.flatMap(\.entries)
    self.taps = taps
    bias = rows.map(\.bias)
  }
}

/// The parameter struct of direct sparse convolutions.
package struct DirectArguments: BitwiseCopyable, Sendable {
  var input: DeviceAddress<F32>
  var output: DeviceAddress<F32>
  var residual: DeviceAddress<F32>
  var rowStarts: DeviceAddress<U32>
  var entries: DeviceAddress<U32>
  var taps: DeviceAddress<U32>
  var bias: DeviceAddress<F32>
  var inputStrides: LanesStrides
  var outputStrides: LanesStrides
  var residualStrides: LanesStrides
  var threadCount: UInt32
  var inputHeight: UInt32
  var inputWidth: UInt32
  var outputHeight: Divisor
  var outputWidth: Divisor
  var strideY: UInt32
  var strideX: UInt32
  var numbers: ActivationArguments
}

/// The kernel of a direct sparse convolution; all extents are arguments.
package struct DirectKernel: ProblemKernel {
  package typealias Arguments = DirectArguments

  package let problem: BlockProblem
  private let finish: BlockFinish

  private static let threadCount = 256

  package init(_ problem: BlockProblem) {
    self.problem = problem
    finish = BlockFinish(problem)
  }

  package var name: String {
    "directconv\(finish.name)_lanes8_f32_\(Self.threadCount)__sm80"
  }

  /// Two threads for each pixel.
  private var threads: Int {
    2 * problem.imageGroups * problem.output.height * problem.output.width
  }

  package var grid: Grid {
    Grid(threads.dividedRoundingUp(by: Self.threadCount), problem.output.channels)
  }

  package func arguments(
    input: UInt64, output: UInt64, residual: UInt64 = 0, rowStarts: UInt64, entries: UInt64,
    taps: UInt64, bias: UInt64
  ) -> DirectArguments {
    DirectArguments(
      input: DeviceAddress(input), output: DeviceAddress(output),
      residual: DeviceAddress(residual), rowStarts: DeviceAddress(rowStarts),
      entries: DeviceAddress(entries), taps: DeviceAddress(taps), bias: DeviceAddress(bias),
      inputStrides: LanesStrides(problem.input), outputStrides: LanesStrides(problem.output),
      residualStrides: LanesStrides(problem.residual ?? problem.output),
      threadCount: UInt32(threads), inputHeight: UInt32(problem.input.height),
      inputWidth: UInt32(problem.input.width), outputHeight: Divisor(problem.output.height),
      outputWidth: Divisor(problem.output.width), strideY: UInt32(problem.stride.vertical),
      strideX: UInt32(problem.stride.horizontal), numbers: ActivationArguments(problem.activation))
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 64, arguments: DirectArguments.self
    ) { k, a in
      let thread = k.blockIndex.x * Value(Self.threadCount) + k.threadIndex
      let row = k.blockIndex.y
      k.if(thread < a.threadCount) {
        let (above, q) = a.outputWidth.divide(thread / 2)
        let (group, p) = a.outputHeight.divide(above)
        // The thread's half of all vectors.
        let half = thread % 2 * 4
        let input = a.input.advanced(by: half)
          .advanced(by: group * a.inputStrides.group, rowsOf: 32)
        let (firstY, firstX) = (p * a.strideY, q * a.strideX)
        let sums = k.variables(4, F32.self, initially: 0)
        let starts = a.rowStarts.advanced(by: row)
        k.loop(from: starts.loadReadOnly(), to: starts.advanced(by: 1).loadReadOnly()) { index in
          let entry = a.entries.advanced(by: index * 2).loadVector(2, cache: .readOnly)
          let tap = a.taps.advanced(by: entry[0] * 4).loadVector(4, cache: .readOnly)
          // Coordinates before the input's start wrap around, and so lie beyond its end.
          let (y, x) = (firstY + tap[1], firstX + tap[2])
          k.if(y < a.inputHeight && x < a.inputWidth) {
            let weight = Value<F32>(bitPattern: entry[1])
            let place = a.inputStrides.vector(BlockPixel(group: 0, row: y, column: x))
            let pixel = input.advanced(by: place + tap[0], rowsOf: 32).loadVector(4)
            for (sum, x) in zip(sums, pixel) { sum.value = fma(x, weight, sum.value) }
          }
        }
        let bias = a.bias.advanced(by: row).loadReadOnly()
        func vector(_ strides: LanesStrides.InKernel) -> Value<U32> {
          multiplyAdd(
            row, strides.channel, strides.vector(BlockPixel(group: group, row: p, column: q)))
        }
        var values = sums.map { $0.value + bias }
        if finish.hasResidual {
          let residual = a.residual.advanced(by: half)
            .advanced(by: vector(a.residualStrides), rowsOf: 32)
          values = zip(values, residual.loadVector(4)).map { $0 + $1 }
        }
        a.output.advanced(by: half).advanced(by: vector(a.outputStrides), rowsOf: 32)
          .storeVector(values.map { finish.activated($0, a.numbers) })
      }
    }
  }
}
