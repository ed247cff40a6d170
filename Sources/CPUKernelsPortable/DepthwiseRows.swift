import CPUKernels
import CVectors

#if KERNELS_AVX512
  /// A depthwise convolution whose taps form rows of `columns` neighbours, with stride 1: see
  /// ``Depthwise`` for the equation.
  ///
  /// A load of 64 bytes that is not aligned reads two lines. Each vector of inputs of a kernel row is
  /// loaded once, and its neighbours are shifted out of it and the next one. Limit: the FMA ports, or
  /// the caches beyond the first.
  enum DepthwiseRow<let columns: Int> {
    @inline(__always)
    static func run(_ p: Depthwise) {
      for run in 0..<p.runCount {
        let input = p.input + run * p.inputRunStride
        let output = p.output + run * p.outputRunStride
        let start = Vector(repeating: p.bias)
        var first = 0
        while first + 16 <= p.vectorCount {
          pass(p, input, output, at: first, Sums<8>(repeating: start))
          first += 8
        }
        // The last passes alike: few vectors leave multiply-adds waiting for each other.
        while first < p.vectorCount {
          let left = p.vectorCount - first
          let count = left > 8 ? (left + 1) / 2 : left
          switch count {
          case 1: pass(p, input, output, at: first, Sums<1>(repeating: start))
          case 2: pass(p, input, output, at: first, Sums<2>(repeating: start))
          case 3: pass(p, input, output, at: first, Sums<3>(repeating: start))
          case 4: pass(p, input, output, at: first, Sums<4>(repeating: start))
          case 5: pass(p, input, output, at: first, Sums<5>(repeating: start))
          case 6: pass(p, input, output, at: first, Sums<6>(repeating: start))
          case 7: pass(p, input, output, at: first, Sums<7>(repeating: start))
          default: pass(p, input, output, at: first, Sums<8>(repeating: start))
          }
          first += count
        }
      }
    }

    private typealias Sums<let vectors: Int> = InlineArray<vectors, Vector>

    @inline(__always)
    private static func pass<let vectors: Int>(
      _ p: Depthwise, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
      at first: Int, _ start: InlineArray<vectors, Vector>
    ) {
      var sums = start
      var weight = p.weights
      var tap = 0
      while tap < p.tapCount {
        let row = input + (first * lanes + Int(p.offsets[tap]))
        var x = load(row)
        for v in 0..<vectors {
          let next = load(row + (v + 1) * lanes)
          for column in 0..<columns {
            sums[v] = multiplyAdd(
              shifted(x, next, by: column), Vector(repeating: weight[column]), sums[v])
          }
          x = next
        }
        weight += columns
        tap += columns
      }
      let (lower, upper) = (Vector(repeating: p.lower), Vector(repeating: p.upper))
      for v in 0..<vectors {
        let place = (first + v) * lanes
        store(masked(clamp(sums[v], lower, upper), p.mask + place), to: output + place)
      }
    }

    /// The vector that starts `count` elements after x, which `next` follows.
    @inline(__always)
    private static func shifted(_ x: Vector, _ next: Vector, by count: Int) -> Vector {
      switch count {
      case 0: x
      case 1: next_elements_16(x, next)
      case 2: elements_from_2_16(x, next)
      case 3: elements_from_3_16(x, next)
      default: elements_from_4_16(x, next)
      }
    }
  }
#endif

/// Likewise with stride 2 and rows of three or five: the pairs of a vector of outputs are loaded and taken
/// apart. Limit: the shuffle port.
enum DepthwisePairs<let columns: Int> {
  @inline(__always)
  static func run(_ p: Depthwise) {
    if p.vectorCount == 1 {
      var run = 0
      while run + 4 <= p.runCount {
        pass(p, at: run, Sums<4>(repeating: Vector(repeating: p.bias)))
        run += 4
      }
      if run < p.runCount, p.runCount >= 4 {
        // The last four once more: the same values again.
        pass(p, at: p.runCount - 4, Sums<4>(repeating: Vector(repeating: p.bias)))
        return
      }
      while run < p.runCount {
        pass(p, at: run, Sums<1>(repeating: Vector(repeating: p.bias)))
        run += 1
      }
      return
    }
    for run in 0..<p.runCount {
      for v in 0..<p.vectorCount {
        var sums = Sums<1>(repeating: Vector(repeating: p.bias))
        accumulate(p, p.input + (run * p.inputRunStride + 2 * v * lanes), step: 0, &sums)
        finish(p, sums[0], to: p.output + (run * p.outputRunStride + v * lanes), at: v * lanes)
      }
    }
  }

  private typealias Sums<let vectors: Int> = InlineArray<vectors, Vector>

  /// Runs of one vector each.
  @inline(__always)
  private static func pass<let runs: Int>(
    _ p: Depthwise, at first: Int, _ start: InlineArray<runs, Vector>
  ) {
    var sums = start
    accumulate(p, p.input + first * p.inputRunStride, step: p.inputRunStride, &sums)
    for run in 0..<runs {
      finish(p, sums[run], to: p.output + (first + run) * p.outputRunStride, at: 0)
    }
  }

  @inline(__always)
  private static func accumulate<let vectors: Int>(
    _ p: Depthwise, _ input: UnsafePointer<Float>, step: Int,
    _ sums: inout InlineArray<vectors, Vector>
  ) {
    var weight = p.weights
    var tap = 0
    while tap < p.tapCount {
      let row = input + Int(p.offsets[tap])
      let (first, second, third) = (
        Vector(repeating: weight[0]), Vector(repeating: weight[1]), Vector(repeating: weight[2])
      )
      for v in 0..<vectors {
        let start = row + v * step
        let (x, next) = (load(start), load(start + lanes))
        let even = evenElements(x, next)
        sums[v] = multiplyAdd(even, first, sums[v])
        sums[v] = multiplyAdd(oddElements(x, next), second, sums[v])
        if columns == 3 {
          sums[v] = multiplyAdd(nextElements(even, load(start + 2 * lanes)), third, sums[v])
        } else {
          let (y, after) = (load(start + 2), load(start + (lanes + 2)))
          sums[v] = multiplyAdd(evenElements(y, after), third, sums[v])
          sums[v] = multiplyAdd(oddElements(y, after), Vector(repeating: weight[3]), sums[v])
          sums[v] = multiplyAdd(
            evenElements(load(start + 4), load(start + (lanes + 4))),
            Vector(repeating: weight[4]), sums[v])
        }
      }
      weight += columns
      tap += columns
    }
  }

  @inline(__always)
  private static func finish(
    _ p: Depthwise, _ sum: Vector, to output: UnsafeMutablePointer<Float>, at place: Int
  ) {
    let x = clamp(sum, Vector(repeating: p.lower), Vector(repeating: p.upper))
    store(masked(x, p.mask + place), to: output)
  }
}
