import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension Workloads {
  func depthwise() throws -> [Workload<Device>] {
    var workloads: [Workload<Device>] = []
    for (channels, extent, kernel, stride) in [
      (144, 56, 3, 1), (144, 56, 3, 2), (240, 28, 5, 1), (96, 56, 7, 1),
    ] {
      let window = try window(groups: 8, channels, extent, kernel, stride)
      let problem = DepthwiseProblem(
        window, element: .f16, hasBias: true, activation: .clip(lower: 0, upper: 6))
      let depthwise = DepthwiseKernel(problem)
      let tapCount = kernel * kernel
      workloads.append(
        Workload(
          "depthwise", depthwise, shape: shape(window, kernel, stride),
          inputs: [
            WorkloadTensor(.f16, window.inputCount),
            WorkloadTensor(.f32, window.channels * tapCount),
            WorkloadTensor(.f32, window.channels),
          ], output: WorkloadTensor(.f16, window.outputCount),
          operationCount: 2 * tapCount * window.outputCount, arithmetic: .scalar,
          arguments: { _, buffers, _ in
            depthwise.arguments(
              input: buffers.inputs[0].address, weights: buffers.inputs[1].address,
              bias: buffers.inputs[2].address, output: buffers.output.address)
          },
          expected: { place, elements in
            let channel = window.channel(of: place)
            let sum = window.taps(of: place).reduce(elements[2](channel)) { sum, tap in
              guard let place = tap.place else { return sum }
              return sum + elements[1](channel * tapCount + tap.number) * elements[0](place)
            }
            return Expectation(
              value: min(max(sum, 0), 6), absolute: Double(tapCount) * 0x1p-22)
          }))
    }
    return workloads
  }

  func pools() throws -> [Workload<Device>] {
    var workloads: [Workload<Device>] = []
    for (kind, channels, extent, kernel, stride) in [
      (.maximum, 64, 112, 3, 2), (.average(countsPadding: false), 192, 35, 3, 1),
    ] as [(PoolKind, Int, Int, Int, Int)] {
      let window = try window(groups: 8, channels, extent, kernel, stride)
      let pool = PoolKernel(PoolProblem(kind, window, element: .f16))
      workloads.append(
        Workload(
          "pool", pool, shape: "\(kind) \(shape(window, kernel, stride))",
          inputs: [WorkloadTensor(.f16, window.inputCount)],
          output: WorkloadTensor(.f16, window.outputCount),
          arguments: { _, buffers, _ in
            pool.arguments(input: buffers.inputs[0].address, output: buffers.output.address)
          },
          expected: { place, elements in
            let taps = window.taps(of: place)
            let value = kind.evaluate(
              taps.compactMap { $0.place.map(elements[0]) }, padding: taps.count(where: \.isPadding)
            )
            return Expectation(value: value, absolute: 0x1p-20)
          }))
    }
    let (planes, area) = (isFull ? 65_536 : 16, 49)
    let global = GlobalPoolKernel(
      try GlobalPoolProblem(maximum: false, planes: planes, area: area, element: .f16))
    workloads.append(
      Workload(
        "pool", global, shape: "average \(planes) planes of \(area)×8",
        inputs: [WorkloadTensor(.f16, planes * area * 8)],
        output: WorkloadTensor(.f16, planes * 8),
        arguments: { _, buffers, _ in
          global.arguments(input: buffers.inputs[0].address, output: buffers.output.address)
        },
        expected: { place, elements in
          let first = place / 8 * area * 8 + place % 8
          let sum = (0..<area).reduce(0) { $0 + elements[0](first + 8 * $1) }
          return Expectation(value: sum / Double(area), absolute: 0x1p-20)
        }))
    return workloads
  }

  private func window(
    groups: Int, _ channels: Int, _ extent: Int, _ kernel: Int, _ stride: Int
  ) throws -> LanesWindow {
    let padding = kernel / 2
    let (extent, channels) = isFull ? (extent, channels) : (extent / 4, 3)
    let output = (extent + 2 * padding - kernel) / stride + 1
    return try LanesWindow(
      groups: isFull ? groups : 1, channels: channels, input: Spatial(extent, extent),
      output: Spatial(output, output), kernel: Spatial(kernel, kernel),
      stride: Spatial(stride, stride), paddingBefore: Spatial(padding, padding),
      paddingAfter: Spatial(padding, padding))
  }

  private func shape(_ window: LanesWindow, _ kernel: Int, _ stride: Int) -> String {
    "\(window.groups * 8)×\(window.channels)×\(window.input.vertical)×\(window.input.horizontal)"
      + " kernel \(kernel) stride \(stride)"
  }
}
