import CPUKernels

#if KERNELS_AVX512
  /// What one register holds.
  private typealias Doubles = SIMD8<Double>
  private typealias Floats = SIMD8<Float>
#elseif KERNELS_PORTABLE
  /// What one register holds.
  private typealias Doubles = SIMD2<Double>
  private typealias Floats = SIMD2<Float>
#else
  /// What one register holds.
  private typealias Doubles = SIMD4<Double>
  private typealias Floats = SIMD4<Float>
#endif

@inline(__always) private var width: Int { Doubles.scalarCount }

/// The sums in double precision of this module's instruction set.
///
/// Call only where the processor has that instruction set.
package func doubleKernels() -> DoubleKernels {
  DoubleKernels(
    fourByTwo: { fourByTwo($0, $1, $2, $3, $4, $5, count: $6, to: $7) },
    product: { product($0, $1, count: $2) },
    filter: { filter($0) })
}

/// Eight sums stay in registers. Limit: the ports for multiplication and addition, with six loads for eight of
/// each.
private func fourByTwo(
  _ a0: UnsafePointer<Double>, _ a1: UnsafePointer<Double>, _ a2: UnsafePointer<Double>,
  _ a3: UnsafePointer<Double>, _ b0: UnsafePointer<Double>, _ b1: UnsafePointer<Double>,
  count: Int, to out: UnsafeMutablePointer<Double>
) {
  var (s00, s01, s10, s11) = (Doubles.zero, Doubles.zero, Doubles.zero, Doubles.zero)
  var (s20, s21, s30, s31) = (Doubles.zero, Doubles.zero, Doubles.zero, Doubles.zero)
  var k = 0
  while k &+ width <= count {
    let (x0, x1) = (vector(b0, k), vector(b1, k))
    let (y0, y1, y2, y3) = (vector(a0, k), vector(a1, k), vector(a2, k), vector(a3, k))
    s00.accumulate(y0, x0)
    s01.accumulate(y0, x1)
    s10.accumulate(y1, x0)
    s11.accumulate(y1, x1)
    s20.accumulate(y2, x0)
    s21.accumulate(y2, x1)
    s30.accumulate(y3, x0)
    s31.accumulate(y3, x1)
    k &+= width
  }
  out[0] = s00.sum()
  out[1] = s01.sum()
  out[2] = s10.sum()
  out[3] = s11.sum()
  out[4] = s20.sum()
  out[5] = s21.sum()
  out[6] = s30.sum()
  out[7] = s31.sum()
  while k < count {
    let (x0, x1) = (b0[k], b1[k])
    out[0] += a0[k] * x0
    out[1] += a0[k] * x1
    out[2] += a1[k] * x0
    out[3] += a1[k] * x1
    out[4] += a2[k] * x0
    out[5] += a2[k] * x1
    out[6] += a3[k] * x0
    out[7] += a3[k] * x1
    k &+= 1
  }
}

/// Four sums of vectors. Limit: the load ports, with two loads for a multiplication.
private func product(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int
) -> Double {
  var (s0, s1, s2, s3) = (Doubles.zero, Doubles.zero, Doubles.zero, Doubles.zero)
  var k = 0
  while k &+ 4 &* width <= count {
    s0.accumulate(vector(a, k), vector(b, k))
    s1.accumulate(vector(a, k &+ width), vector(b, k &+ width))
    s2.accumulate(vector(a, k &+ 2 &* width), vector(b, k &+ 2 &* width))
    s3.accumulate(vector(a, k &+ 3 &* width), vector(b, k &+ 3 &* width))
    k &+= 4 &* width
  }
  while k &+ width <= count {
    s0.accumulate(vector(a, k), vector(b, k))
    k &+= width
  }
  var sum = ((s0 + s1) + (s2 + s3)).sum()
  while k < count {
    sum += a[k] * b[k]
    k &+= 1
  }
  return sum
}

/// Four vectors of columns stay in registers over all weights. Limit: the ports for multiplication and addition,
/// with one conversion for each. The product of two floats is exact, so that sums are the same with
/// and without fused multiply-adds.
private func filter(_ f: DoubleKernels.Filter) {
  let bias = Doubles(repeating: Double(f.bias))
  var i = 0
  while i &+ 4 &* width <= f.count {
    var (s0, s1, s2, s3) = (Doubles.zero, Doubles.zero, Doubles.zero, Doubles.zero)
    for j in 0..<f.weightCount {
      let x = f.x + (Int(f.taps[j]) &* f.stride &+ i)
      let weight = Doubles(repeating: Double(f.weights[j]))
      s0.accumulate(widened(x, 0), weight)
      s1.accumulate(widened(x, width), weight)
      s2.accumulate(widened(x, 2 &* width), weight)
      s3.accumulate(widened(x, 3 &* width), weight)
    }
    store(s0 + bias, f.out + i)
    store(s1 + bias, f.out + (i &+ width))
    store(s2 + bias, f.out + (i &+ 2 &* width))
    store(s3 + bias, f.out + (i &+ 3 &* width))
    i &+= 4 &* width
  }
  while i < f.count {
    var sum = 0.0
    for j in 0..<f.weightCount {
      sum += Double(f.weights[j]) * Double(f.x[Int(f.taps[j]) &* f.stride &+ i])
    }
    f.out[i] = Float(sum + Double(f.bias))
    i &+= 1
  }
}

@inline(__always)
private func vector(_ row: UnsafePointer<Double>, _ index: Int) -> Doubles {
  UnsafeRawPointer(row + index).loadUnaligned(as: Doubles.self)
}

@inline(__always)
private func widened(_ row: UnsafePointer<Float>, _ index: Int) -> Doubles {
  Doubles(UnsafeRawPointer(row + index).loadUnaligned(as: Floats.self))
}

@inline(__always)
private func store(_ sums: Doubles, _ out: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(out).storeBytes(of: Floats(sums), as: Floats.self)
}

extension Doubles {
  /// self += x · weight, rounded once where the instruction set can.
  @inline(__always)
  fileprivate mutating func accumulate(_ x: Doubles, _ weight: Doubles) {
    #if KERNELS_PORTABLE && arch(x86_64)
      // Plain x86-64 has no fused multiply-add: `addProduct` would call a function for each lane.
      self += x * weight
    #else
      addProduct(x, weight)
    #endif
  }
}
