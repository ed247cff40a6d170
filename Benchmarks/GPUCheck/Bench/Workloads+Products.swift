import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension Workloads {
  /// Every configuration at 4096³; at the sizes of layers, those that should be the best.
  func products() throws -> [Workload<Device>] {
    var workloads: [Workload<Device>] = []
    let side = isFull ? 4096 : 128
    for operation in [
      GemmOperation(format: .f16), GemmOperation(format: .f16, layoutOfB: .columnMajor),
      GemmOperation(format: .tf32), GemmOperation(format: .tf32, layoutOfB: .columnMajor),
    ] {
      let problem = try GemmProblem(operation, m: side, n: side, k: side)
      for configuration in configurations(problem) {
        workloads.append(product(problem, configuration))
      }
    }
    for format in GemmOperation.Format.allCases {
      for (m, n, k) in isFull ? Self.layers : [(64, 200, 72)] {
        let problem = try GemmProblem(GemmOperation(format: format), m: m, n: n, k: k)
        for configuration in configurations(problem).prefix(3) {
          workloads.append(product(problem, configuration))
        }
      }
    }
    return workloads.filter { $0.target < .sm90a } + workloads.filter { $0.target == .sm90a }
  }

  /// M, N, K of convolutions of 32 images: 1 × 1 and 3 × 3 at 56², 28² and 7², and of a classifier.
  private static var layers: [(Int, Int, Int)] {
    [
      (64, 100_352, 576), (256, 100_352, 64), (512, 25_088, 128), (2048, 1568, 512),
      (512, 1568, 4608), (1000, 32, 2048),
    ]
  }

  /// Those that the device runs, the cheapest by their costs first.
  private func configurations(_ problem: GemmProblem) -> [GemmConfiguration] {
    device.properties.target.map { GemmConfiguration.candidates(for: problem, target: $0) } ?? []
  }

  private func product(
    _ problem: GemmProblem, _ configuration: GemmConfiguration
  ) -> Workload<Device> {
    switch configuration.method {
    case .warps:
      return product(
        problem, configuration, WarpGemmKernel(problem, configuration),
        problem.operation.format == .f16 ? .warpF16 : .warpTF32
      ) { _, buffers, _ in
        GemmArguments(
          problem, a: buffers.inputs[0].address, b: buffers.inputs[1].address,
          d: buffers.output.address)
      }
    case .warpgroups:
      let kernel = WarpgroupGemmKernel(
        problem, configuration, multiprocessorCount: device.properties.multiprocessorCount)
      return product(problem, configuration, kernel, .warpgroupF16) { device, buffers, held in
        let maps = kernel.tensorMaps(a: buffers.inputs[0].address, b: buffers.inputs[1].address)
        let encoded = [
          try device.buffer(of: device.encode(maps.a)),
          try device.buffer(of: device.encode(maps.b)),
        ]
        held += encoded
        return WarpgroupGemmArguments(
          problem, mapOfA: encoded[0].address, mapOfB: encoded[1].address,
          d: buffers.output.address)
      }
    }
  }

  private func product<K: ProblemKernel>(
    _ problem: GemmProblem, _ configuration: GemmConfiguration, _ kernel: K,
    _ arithmetic: CeilingKind,
    _ arguments:
      @escaping (Device, WorkloadBuffers<Device>, inout [Device.Buffer]) throws
      -> K.Arguments
  ) -> Workload<Device> {
    let operation = problem.operation
    let input: KernelElement = operation.format == .f16 ? .f16 : .f32
    let output: KernelElement = operation.output == .f16 ? .f16 : .f32
    let (m, n, k) = (problem.m, problem.n, problem.k)
    let isRowMajor = operation.layoutOfB == .rowMajor
    return Workload(
      "gemm", kernel, shape: "\(m)×\(n)×\(k)", target: configuration.target,
      inputs: [
        WorkloadTensor(input, m * problem.leadingA),
        WorkloadTensor(input, problem.rowCountOfB * problem.leadingB),
      ], output: WorkloadTensor(output, m * problem.leadingD),
      operationCount: problem.operationCount, arithmetic: arithmetic,
      product: ProductRecord(
        format: operation.format.rawValue, layoutOfB: operation.layoutOfB.rawValue, m: m, n: n,
        k: k),
      arguments: arguments,
      expected: { place, elements in
        let (row, column) = place.quotientAndRemainder(dividingBy: problem.leadingD)
        var (sum, magnitude) = (0.0, 0.0)
        for depth in 0..<k {
          // Numbers of f16 are numbers of tf32 too.
          let product =
            elements[0](row * problem.leadingA + depth)
            * elements[1](
              isRowMajor
                ? depth * problem.leadingB + column : column * problem.leadingB + depth)
          sum += product
          magnitude += product.magnitude
        }
        return Expectation(value: sum, absolute: magnitude * Double(k + 2) * 0x1p-23)
      })
  }
}
