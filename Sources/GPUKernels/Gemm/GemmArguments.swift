package import KernelIR

/// The arguments of the GEMM kernels that use `mma.sync`.
///
/// All addresses are multiples of 16 bytes.
package struct GemmArguments: BitwiseCopyable, Sendable {
  /// M rows of K, f16 or f32.
  package var a: DeviceAddress<U32>
  /// K rows of N, or N rows of K, of the same type.
  package var b: DeviceAddress<U32>
  /// M rows of N, f16 or f32.
  package var d: DeviceAddress<U32>
  /// M numbers; not read by kernels without bias.
  package var bias: DeviceAddress<F32>
  package var m: UInt32
  package var n: UInt32
  package var k: UInt32
  /// Bytes from a row to the next.
  package var rowBytesOfA: UInt32
  package var rowBytesOfB: UInt32
  package var rowBytesOfD: UInt32

  package init(
    _ problem: GemmProblem, a: UInt64, b: UInt64, d: UInt64, bias: UInt64 = 0
  ) {
    let operation = problem.operation
    (self.a, self.b, self.d) = (DeviceAddress(a), DeviceAddress(b), DeviceAddress(d))
    self.bias = DeviceAddress(bias)
    (m, n, k) = (UInt32(problem.m), UInt32(problem.n), UInt32(problem.k))
    rowBytesOfA = UInt32(problem.leadingA * operation.format.byteCount)
    rowBytesOfB = UInt32(problem.leadingB * operation.format.byteCount)
    rowBytesOfD = UInt32(problem.leadingD * operation.output.byteCount)
  }
}

/// The arguments of the GEMM kernels that use `wgmma`.
package struct WarpgroupGemmArguments: BitwiseCopyable, Sendable {
  /// The tensor maps of A and B as ``WarpgroupGemmKernel/tensorMaps(a:b:)`` says, encoded for the
  /// device, at multiples of 64 bytes in its memory.
  package var mapOfA: DeviceAddress<U64>
  package var mapOfB: DeviceAddress<U64>
  /// M rows of N, f16 or f32.
  package var d: DeviceAddress<U32>
  /// M numbers; not read by kernels without bias.
  package var bias: DeviceAddress<F32>
  package var m: UInt32
  package var n: UInt32
  package var k: UInt32
  /// Bytes from a row to the next.
  package var rowBytesOfD: UInt32

  package init(
    _ problem: GemmProblem, mapOfA: UInt64, mapOfB: UInt64, d: UInt64, bias: UInt64 = 0
  ) {
    (self.mapOfA, self.mapOfB) = (DeviceAddress(mapOfA), DeviceAddress(mapOfB))
    (self.d, self.bias) = (DeviceAddress(d), DeviceAddress(bias))
    (m, n, k) = (UInt32(problem.m), UInt32(problem.n), UInt32(problem.k))
    rowBytesOfD = UInt32(problem.leadingD * problem.operation.output.byteCount)
  }
}
