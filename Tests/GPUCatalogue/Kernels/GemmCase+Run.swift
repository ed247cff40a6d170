import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension CheckedDevice {
  /// Computes a product and notes what is wrong with it.
  ///
  /// - Parameter multiprocessors: as many blocks of kernels that take tiles in turn; so few that they do.
  package func multiply(
    _ gemm: GemmCase, _ configuration: GemmConfiguration, multiprocessors: Int = 3,
    _ findings: inout Findings
  ) throws {
    let problem = gemm.problem
    let (a, b) = (try gemm.uploadA(self), try gemm.uploadB(self))
    let d = try allocate(byteCount: gemm.elementCountOfD * problem.operation.output.byteCount)
    let bias = problem.operation.hasBias ? try buffer(gemm.bias) : 0
    switch configuration.method {
    case .warps:
      try run(
        WarpGemmKernel(problem, configuration),
        GemmArguments(problem, a: a, b: b, d: d, bias: bias))
    case .warpgroups:
      let kernel = WarpgroupGemmKernel(
        problem, configuration, multiprocessorCount: multiprocessors)
      let maps = kernel.tensorMaps(a: a, b: b)
      try run(
        kernel,
        WarpgroupGemmArguments(
          problem, mapOfA: buffer(device.encode(maps.a)), mapOfB: buffer(device.encode(maps.b)),
          d: d, bias: bias))
    }
    if let fault = try gemm.fault(inD: d, self) {
      findings.fail(
        "\(configuration.kernelName(problem.operation)), M N K = \(problem.m) \(problem.n)"
          + " \(problem.k): \(fault)")
    }
  }
}

// MARK: Matrices in memory

extension GemmCase {
  /// A matrix's rows in an allocation that ends with the last one; what lies between rows is not
  /// written.
  private static func upload(
    _ rows: [[Float]], leading: Int, byteCount: Int, to device: CheckedDevice<some GPUDevice>
  ) throws -> UInt64 {
    let width = rows.first?.count ?? 0
    let address = try device.allocate(
      byteCount: ((rows.count - 1) * leading + width) * byteCount)
    for (index, row) in rows.enumerated() {
      let offset = index * leading * byteCount
      if byteCount == 2 {
        try device.upload(row.map(Half.bits), to: address, at: offset)
      } else {
        try device.upload(row, to: address, at: offset)
      }
    }
    return address
  }

  fileprivate func uploadA(_ device: CheckedDevice<some GPUDevice>) throws -> UInt64 {
    let rows = (0..<problem.m).map { Array(a[$0 * problem.k..<($0 + 1) * problem.k]) }
    return try GemmCase.upload(
      rows, leading: problem.leadingA, byteCount: problem.operation.format.byteCount, to: device)
  }

  fileprivate func uploadB(_ device: CheckedDevice<some GPUDevice>) throws -> UInt64 {
    let rows: [[Float]] =
      switch problem.operation.layoutOfB {
      case .rowMajor: (0..<problem.k).map { Array(b[$0 * problem.n..<($0 + 1) * problem.n]) }
      case .columnMajor:
        (0..<problem.n).map { column in (0..<problem.k).map { b[$0 * problem.n + column] } }
      }
    return try GemmCase.upload(
      rows, leading: problem.leadingB, byteCount: problem.operation.format.byteCount, to: device)
  }

  /// Elements of D's allocation.
  fileprivate var elementCountOfD: Int { (problem.m - 1) * problem.leadingD + problem.n }

  /// What is wrong with D: the first element that is off, or that lies between rows and was
  /// written.
  fileprivate func fault(
    inD address: UInt64, _ device: CheckedDevice<some GPUDevice>
  ) throws -> String? {
    let isHalf = problem.operation.output == .f16
    let bits =
      isHalf
      ? try device.read(UInt16.self, count: elementCountOfD, from: address).map(UInt32.init)
      : try device.read(UInt32.self, count: elementCountOfD, from: address)
    let poison: UInt32 = isHalf ? 0xffff : 0xffff_ffff
    for index in 0..<elementCountOfD {
      let (row, column) = (index / problem.leadingD, index % problem.leadingD)
      guard column < problem.n else {
        if bits[index] == poison { continue }
        return "row \(row) was written in column \(column), beyond N = \(problem.n)"
      }
      let got = Double(
        isHalf ? Half.value(of: UInt16(bits[index])) : Float(bitPattern: bits[index]))
      let (want, tolerance) = expected(row: row, column: column)
      if !(got == want || want.isFinite && (got - want).magnitude <= tolerance) {
        return "D[\(row), \(column)] is \(got), not \(want) ± \(tolerance)"
      }
    }
    return nil
  }
}
