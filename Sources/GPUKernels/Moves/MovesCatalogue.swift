package import KernelIR
package import Tensors

/// Kernels that stand for all moves where each is assembled.
package enum MovesCatalogue {
  package static func moves() throws(HewnError) -> [MoveKernel] {
    // By axis from the outermost: strided, from a table, from a table with places outside.
    let forms: [[Form]] = [
      [.stride], [.stride, .stride], [.stride, .stride, .stride], [.table], [.stride, .table],
      [.stride, .table, .stride], [.stride, .table, .table], [.filled],
      [.stride, .filled, .filled],
      [.stride, .filled, .filled, .filled], Array(repeating: .stride, count: 8),
      Array(repeating: .table, count: 8), Array(repeating: .filled, count: 8),
    ]
    var kernels: [MoveKernel] = []
    for form in forms {
      let problem = try problem(form)
      for count in [1, 4] {
        kernels.append(MoveKernel(problem, MoveConfiguration(partsPerThread: count)))
      }
    }
    return kernels
  }

  package static func kernels() throws -> [Kernel] { try moves().map { try $0.build() } }

  private enum Form {
    case stride, table, filled
  }

  /// Axes of extent 3 that do not collapse, as the input has a gap between them.
  private static func problem(_ forms: [Form]) throws(HewnError) -> MoveProblem {
    var outputStride = 1
    var inputStride = 1
    var axes: [MoveAxis] = []
    for form in forms.reversed() {
      switch form {
      case .stride:
        axes.append(MoveAxis(extent: 3, inputStride: inputStride, outputStride: outputStride))
      case .table:
        axes.append(MoveAxis([2, 0, 1], inputStride: inputStride, outputStride: outputStride))
      case .filled:
        axes.append(MoveAxis([nil, 0, 1], inputStride: inputStride, outputStride: outputStride))
      }
      outputStride *= 3
      inputStride *= 4
    }
    return try MoveProblem(.f16, axes: axes)
  }
}
