import Emulator
import GPUKernels
import KernelIR
import PTX
import Tensors

/// A product of random matrices, and what it must give.
struct GemmCase {
  let problem: GemmProblem
  /// Numbers from −1 to 1, of f16 where the format is.
  var a: [Float]
  var b: [Float]
  let bias: [Float]

  init(_ problem: GemmProblem, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        let number = random.uniform()
        return problem.operation.format == .f16
          ? Half.value(of: Half.bits(of: number)) : number
      }
    }
    self.problem = problem
    a = numbers(problem.m * problem.k)  // [M][K]
    b = numbers(problem.k * problem.n)  // [K][N]
    bias = (0..<problem.m).map { _ in random.uniform() }
  }

  /// An element of D in double precision, and how far it may be off: each addition of f32 may lose
  /// what the format cannot hold, in any order, as the tensor cores' order and rounding are their
  /// own.
  func expected(row: Int, column: Int) -> (value: Double, tolerance: Double) {
    let operation = problem.operation
    var (sum, magnitude) = (0.0, 0.0)
    for depth in 0..<problem.k {
      let product =
        Double(factor(a[row * problem.k + depth])) * Double(factor(b[depth * problem.n + column]))
      sum += product
      magnitude += product.magnitude
    }
    if operation.hasBias {
      sum += Double(bias[row])
      magnitude += Double(bias[row].magnitude)
    }
    let value = operation.activation == .relu ? max(sum, 0) : sum
    let rounding = operation.output == .f16 ? value.magnitude * 0x1p-11 + 0x1p-25 : 0
    return (value, magnitude * Double(problem.k + 2) * 0x1p-23 + rounding)
  }

  /// A number as it is multiplied: tf32 has 10 bits of fraction, ties away from zero.
  private func factor(_ number: Float) -> Float {
    problem.operation.format == .f16
      ? number : Float(bitPattern: (number.bitPattern + 0x1000) & ~0x1fff)
  }
}

// MARK: Matrices in memory

extension GemmCase {
  /// A matrix's rows in an allocation that ends with the last one; what lies between rows is not
  /// written.
  private static func upload(
    _ rows: [[Float]], leading: Int, byteCount: Int, to memory: GlobalMemory
  ) throws -> UInt64 {
    let width = rows.first?.count ?? 0
    let address = try memory.allocate(
      byteCount: ((rows.count - 1) * leading + width) * byteCount)
    for (index, row) in rows.enumerated() {
      let place = address + UInt64(index * leading * byteCount)
      if byteCount == 2 {
        try memory.write(row.map(Half.bits), to: place)
      } else {
        try memory.write(row, to: place)
      }
    }
    return address
  }

  func uploadA(_ memory: GlobalMemory) throws -> UInt64 {
    let rows = (0..<problem.m).map { Array(a[$0 * problem.k..<($0 + 1) * problem.k]) }
    return try GemmCase.upload(
      rows, leading: problem.leadingA, byteCount: problem.operation.format.byteCount, to: memory)
  }

  func uploadB(_ memory: GlobalMemory) throws -> UInt64 {
    let rows: [[Float]] =
      switch problem.operation.layoutOfB {
      case .rowMajor: (0..<problem.k).map { Array(b[$0 * problem.n..<($0 + 1) * problem.n]) }
      case .columnMajor:
        (0..<problem.n).map { column in (0..<problem.k).map { b[$0 * problem.n + column] } }
      }
    return try GemmCase.upload(
      rows, leading: problem.leadingB, byteCount: problem.operation.format.byteCount, to: memory)
  }

  /// Elements of D's allocation.
  var elementCountOfD: Int { (problem.m - 1) * problem.leadingD + problem.n }

  /// What is wrong with D: the first element that is off, or that lies between rows and was
  /// written.
  func fault(inD address: UInt64, _ memory: GlobalMemory) throws -> String? {
    let isHalf = problem.operation.output == .f16
    let bits =
      isHalf
      ? try memory.read(UInt16.self, count: elementCountOfD, from: address).map(UInt32.init)
      : try memory.read(UInt32.self, count: elementCountOfD, from: address)
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

// MARK: Running

/// A kernel as the emulator runs it: printed, and read back.
struct GemmProgram {
  let operation: GemmOperation
  let configuration: GemmConfiguration
  let program: EmulatedProgram
  let sharedByteCount: Int

  /// - Parameter change: made to the program, for tests of what finds it.
  init(
    _ operation: GemmOperation, _ configuration: GemmConfiguration,
    changing change: (inout Program) -> Void = { _ in }
  ) throws {
    let kernel = try configuration.kernel(operation)
    let text = PTXPrinter.text(of: kernel, for: configuration.target)
    guard var program = try PTXReader.read(text, name: kernel.name + ".ptx").programs.first else {
      throw HewnError(.internal, "\(kernel.name) was read as no program")
    }
    change(&program)
    self.operation = operation
    self.configuration = configuration
    self.program = try EmulatedProgram(program)
    sharedByteCount = kernel.sharedByteCount
  }

  var name: String { configuration.kernelName(operation) }

  /// Computes a case on a GPU of `multiprocessors`, checks D and returns what was executed.
  ///
  /// - Throws: faults of the kernel, and D's.
  @discardableResult
  func run(_ gemm: GemmCase, multiprocessors: Int = 3) throws -> LaunchReport {
    let problem = gemm.problem
    let memory = GlobalMemory()
    let (a, b) = (try gemm.uploadA(memory), try gemm.uploadB(memory))
    let d = try memory.allocate(
      byteCount: gemm.elementCountOfD * problem.operation.output.byteCount)
    let bias = problem.operation.hasBias ? try memory.allocate(gemm.bias) : 0
    let launch: Launch
    switch configuration.method {
    case .warps:
      launch = Launch(
        grid: (WarpGemmKernel(problem, configuration).grid.x, 1, 1),
        sharedByteCount: sharedByteCount,
        struct: GemmArguments(problem, a: a, b: b, d: d, bias: bias))
    case .warpgroups:
      let kernel = WarpgroupGemmKernel(
        problem, configuration, multiprocessorCount: multiprocessors)
      let maps = kernel.tensorMaps(a: a, b: b)
      launch = Launch(
        grid: (kernel.grid.x, 1, 1), sharedByteCount: sharedByteCount,
        struct: WarpgroupGemmArguments(
          problem, mapOfA: try memory.allocate(maps.a.encoded),
          mapOfB: try memory.allocate(maps.b.encoded), d: d, bias: bias))
    }
    let report = try Emulator.run(
      program, launch, memory: memory, options: EmulatorOptions(threadCount: 2))
    if let fault = try gemm.fault(inD: d, memory) { throw HewnError(.failedCheck, fault) }
    return report
  }
}
