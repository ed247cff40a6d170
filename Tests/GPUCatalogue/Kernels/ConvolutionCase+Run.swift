import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension CheckedDevice {
  /// Computes a convolution on blocks; notes where something beside the output was written.
  ///
  /// - Returns: [groups][filters][height][width][8]
  package func convolve(
    _ numbers: ConvolutionNumbers, _ findings: inout Findings
  ) throws -> [Float] {
    let test = numbers.test
    let layer = try BlockLayer(
      test.problem, branches: test.branches(weights: numbers.weights, bias: numbers.bias),
      tiling: test.tiling)
    return try convolve(numbers, by: layer, &findings)
  }

  /// The same by a layer that was packed of the numbers' weights.
  package func convolve(
    _ numbers: ConvolutionNumbers, by layer: BlockLayer, _ findings: inout Findings
  ) throws -> [Float] {
    let test = numbers.test
    let problem = layer.problem
    let tables = try upload(layer)
    let element = test.precision.element
    let input = try self.input(numbers.input, problem.input, problem.imageGroups, element)
    let residual = try problem.residual.map {
      try self.input(numbers.residual, $0, problem.imageGroups, element)
    }
    let places = problem.output.places(groups: problem.imageGroups)
    let count = (places.max() ?? 0) + 8
    let output = try self.output(element, count: count)
    try convolve(layer, tables, input: input, output: output, residual: residual)

    let results = try read(element, count: count, from: output)
    var isResult = [Bool](repeating: false, count: count)
    for place in places { for image in 0..<8 { isResult[place + image] = true } }
    if let index = results.indices.first(where: { !isResult[$0] && !results[$0].isNaN }) {
      findings.fail("\(test): element \(index) was written, where no output lies")
    }
    return places.flatMap { results[$0..<$0 + 8] }
  }

  /// Launches what a layer consists of.
  package func convolve(
    _ layer: BlockLayer, _ tables: BlockTables, input: UInt64, output: UInt64, residual: UInt64?
  ) throws {
    let kernel = BlockKernel(layer)
    guard layer.tiling.splitCount > 1 else {
      return try run(
        kernel, kernel.arguments(tables, input: input, output: output, residual: residual))
    }
    let sums = try allocate(byteCount: layer.sumsByteCount)
    try run(kernel, kernel.arguments(tables, input: input, output: sums))
    let finish = BlockFinishKernel(layer)
    try run(finish, finish.arguments(tables, sums: sums, output: output, residual: residual))
  }

  package func upload(_ layer: BlockLayer) throws -> BlockTables {
    BlockTables(
      work: try buffer(layer.work), chunks: try buffer(layer.chunks),
      channels: try buffer(layer.channels), packets: try buffer(layer.packets),
      rows: try buffer(layer.rows), bias: try buffer(layer.bias))
  }

  /// A tensor of which only the elements are written.
  private func input(
    _ numbers: [Float], _ geometry: LanesGeometry, _ groups: Int, _ element: KernelElement
  ) throws -> UInt64 {
    let places = geometry.places(groups: groups)
    let address = try allocate(byteCount: ((places.max() ?? 0) + 8) * element.byteCount)
    var (first, vector) = (0, 0)
    // Runs of vectors that follow each other.
    while vector < places.count {
      let isLast = vector + 1 == places.count || places[vector + 1] != places[vector] + 8
      if isLast {
        let run = Array(numbers[first * 8..<(vector + 1) * 8])
        let offset = places[first] * element.byteCount
        switch element {
        case .f32: try upload(run, to: address, at: offset)
        case .f16: try upload(run.map { Half.bits(of: $0) }, to: address, at: offset)
        case .bf16: try upload(run.map { Half.brainBits(of: $0) }, to: address, at: offset)
        }
        first = vector + 1
      }
      vector += 1
    }
    return address
  }
}

extension LanesGeometry {
  /// The first element of each vector, in the order [groups][channels][height][width].
  fileprivate func places(groups: Int) -> [Int] {
    (0..<groups).flatMap { g in
      (0..<channels).flatMap { c in
        (0..<height).flatMap { y in
          (0..<width).map { x in
            8 * (g * groupStride + c * channelStride + y * rowStride + x * pixelStride)
          }
        }
      }
    }
  }
}
