import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

/// Graphs of several nodes on the emulator, in every precision.
@Suite struct NetworkTests {
  private static let same = Padding.explicit(begin: [1, 1], end: [1, 1])

  @Test(arguments: [1, 9])
  func residualNetwork(images: Int) {
    GPUHarness.expect("residual network") { net in
      let x = net.input([images, 3, 11, 13])
      let stem = try net.conv(
        x, filters: 16,
        Conv(
          kernel: [7, 7], strides: [2, 2], padding: .explicit(begin: [3, 3], end: [3, 3]),
          activation: .relu))
      let pooled = try net.add(
        MaxPool(PoolingWindow(kernel: [3, 3], strides: [2, 2], padding: Self.same)), [stem])
      let a = try net.conv(
        pooled, filters: 16, Conv(kernel: [3, 3], padding: Self.same, activation: .relu))
      let b = try net.conv(
        a, filters: 16,
        Conv(kernel: [3, 3], padding: Self.same, activation: .relu, addsResidual: true),
        residual: pooled)
      let skip = try net.conv(b, filters: 24, Conv(kernel: [1, 1], strides: [2, 2]))
      let c = try net.conv(
        b, filters: 24, Conv(kernel: [3, 3], strides: [2, 2], padding: Self.same))
      let d = try net.conv(
        c, filters: 24,
        Conv(kernel: [3, 3], padding: Self.same, activation: .hardSwish, addsResidual: true),
        residual: skip)
      let mean = try net.add(GlobalAveragePool(), [d])
      let flat = try net.add(Flatten(), [mean])
      let (weights, bias) = (net.constant([24, 10], density: 0.3), net.constant([10]))
      net.output(try net.add(Gemm(), [flat, weights, bias]))
    }
  }

  /// Kernels for GPUs without the instructions of newer ones.
  @Test func olderGPU() {
    GPUHarness.expect("A100", precisions: [.f32, .f16], engines: [.sparse], on: .a100) { net in
      let x = net.input([9, 8, 5, 6])
      let a = try net.conv(x, filters: 32, Conv(kernel: [3, 3], padding: Self.same))
      let b = try net.conv(a, filters: 16, Conv(kernel: [1, 1], activation: .silu), density: 1)
      net.output(try net.add(Softmax(axis: 1), [b]))
    }
  }
}
