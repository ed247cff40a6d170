package import KernelIR
package import Tensors

// y[g, c, j] = the greatest, or the mean, of x[g, c, ·, ·, j]
//
// Pointers: x [⌈N/8⌉, C, H·W, 8], y [⌈N/8⌉, C, 8], of one element type and aligned to 16 bytes.
// Tiles: a warp takes a plane of 8 images, each lane every 32nd pixel; then lanes combine by exchanges, in an
// order that only the shape decides. Sums are f32.
// Limiter: bandwidth of device memory; with small planes, the exchanges; with few, what a warp can read of it.

/// A pool over whole planes.
package struct GlobalPoolProblem: Hashable, Sendable {
  package let isMaximum: Bool
  /// ⌈N/8⌉ · C
  package let planes: Int
  /// H · W
  package let area: Int
  package let element: KernelElement

  /// - Throws: `invalidArgument` for tensors without elements or with more than 2³¹ − 2¹⁰.
  package init(maximum isMaximum: Bool, planes: Int, area: Int, element: KernelElement)
    throws(HewnError)
  {
    _ = try KernelSize.count([planes, area, 8])
    self.isMaximum = isMaximum
    self.planes = planes
    self.area = area
    self.element = element
  }
}

/// The parameter struct of pools over whole planes.
package struct GlobalPoolArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  var planes: UInt32
  var area: UInt32
}

/// The kernel of a pool over whole planes; extents are arguments.
package struct GlobalPoolKernel: ProblemKernel {
  package typealias Arguments = GlobalPoolArguments

  package let problem: GlobalPoolProblem

  private static let threadCount = 256

  package init(_ problem: GlobalPoolProblem) { self.problem = problem }

  package var name: String {
    let operation = problem.isMaximum ? "globalmaxpool" : "globalaveragepool"
    return "\(operation)_lanes8_\(problem.element.rawValue)_\(Self.threadCount)__sm80"
  }

  package var grid: Grid {
    Grid(problem.planes.dividedRoundingUp(by: Self.threadCount / 32))
  }

  package func arguments(input: UInt64, output: UInt64) -> GlobalPoolArguments {
    GlobalPoolArguments(
      input: DeviceAddress(input), output: DeviceAddress(output), planes: UInt32(problem.planes),
      area: UInt32(problem.area))
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 64, arguments: GlobalPoolArguments.self
    ) { k, a in
      let plane = k.blockIndex.x * Value<U32>(Self.threadCount / 32) + k.warpIndex
      k.if(plane < a.planes) {
        let state = StateVariables(
          k, Array(repeating: problem.isMaximum ? -.infinity : 0, count: 8))
        let first = ElementPointer(a.input, problem.element).advanced(by: plane * a.area * 8)
        k.loop(from: k.laneIndex, to: a.area, by: 32) { pixel in
          state.values = combine(state.values, first.advanced(by: pixel * 8).load(8))
        }
        let total = k.reduceWarp(state.values, combine)
        k.if(k.laneIndex == 0) {
          let count = Value<F32>(a.area)
          let results = problem.isMaximum ? total : total.map { $0 / count }
          ElementPointer(a.output, problem.element).advanced(by: plane * 8).store(results)
        }
      }
    }
  }

  private func combine(_ a: [Value<F32>], _ b: [Value<F32>]) -> [Value<F32>] {
    zip(a, b).map { problem.isMaximum ? maximum($0, $1) : $0 + $1 }
  }
}
