internal import Graphs
internal import Tensors

extension NodeContext {
  /// The integers of an input that must be known now; `nil` where it is left out.
  ///
  /// - Throws: `unsupported` where it is computed at run time.
  func integers(ofInput index: Int, _ name: String) throws(HewnError) -> [Int]? {
    guard index < inputs.count, let operand = inputs[index] else { return nil }
    guard let constant = operand.constant else { throw notConstant(name) }
    return try constant.integers()
  }

  /// The floats of an input that must be known now.
  ///
  /// - Throws: `unsupported` where it is computed at run time.
  func floats(ofInput index: Int, _ name: String) throws(HewnError) -> [Float] {
    guard let constant = constant(ofInput: index) else { throw notConstant(name) }
    return constant.floats()
  }

  func notConstant(_ name: String) -> HewnError {
    HewnError(
      .unsupported,
      "input \(name) is computed while the network runs; the CPU backend needs it to be constant"
    ).at(node: label)
  }

  /// What input `index` demands: planes where it is an image computed at run time.
  ///
  /// - Parameter lanes: images in a cell; ``lanes`` where the step treats all floats of a channel alike.
  func planesOrPlain(
    input index: Int, pitch: LayoutDemands.PitchRule = .free, lanes: Int = 1
  ) -> LayoutDemands.Input {
    guard let shape = shape(ofInput: index), constant(ofInput: index) == nil, shape.isSpatial
    else { return .plain }
    return .planes(pitch: pitch, lanes: lanes)
  }

  /// What output `index` gets: planes where it is an image.
  func planesOrPlain(output index: Int, lanes: Int = 1) -> LayoutDemands.Output {
    outputs[index].shape.isSpatial ? .planes(lanes: lanes) : .plain
  }

  /// Where a step reads a float input: in the arena, or packed from the constant.
  func source(ofInput index: Int, _ located: [Located?]) throws(HewnError) -> GridSource {
    if index < located.count, let input = located[index] {
      return GridSource(
        floats: .arena(input.placement.offset), grid: PlaneGrid(input.buffer))
    }
    guard let constant = constant(ofInput: index) else {
      throw HewnError(.invalidFile, "input \(index) is missing", node: label)
    }
    return GridSource(
      floats: .constant(try AlignedArray(constant.floats())),
      grid: PlaneGrid(rowMajor: constant.shape))
  }
}

extension Shape {
  /// Whether this is [N, C, H, W] or [N, C, W] with more than one pixel, and not empty: what the
  /// planes layout is for.
  var isSpatial: Bool {
    (rank == 3 || rank == 4) && elementCount > 0 && dimensions[2...].contains { $0 > 1 }
  }
}
