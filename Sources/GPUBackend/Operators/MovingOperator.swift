package import GPUKernels
internal import Graphs
package import Tensors

/// An operator that copies vectors of 8 images to other places.
package protocol MovingOperator: GPUOperator {
  /// What is read for the output, by the axes behind the first.
  ///
  /// - Parameters:
  ///   - source: the input's strides, in vectors.
  ///   - target: the output's strides, in vectors.
  func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove
}

/// How far apart the vectors of an image lie.
package struct ImageStrides: Sendable {
  package var shape: Shape
  /// By axis; that of the first is never used.
  package var strides: [Int]

  init(_ shape: Shape) {
    self.shape = shape
    strides = shape.strides
  }
}

/// A move of the vectors of each group of 8 images.
package struct ImageMove: Sendable {
  package var axes: [MoveAxis]
  /// Vectors from the input's first one to where index 0 of all axes lies.
  package var inputStart = 0
  package var fill: Float = 0
}

extension MovingOperator {
  package func writesChannels(of node: GPUNode) -> Bool { true }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.channels(ofInput: 0), try lowering.output(0))
    let move = try moves(
      node, from: ImageStrides(input.shape), to: ImageStrides(output.shape))
    try lowering.move(move, from: input, to: output)
    return nil
  }
}

extension GPULowering {
  /// Moves vectors of every group of images.
  func move(
    _ move: ImageMove, from input: GPUTensor, to output: GPUTensor
  ) throws(HewnError) {
    let groups = MoveAxis(
      extent: output.groups, inputStride: input.groupStride, outputStride: output.groupStride)
    let problem = try MoveProblem(
      output.element, axes: [groups] + move.axes, inputBase: move.inputStart, fill: move.fill)
    let kernel = MoveKernel(problem)
    let tables = kernel.tables.isEmpty ? nil : constant(kernel.tables)
    try launch(
      kernel, reads: [input.memory] + (tables.map { [$0] } ?? []), writes: [output.memory]
    ) { addresses in
      kernel.arguments(
        input: addresses[input], output: addresses[output],
        tables: tables.map { addresses[$0] } ?? 0)
    }
  }

  /// Copies a tensor to another place.
  func copy(_ input: GPUTensor, to output: GPUTensor) throws(HewnError) {
    let image = MoveAxis(extent: input.vectorCount, inputStride: 1, outputStride: 1)
    try move(ImageMove(axes: [image]), from: input, to: output)
  }
}
