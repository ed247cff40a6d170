package import Tensors

extension Conv {
  /// Resolves the window for X of shape `input` [N, C, spatial…] and W of shape `weight`
  /// [M, C/groups, kernel…].
  ///
  /// - Throws: `invalidFile` where attributes and shapes disagree, `unsupported` for attributes
  ///   above the limit.
  package func geometry(input: Shape, weight: Shape) throws(HewnError) -> WindowGeometry {
    let kernel = try kernelExtents(declared: kernel, input: input, weight: weight)
    let attributes = try WindowAttributes(
      kernel: kernel, strides: strides, dilations: dilations, padding: padding, input: input)
    try checkGroups(groups)
    guard input[1] >= 1, weight[0] >= 1 else {
      throw HewnError(
        .unsupported, "no channels or no filters: X has shape \(input), W has shape \(weight)")
    }
    guard input[1].isMultiple(of: groups), weight[1] == input[1] / groups else {
      throw HewnError(
        .invalidFile,
        "W of shape \(weight) has \(weight[1]) input channels, expected \(input[1]) / \(groups)"
          + " groups for X of shape \(input)")
    }
    guard weight[0].isMultiple(of: groups) else {
      throw HewnError(.invalidFile, "\(weight[0]) filters do not divide into \(groups) groups")
    }
    return try attributes.sliding(roundsUp: false)
  }
}

extension ConvTranspose {
  /// Resolves the window for X of shape `input` [N, C, spatial…] and W of shape `weight`
  /// [C, M/groups, kernel…].
  ///
  /// - Throws: `invalidFile` where attributes and shapes disagree, `unsupported` for attributes
  ///   above the limit.
  package func geometry(input: Shape, weight: Shape) throws(HewnError) -> WindowGeometry {
    let kernel = try kernelExtents(declared: kernel, input: input, weight: weight)
    let attributes = try WindowAttributes(
      kernel: kernel, strides: strides, dilations: dilations, padding: padding, input: input)
    try checkGroups(groups)
    guard input[1] >= 1, weight[1] >= 1 else {
      throw HewnError(
        .unsupported, "no channels or no filters: X has shape \(input), W has shape \(weight)")
    }
    guard weight[0] == input[1], input[1].isMultiple(of: groups) else {
      throw HewnError(
        .invalidFile,
        "W of shape \(weight) has \(weight[0]) input channels in \(groups) groups, expected"
          + " \(input[1]) for X of shape \(input)")
    }
    return try attributes.transposed(outputPadding: outputPadding, outputShape: outputShape)
  }
}

extension PoolingWindow {
  /// Resolves the window for X of shape `input` [N, C, spatial…].
  ///
  /// - Throws: `invalidFile` where attributes and shape disagree or a window could lie in padding
  ///   alone, `unsupported` for attributes above the limit.
  package func geometry(input: Shape) throws(HewnError) -> WindowGeometry {
    let attributes = try WindowAttributes(
      kernel: kernel, strides: strides, dilations: dilations, padding: padding, input: input)
    if case .explicit(let begin, let end) = padding {
      for axis in kernel.indices {
        let span = (kernel[axis] - 1) * attributes.dilations[axis] + 1
        guard max(begin[axis], end[axis]) >= span else { continue }
        throw HewnError(
          .invalidFile,
          "pads \(begin[axis]) and \(end[axis]) must be smaller than the \(span) elements that the"
            + " kernel spans along spatial axis \(axis)")
      }
    }
    return try attributes.sliding(roundsUp: roundsUp)
  }
}

extension MaxUnpool {
  /// The output's shape for X of shape `input` [N, C, spatial…], where no other is asked for:
  /// (extent − 1) · stride + kernel − pads along each spatial axis.
  ///
  /// - Throws: `invalidFile` where attributes and shape disagree, `unsupported` for attributes
  ///   above the limit.
  package func shape(input: Shape) throws(HewnError) -> Shape {
    let attributes = try WindowAttributes(
      kernel: kernel, strides: strides, dilations: [], padding: padding, input: input)
    let geometry = try attributes.transposed(outputPadding: [], outputShape: nil)
    return try Shape(checking: input.dimensions[..<2] + geometry.outputExtents)
  }
}

/// The kernel extents of a weight, which a declared `kernel_shape` must repeat.
private func kernelExtents(
  declared: [Int], input: Shape, weight: Shape
) throws(HewnError) -> [Int] {
  guard input.rank >= 3, weight.rank == input.rank else {
    throw HewnError(
      .invalidFile,
      "W of shape \(weight) does not fit X of shape \(input): ranks must be equal and at least 3")
  }
  let kernel = Array(weight.dimensions[2...])
  guard declared.isEmpty || declared == kernel else {
    throw HewnError(
      .invalidFile, "kernel_shape \(declared) differs from \(kernel) in W of shape \(weight)")
  }
  return kernel
}

private func checkGroups(_ groups: Int) throws(HewnError) {
  guard groups >= 1 else {
    throw HewnError(.invalidFile, "group is \(groups), expected at least 1")
  }
}
