internal import Graphs
internal import Tensors

let resizeImporters: [OperatorImporter] = [
  OperatorImporter("Resize", opsets: 10..., inputs: 1...4) { node throws(HewnError) in
    if node.opset == 10 { try resizeByScales(&node) } else { try resize(&node) }
  },
  OperatorImporter("Upsample", opsets: 7...9, inputs: 1...2) { node throws(HewnError) in
    try resizeByScales(&node)
  },
]

/// Resize as of operator set 11.
private func resize(_ node: inout NodeImport) throws(HewnError) {
  let mode = try mode(&node, of: [.nearest, .linear, .cubic])
  let coordinates = try coordinates(&node)
  let rounding = try rounding(&node)
  let cubicCoefficient = try node.attributes.float("cubic_coeff_a") ?? -0.75
  let excludesOutside = try node.attributes.flag("exclude_outside")
  if excludesOutside, mode != .cubic {
    throw node.unsupported("exclude_outside", 1, "only cubic resampling has it")
  }
  let axes = node.opset >= 18 ? try node.attributes.integers("axes") : nil
  try rejectExtensions(&node, coordinates: coordinates)
  node.emit(
    Resize(
      mode: mode, coordinates: coordinates, rounding: rounding, cubicCoefficient: cubicCoefficient,
      excludesOutside: excludesOutside, axes: axes),
    node.inputs.indices.map { index in
      // Operator set 11 requires roi and scales, and files give empty tensors for unused ones.
      index > 0 && node.constant(index)?.shape.elementCount == 0 ? "" : node.input(index)
    })
}

private func coordinates(_ node: inout NodeImport) throws(HewnError) -> Resize.Coordinates {
  let attribute = "coordinate_transformation_mode"
  guard let name = try node.attributes.string(attribute) else { return .halfPixel }
  guard let coordinates = Resize.Coordinates(rawValue: name),
    coordinates != .halfPixelSymmetric || node.opset >= 19
  else {
    throw node.unsupported(attribute, name, "not known in operator set \(node.opset)")
  }
  return coordinates
}

private func rounding(_ node: inout NodeImport) throws(HewnError) -> Resize.Rounding {
  guard let name = try node.attributes.string("nearest_mode") else { return .roundPreferFloor }
  guard let rounding = Resize.Rounding(rawValue: name) else {
    throw node.unsupported("nearest_mode", name, "not known in operator set \(node.opset)")
  }
  return rounding
}

private func rejectExtensions(
  _ node: inout NodeImport, coordinates: Resize.Coordinates
) throws(HewnError) {
  // Only cropping reads beyond the edges.
  let extrapolation = try node.attributes.float("extrapolation_value") ?? 0
  if extrapolation != 0, coordinates == .tfCropAndResize {
    throw node.unsupported("extrapolation_value", extrapolation, "only 0 is")
  }
  guard node.opset >= 18 else { return }
  if try node.attributes.flag("antialias") {
    throw node.unsupported("antialias", 1, "export the model without")
  }
  // The policy speaks of sizes alone.
  let policy = try node.attributes.string("keep_aspect_ratio_policy") ?? "stretch"
  if policy != "stretch", !node.input(3).isEmpty {
    throw node.unsupported("keep_aspect_ratio_policy", policy, "only stretch is")
  }
}

/// Upsample, and Resize of operator set 10: coordinates are divided by the scale.
///
/// - Throws: `unsupported` where nearest resampling both enlarges and shrinks, since it rounds
///   down in the one and up in the other case (ONNX says neither; this is what ONNX Runtime does).
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
  let known = node.opset >= 9 ? node.constant(1)?.doubles() ?? [] : []
  let shrinks = node.type == "Resize" && mode == .nearest && known.contains { $0 < 1 }
  if shrinks, known.contains(where: { $0 > 1 }) {
    throw HewnError(
      .unsupported, "scales \(known) both enlarge and shrink; export to operator set 11 or newer")
  }
  node.emit(
    Resize(mode: mode, coordinates: .asymmetric, rounding: shrinks ? .ceil : .floor),
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
