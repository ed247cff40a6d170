package import KernelIR
package import Tensors

// y[g, c, i, j] = x[g, c, i, j] · (bias + alpha/size · Σ_d x[g, d, i, j]²)^−beta over |d − c| ≤ (size − 1)/2
//
// Windows of even size reach one channel further up than down, and end where the channels do.
// Pointers: x and y [⌈N/8⌉, C, H·W, 8], of one element type and aligned to 16 bytes; y is not x.
// Sums are f32, in the order of the channels, whatever the configuration.
// Tiles: a thread takes a run of channels of a pixel of 8 images, so that their windows share what they load;
// neighbours take neighbouring pixels; grid y is the group.
// Limiter: the powers' arithmetic; with long windows, bandwidth of the second-level cache.

/// Local response normalization across channels.
package struct LocalResponseProblem: Hashable, Sendable {
  /// ⌈N / 8⌉
  package let groups: Int
  package let channels: Int
  /// H · W
  package let area: Int
  package let size: Int
  package let alpha: Float
  package let beta: Float
  package let bias: Float
  package let element: KernelElement

  /// - Throws: `invalidArgument` for tensors without elements or with more than 2³¹ − 2¹⁰, and windows without
  ///   channels or with more than 2²⁰.
  package init(
    groups: Int, channels: Int, area: Int, size: Int, alpha: Float, beta: Float, bias: Float,
    element: KernelElement
  ) throws(HewnError) {
    _ = try KernelSize.groupStride(nil, groups: groups, of: [channels, area])
    guard (1...1 << 20).contains(size) else {
      throw HewnError(.invalidArgument, "a window of \(size) channels")
    }
    self.groups = groups
    self.channels = channels
    self.area = area
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
    self.element = element
  }
}

/// How a local response kernel goes about it.
package struct LocalResponseConfiguration: Hashable, Sendable {
  /// Channels of a thread. Of several, the window is written out; else it is a loop.
  package var channelCount: Int

  package init(channelCount: Int) { self.channelCount = channelCount }

  package init(for problem: LocalResponseProblem) {
    channelCount = problem.size <= 16 ? 4 : 1
  }
}

/// The parameter struct of local response kernels.
package struct LocalResponseArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  var channels: UInt32
  var area: Divisor
  /// Threads of a group of images.
  var count: UInt32
  /// alpha / size
  var factor: Float
  var bias: Float
}

/// The kernel of local response normalization; it knows the window and the power.
package struct LocalResponseKernel: ProblemKernel {
  package typealias Arguments = LocalResponseArguments

  package let problem: LocalResponseProblem
  package let configuration: LocalResponseConfiguration

  private static let threadCount = 256

  package init(
    _ problem: LocalResponseProblem, _ configuration: LocalResponseConfiguration? = nil
  ) {
    self.problem = problem
    self.configuration = configuration ?? LocalResponseConfiguration(for: problem)
  }

  private var channelCount: Int { configuration.channelCount }
  /// Channels of the window before its own.
  private var before: Int { (problem.size - 1) / 2 }

  package var name: String {
    let power = String(problem.beta.bitPattern, radix: 16)
    return "localresponse\(problem.size)power\(power)_lanes8_\(problem.element.rawValue)"
      + "_\(Self.threadCount)x\(channelCount)__sm80"
  }

  /// Threads of a group of images.
  private var count: Int {
    problem.channels.dividedRoundingUp(by: channelCount) * problem.area
  }

  package var grid: Grid {
    Grid(count.dividedRoundingUp(by: Self.threadCount), problem.groups)
  }

  package func arguments(input: UInt64, output: UInt64) -> LocalResponseArguments {
    LocalResponseArguments(
      input: DeviceAddress(input), output: DeviceAddress(output),
      channels: UInt32(problem.channels), area: Divisor(problem.area), count: UInt32(count),
      factor: problem.alpha / Float(problem.size), bias: problem.bias)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 96, arguments: LocalResponseArguments.self
    ) { k, a in
      let thread = k.blockIndex.x * Value<U32>(Self.threadCount) + k.threadIndex
      k.if(thread < a.count) {
        let (run, pixel) = a.area.divide(thread)
        let first = run * Value<U32>(channelCount)
        // The element of a channel of the thread's pixel.
        func place(_ channel: Value<U32>) -> Value<U32> {
          let plane = multiplyAdd(k.blockIndex.y, a.channels, channel)
          return multiplyAdd(plane, a.area.divisor, pixel) * 8
        }
        let input = ElementPointer(a.input, problem.element)
        let output = ElementPointer(a.output, problem.element)
        let sums = (0..<channelCount).map { _ in
          StateVariables(k, Array(repeating: 0, count: 8))
        }
        forEachStep(k) { step, results in
          // Channels before the first wrap around, and so lie beyond the last.
          let channel = first + step - Value<U32>(before)
          k.if(channel < a.channels) {
            let vector = input.advanced(by: place(channel)).load(8)
            for result in results {
              sums[result].values = zip(vector, sums[result].values).map { fma($0, $0, $1) }
            }
          }
        }
        for (result, sum) in sums.enumerated() {
          let channel = first + Value<U32>(result)
          k.if(channel < a.channels) {
            let start = place(channel)
            let vector = input.advanced(by: start).load(8)
            output.advanced(by: start).store(
              zip(vector, sum.values).map { x, sum in
                x * power(fma(sum, a.factor, a.bias), -problem.beta)
              })
          }
        }
      }
    }
  }

  /// Runs `body` for each channel of the run's windows, counted from the first one's start, with the results whose
  /// windows have it.
  private func forEachStep(
    _ k: KernelBuilder, _ body: (_ step: Value<U32>, _ results: [Int]) -> Void
  ) {
    if channelCount == 1 {
      k.loop(from: 0, to: Value<U32>(problem.size)) { body($0, [0]) }
      return
    }
    for step in 0..<(problem.size + channelCount - 1) {
      body(
        Value<U32>(step),
        (0..<channelCount).filter { ($0..<$0 + problem.size).contains(step) })
    }
  }
}
