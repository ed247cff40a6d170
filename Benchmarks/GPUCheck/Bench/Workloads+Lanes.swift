import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// Normalizations and resamplings of lanes.
extension Workloads {
  func normalizations() throws -> [Workload<Device>] {
    let cases: [(name: String, problem: NormalizeProblem)] = try [
      (
        "layers",
        .layer(
          outer: isFull ? 8 * 3136 : 8, axis: isFull ? 96 : 24, shift: true, epsilon: 1e-5,
          element: .f16)
      ),
      (
        "instances",
        .channels(
          groups: isFull ? 8 : 1, channels: isFull ? 64 : 3, area: isFull ? 112 * 112 : 2000,
          channelGroups: isFull ? 64 : 3, epsilon: 1e-5, element: .f16)
      ),
    ]
    return cases.map { name, problem in
      let (outer, axis) = (problem.outer, problem.axis)
      let kernel = NormalizeKernel(problem)
      return Workload(
        "normalize", kernel, shape: "\(name) \(outer)×\(axis)×8",
        inputs: [
          WorkloadTensor(.f16, outer * axis * 8), WorkloadTensor(.f32, problem.parameterCount),
          WorkloadTensor(.f32, problem.parameterCount),
        ], output: WorkloadTensor(.f16, outer * axis * 8),
        arguments: { _, buffers, _ in
          kernel.arguments(
            input: buffers.inputs[0].address, scale: buffers.inputs[1].address,
            shift: buffers.inputs[2].address, output: buffers.output.address)
        },
        expected: { place, elements in
          let (row, a) = (place / 8 / axis, place / 8 % axis)
          let numbers = (0..<axis).map { elements[0]((row * axis + $0) * 8 + place % 8) }
          let mean = numbers.reduce(0, +) / Double(axis)
          let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(axis)
          let parameter = row % problem.period * (axis / problem.run) + a / problem.run
          let y = (numbers[a] - mean) / (variance + Double(problem.epsilon)).squareRoot()
          return Expectation(
            value: y * elements[1](parameter) + elements[2](parameter), absolute: 0x1p-18)
        })
    }
  }

  func localResponses() throws -> [Workload<Device>] {
    let (groups, channels, area) = isFull ? (8, 64, 55 * 55) : (1, 6, 30)
    let problem = try LocalResponseProblem(
      groups: groups, channels: channels, area: area, size: 5, alpha: 1e-4, beta: 0.75, bias: 1,
      element: .f16)
    let kernel = LocalResponseKernel(problem)
    let tensor = WorkloadTensor(.f16, groups * channels * area * 8)
    return [
      Workload(
        "localresponse", kernel, shape: "\(groups)×\(channels)×\(area)×8", inputs: [tensor],
        output: tensor,
        arguments: { _, buffers, _ in
          kernel.arguments(input: buffers.inputs[0].address, output: buffers.output.address)
        },
        expected: { place, elements in
          let channel = place / 8 / area % channels
          let sum = (max(channel - 2, 0)...min(channel + 2, channels - 1)).reduce(0) {
            let x = elements[0](place + ($1 - channel) * area * 8)
            return $0 + x * x
          }
          let power = PointwiseExpression.unary(.power(0.75), .input(0))
          return Expectation(value: elements[0](place) / power.evaluate([1 + 1e-4 / 5 * sum]))
        })
    ]
  }

  /// To twice the height and width, nearest and linear.
  func resizes() throws -> [Workload<Device>] {
    let (groups, channels, extent) = isFull ? (8, 128, 40) : (1, 3, 5)
    let nearest = try ResizeTable(inputExtent: extent, nearest: (0..<2 * extent).map { $0 / 2 })
    // Each output is a quarter away from its nearest input.
    let places = (0..<2 * extent).map { output in
      let first = output.isMultiple(of: 2) ? output / 2 - 1 : output / 2
      return (max(first, 0), min(first + 1, extent - 1))
    }
    let linear = try ResizeTable(
      inputExtent: extent, tapCount: 2, indices: places.flatMap { [$0, $1] },
      weights: places.indices.flatMap { $0.isMultiple(of: 2) ? [0.25, 0.75] : [0.75, 0.25] })
    return try [nearest, linear].map { table in
      let kernel = ResizeKernel(
        try ResizeProblem(
          groups: groups, channels: channels, rows: table, columns: table, element: .f16))
      let planes = groups * channels
      return Workload(
        "resize", kernel, shape: "\(planes * 8)×\(extent)×\(extent), \(table.tapCount) taps",
        inputs: [WorkloadTensor(.f16, planes * extent * extent * 8)],
        output: WorkloadTensor(.f16, planes * extent * extent * 32),
        arguments: { device, buffers, held in
          let words = try device.buffer(of: table.words)
          defer { held.append(words) }
          return kernel.arguments(
            input: buffers.inputs[0].address, rows: words.address, columns: words.address,
            output: buffers.output.address)
        },
        expected: { place, elements in
          let (plane, pixel) = (place / 8).quotientAndRemainder(dividingBy: 4 * extent * extent)
          func taps(_ output: Int) -> [(index: Int, weight: Double)] {
            (0..<table.tapCount).map { tap in
              let word = 2 * (output * table.tapCount + tap)
              return (
                Int(table.words[word]), Double(Float(bitPattern: table.words[word + 1]))
              )
            }
          }
          let sum = taps(pixel / (2 * extent)).reduce(0) { sum, row in
            taps(pixel % (2 * extent)).reduce(sum) { sum, column in
              let source = (plane * extent + row.index) * extent + column.index
              return sum + row.weight * column.weight * elements[0](source * 8 + place % 8)
            }
          }
          return Expectation(value: sum, absolute: 0x1p-22)
        })
    }
  }
}
