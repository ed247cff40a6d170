internal import Graphs
internal import Tensors

let resizeImporters: [OperatorImporter] = [
  OperatorImporter("Resize", opsets: 10..., inputs: 1...4) { node throws(HewnError) in
    if node.opset == 10 { try resizeByScales(&node) } else { try resize(&node) }
  },
  OperatorImporter("Upsample", opsets: 7...10, inputs: 1...2) { node throws(HewnError) in
    try resizeByScales(&node)
  },
  OperatorImporter("GridSample", opsets: 16..., inputs: 2...2, build: gridSample),
  OperatorImporter("AffineGrid", opsets: 20..., inputs: 2...2) { node throws(HewnError) in
    node.emit(AffineGrid(alignsCorners: try node.attributes.flag("align_corners")))
  },
  OperatorImporter("NonMaxSuppression", opsets: 10..., inputs: 2...5) { node throws(HewnError) in
    node.emit(NonMaxSuppression(usesCenters: try node.attributes.flag("center_point_box")))
  },
  OperatorImporter("RoiAlign", opsets: 10..., inputs: 3...3, build: roiAlign),
]

private func gridSample(_ node: inout NodeImport) throws(HewnError) {
  // Operator set 20 renamed the modes.
  let modes: [String: GridSample.Mode] =
    node.opset >= 20
    ? ["linear": .linear, "nearest": .nearest, "cubic": .cubic]
    : ["bilinear": .linear, "nearest": .nearest, "bicubic": .cubic]
  var op = GridSample(alignsCorners: try node.attributes.flag("align_corners"))
  if let name = try node.attributes.string("mode") {
    guard let mode = modes[name] else {
      throw node.unsupported("mode", name, "not known in operator set \(node.opset)")
    }
    op.mode = mode
  }
  if let name = try node.attributes.string("padding_mode") {
    guard let padding = GridSample.Padding(rawValue: name) else {
      throw node.unsupported("padding_mode", name, "ONNX has zeros, border and reflection")
    }
    op.padding = padding
  }
  node.emit(op)
}

private func roiAlign(_ node: inout NodeImport) throws(HewnError) {
  var op = RoiAlign(
    outputHeight: try node.attributes.integer("output_height") ?? 1,
    outputWidth: try node.attributes.integer("output_width") ?? 1,
    samplingRatio: try node.attributes.integer("sampling_ratio") ?? 0,
    spatialScale: try node.attributes.float("spatial_scale") ?? 1,
    usesHalfPixel: node.opset >= 16)
  if let name = try node.attributes.string("mode") {
    guard let mode = RoiAlign.Mode(rawValue: name) else {
      throw node.unsupported("mode", name, "ONNX has avg and max")
    }
    op.mode = mode
  }
  let attribute = "coordinate_transformation_mode"
  if node.opset >= 16, let name = try node.attributes.string(attribute) {
    guard ["half_pixel", "output_half_pixel"].contains(name) else {
      throw node.unsupported(attribute, name, "ONNX has half_pixel and output_half_pixel")
    }
    op.usesHalfPixel = name == "half_pixel"
  }
  node.emit(op)
}

/// Resize as of operator set 11.
private func resize(_ node: inout NodeImport) throws(HewnError) {
  var op = Resize(
    mode: try mode(&node, of: [.nearest, .linear, .cubic]),
    coordinates: try coordinates(&node), rounding: try rounding(&node))
  op.cubicCoefficient = try node.attributes.float("cubic_coeff_a") ?? op.cubicCoefficient
  op.extrapolationValue = try node.attributes.float("extrapolation_value") ?? 0
  op.excludesOutside = try node.attributes.flag("exclude_outside")
  if op.excludesOutside, op.mode == .nearest {
    throw node.unsupported("exclude_outside", 1, "nearest resampling weighs nothing")
  }
  if node.opset >= 18 {
    op.axes = try node.attributes.integers("axes")
    // Nearest resampling has no filter to widen.
    op.antialiases = try node.attributes.flag("antialias") && op.mode != .nearest
    op.aspectRatioPolicy = try aspectRatioPolicy(&node)
  }
  node.emit(
    op,
    node.inputs.indices.map { index in
      // Only cropping reads roi, which may then be anything.
      if index == 1, op.coordinates != .tfCropAndResize { return "" }
      // Operator set 11 requires roi and scales, and files give empty tensors for unused ones.
      return index > 0 && node.constant(index)?.shape.elementCount == 0 ? "" : node.input(index)
    })
}

private func coordinates(_ node: inout NodeImport) throws(HewnError) -> Resize.Coordinates {
  let attribute = "coordinate_transformation_mode"
  guard let name = try node.attributes.string(attribute) else { return .halfPixel }
  guard let coordinates = Resize.Coordinates(rawValue: name),
    coordinates != .halfPixelSymmetric || node.opset >= 19,
    coordinates != .tfHalfPixelForNearest || node.opset < 13
  else {
    throw node.unsupported(attribute, name, "not known in operator set \(node.opset)")
  }
  return coordinates
}

private func rounding(_ node: inout NodeImport) throws(HewnError) -> Resize.Rounding {
  guard let name = try node.attributes.string("nearest_mode") else { return .roundPreferFloor }
  guard let rounding = Resize.Rounding(rawValue: name), rounding != .byDirection else {
    throw node.unsupported("nearest_mode", name, "not known in operator set \(node.opset)")
  }
  return rounding
}

private func aspectRatioPolicy(
  _ node: inout NodeImport
) throws(HewnError) -> Resize.AspectRatioPolicy {
  let attribute = "keep_aspect_ratio_policy"
  guard let name = try node.attributes.string(attribute) else { return .stretch }
  guard let policy = Resize.AspectRatioPolicy(rawValue: name) else {
    throw node.unsupported(attribute, name, "not known in operator set \(node.opset)")
  }
  return policy
}

/// Upsample, and Resize of operator set 10: coordinates are divided by the scale.
///
/// ONNX does not say which element is nearest there; ONNX's own cases and ONNX Runtime round down
/// along axes that grow and, in Resize, up along axes that shrink.
private func resizeByScales(_ node: inout NodeImport) throws(HewnError) {
  let mode = try mode(&node, of: [.nearest, .linear])
  let scales: String
  if node.opset >= 9 {
    guard node.inputs.count == 2 else {
      throw HewnError(
        .invalidFile,
        "\(node.inputs.count) inputs, \(node.type) takes 2 in operator set \(node.opset)")
    }
    scales = node.input(1)
  } else {
    try node.checkIsOnlyInput()
    let list = try node.attributes.required("scales", try node.attributes.floats("scales"))
    scales = node.add("scales", Tensor([list.count], list))
  }
  node.emit(
    Resize(
      mode: mode, coordinates: .asymmetric,
      rounding: node.type == "Resize" ? .byDirection : .floor),
    [node.input(0), "", scales])
}

private func mode(
  _ node: inout NodeImport, of known: [Resize.Mode]
) throws(HewnError) -> Resize.Mode {
  guard let name = try node.attributes.string("mode") else { return .nearest }
  guard let mode = Resize.Mode(rawValue: name), known.contains(mode) else {
    throw node.unsupported("mode", name, "not known in operator set \(node.opset)")
  }
  return mode
}
