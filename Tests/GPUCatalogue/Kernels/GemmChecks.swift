import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Every kernel of matrix products.
  package static var products: [any KernelCheck] {
    let entries = GemmCatalogue.entries
    let plain = entries.filter { !$0.operation.hasBias }
    let products: [any KernelCheck] = entries.map(ProductCheck.init)
    let infinities: [any KernelCheck] = plain.map(InfinityCheck.init)
    let operation = GemmOperation(format: .f16)
    let manyTiles: [any KernelCheck] = GemmConfiguration.table(operation)
      .filter { $0.tileM * $0.tileN <= 64 * 64 || $0.target == .sm90a }
      .map { ManyTilesCheck(operation: operation, configuration: $0) }
    return products + infinities + manyTiles
  }
}

/// A kernel gives the product and writes nothing else.
private struct ProductCheck: KernelCheck {
  let operation: GemmOperation
  let configuration: GemmConfiguration

  var name: String { "products/\(configuration.kernelName(operation))" }
  var target: Target { configuration.target }

  /// Sizes M, N, K at and around a tile.
  private var edges: [(Int, Int, Int)] {
    let c = configuration
    return [
      (1, 1, 1), (c.tileM - 1, c.tileN - 1, c.tileK - 1), (c.tileM, c.tileN, c.tileK),
      (c.tileM + 1, c.tileN + 1, c.tileK + 1), (1, c.tileN + 3, 8), (c.tileM + 1, 2, 3),
      (37, 101, 67), (c.tileM, c.tileN, (c.stageCount + 2) * c.tileK + 5),
    ]
  }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    // The plain operation at all sizes, those with other epilogues beyond a tile's edge.
    for (m, n, k) in operation.hasBias ? [edges[3]] : edges {
      let problem = try GemmProblem(operation, m: m, n: n, k: k)
      let seed = UInt64(m * 10_007 + n * 101 + k)
      try device.multiply(GemmCase(problem, seed: seed), configuration, &findings)
      try device.checkGuards(&findings)
      device.removeBuffers()
    }
  }
}

/// An infinity in the last row of B comes out in its column, and nowhere as 0 · ∞ from beyond K.
private struct InfinityCheck: KernelCheck {
  let operation: GemmOperation
  let configuration: GemmConfiguration

  var name: String { "products/\(configuration.kernelName(operation)), infinity" }
  var target: Target { configuration.target }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let problem = try GemmProblem(operation, m: 5, n: 6, k: configuration.tileK + 3)
    var gemm = GemmCase(problem, seed: 13)
    gemm.b[(problem.k - 1) * problem.n + 2] = .infinity
    for row in 0..<problem.m { gemm.a[(row + 1) * problem.k - 1] = 1 }
    try device.multiply(gemm, configuration, &findings)
  }
}

/// Many tiles, so that groups of tiles end on all sides, and rows with space between them.
private struct ManyTilesCheck: KernelCheck {
  let operation: GemmOperation
  let configuration: GemmConfiguration

  var name: String { "products/\(configuration.kernelName(operation)), many tiles" }
  var target: Target { configuration.target }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let (m, n) = (17 * configuration.tileM / 2 + 1, 5 * configuration.tileN / 2 + 1)
    let up = { (count: Int) in (count + 23) / 8 * 8 }
    let problem = try GemmProblem(
      operation, m: m, n: n, k: 40, leadingA: up(40), leadingB: up(n), leadingD: up(n))
    try device.multiply(GemmCase(problem, seed: 7), configuration, &findings)
  }
}
