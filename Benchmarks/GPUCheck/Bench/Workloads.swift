import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// What is measured: kernels at sizes of networks, small ones where an emulator runs them.
struct Workloads<Device: GPUDevice> {
  let device: Device
  /// Whether sizes are those of networks.
  let isFull: Bool

  /// Products come last, those with `wgmma` at the very end: what can hang a GPU hurts least there.
  func all() throws -> [Workload<Device>] {
    try pointwise() + reductions() + softmaxes() + layouts() + depthwise() + pools()
      + normalizations() + localResponses() + resizes() + products()
  }

  private func size(_ full: Int, _ small: Int) -> Int { isFull ? full : small }

  private func text(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "×") }

  // MARK: Memory-bound kernels

  private func pointwise() throws -> [Workload<Device>] {
    let shape = [size(32, 2), size(256, 8), size(56, 7), size(56, 7)]
    let channels = [shape[1], 1, 1]
    let residual: PointwiseExpression = .unary(.relu, .input(0) * .input(1) + .input(2))
    return try [
      pointwise(.unary(.relu, .input(0)), [(.f16, shape)], to: (.f16, shape)),
      pointwise(.unary(.relu, .input(0)), [(.f32, shape)], to: (.f32, shape)),
      pointwise(
        residual, [(.f16, shape), (.f32, channels), (.f16, shape)], to: (.f16, shape)),
      pointwise(.unary(.gelu(approximates: false), .input(0)), [(.f16, shape)], to: (.f16, shape)),
      pointwise(.unary(.gelu(approximates: false), .input(0)), [(.f32, shape)], to: (.f32, shape)),
    ]
  }

  private func pointwise(
    _ expression: PointwiseExpression, _ inputs: [(KernelElement, [Int])],
    to output: (KernelElement, [Int])
  ) throws -> Workload<Device> {
    let problem = try PointwiseProblem(
      expression, inputs: inputs.map { .init($0.0, $0.1) }, output: .init(output.0, output.1))
    let kernel = PointwiseKernel(problem)
    let counts = inputs.map { $0.1.reduce(1, *) }
    let plane = output.1.suffix(2).reduce(1, *)
    return Workload(
      "pointwise", kernel,
      shape: "\(expression) \(text(output.1)) \(inputs.map { "\($0.0)" }.joined(separator: ","))"
        + " to \(output.0)",
      inputs: zip(inputs, counts).map { WorkloadTensor($0.0, $1) },
      output: WorkloadTensor(output.0, problem.elementCount),
      arguments: { _, buffers, _ in
        kernel.arguments(
          inputs: buffers.inputs.map(\.address), output: buffers.output.address)
      },
      expected: { place, elements in
        let values = zip(elements, counts).map { element, count in
          // Whole tensors, or a number for each channel.
          element(count == problem.elementCount ? place : place / plane % count)
        }
        return Expectation(value: expression.evaluate(values), absolute: 0x1p-22, ulp: 8)
      })
  }

  private func reductions() throws -> [Workload<Device>] {
    var workloads: [Workload<Device>] = []
    for (reduction, element, extents) in [
      (.mean, .f16, (size(16_384, 8), size(3136, 49), 1)),
      (.sum, .f32, (size(16_384, 8), size(2048, 64), 1)),
      (.logSumExp, .f32, (size(4096, 4), size(8192, 128), 1)),
      (.max, .f32, (size(64, 2), size(512, 8), size(1024, 33))),
    ] as [(ReductionOperator, KernelElement, (Int, Int, Int))] {
      let (outer, axis, inner) = extents
      let range = try AxisRange(outer: outer, axis: axis, inner: inner)
      let kernel = ReductionKernel(
        ReductionProblem(reduction, range, input: element, output: element))
      workloads.append(
        Workload(
          "reduction", kernel, shape: "\(text([outer, axis, inner])) \(element)",
          inputs: [WorkloadTensor(element, range.elementCount)],
          output: WorkloadTensor(element, range.outputCount),
          arguments: { _, buffers, _ in
            kernel.arguments(input: buffers.inputs[0].address, output: buffers.output.address)
          },
          expected: { place, elements in
            let first = place / inner * axis * inner + place % inner
            let row = (0..<axis).map { elements[0](first + $0 * inner) }
            let scale = row.reduce(0) { $0 + $1.magnitude }
            let isMean = reduction == .mean
            return Expectation(
              value: reduction.evaluate(row),
              absolute: (isMean ? scale / Double(axis) : scale) * 0x1p-20)
          }))
    }
    return workloads
  }

  private func softmaxes() throws -> [Workload<Device>] {
    var workloads: [Workload<Device>] = []
    for (element, rows, axis) in [
      (.f32, size(65_536, 8), size(1000, 100)), (.f16, size(16_384, 4), size(4096, 1100)),
    ] as [(KernelElement, Int, Int)] {
      let range = try AxisRange(outer: rows, axis: axis, inner: 1)
      let kernel = SoftmaxKernel(
        SoftmaxProblem(range, input: element, output: element, logarithm: false))
      workloads.append(
        Workload(
          "softmax", kernel, shape: "\(text([rows, axis])) \(element)",
          inputs: [WorkloadTensor(element, range.elementCount)],
          output: WorkloadTensor(element, range.elementCount),
          arguments: { _, buffers, _ in
            kernel.arguments(input: buffers.inputs[0].address, output: buffers.output.address)
          },
          expected: { place, elements in
            let first = place / axis * axis
            let row = (0..<axis).map { elements[0](first + $0) }
            // log Σ eˣ, by which eˣ is divided.
            let logarithm = ReductionOperator.logSumExp.evaluate(row)
            let x = PointwiseExpression.constant(0)
            let value = PointwiseExpression.unary(.exp, .input(0) + x)
              .evaluate([elements[0](place) - logarithm])
            return Expectation(value: value, ulp: 20)
          }))
    }
    return workloads
  }

  private func layouts() throws -> [Workload<Device>] {
    let (images, channels, extent) = (size(32, 9), size(128, 3), size(56, 7))
    let geometry = try PlanesGeometry(
      images: images, channels: channels, height: extent, width: extent)
    let area = extent * extent
    let planes = WorkloadTensor(.f32, images * channels * area)
    let lanes = WorkloadTensor(.f16, (images + 7) / 8 * 8 * channels * area)
    let shape = text([images, channels, extent, extent])
    let toLanes = LayoutKernel(.planesToLanes, geometry, element: .f16)
    let toPlanes = LayoutKernel(.lanesToPlanes, geometry, element: .f16)
    return [
      Workload(
        "layout", toLanes, shape: shape, inputs: [planes], output: lanes,
        arguments: { _, buffers, _ in
          toLanes.arguments(
            planes: buffers.inputs[0].address, lanes: buffers.output.address)
        },
        expected: { place, elements in
          let (pixel, lane) = place.quotientAndRemainder(dividingBy: 8)
          let image = pixel / (channels * area) * 8 + lane
          let value =
            image < images
            ? elements[0](image * channels * area + pixel % (channels * area)) : 0
          return Expectation(value: value, ulp: 0)
        }),
      Workload(
        "layout", toPlanes, shape: shape, inputs: [lanes], output: planes,
        arguments: { _, buffers, _ in
          toPlanes.arguments(
            planes: buffers.output.address, lanes: buffers.inputs[0].address)
        },
        expected: { place, elements in
          let (image, pixel) = place.quotientAndRemainder(dividingBy: channels * area)
          let value = elements[0]((image / 8 * channels * area + pixel) * 8 + image % 8)
          return Expectation(value: value, ulp: 0)
        }),
    ]
  }
}
