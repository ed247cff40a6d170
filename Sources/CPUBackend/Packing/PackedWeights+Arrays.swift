package import Tensors

extension PackedWeights {
  /// What the arrays make up, as files name it.
  package var form: String {
    switch self {
    case .blocks: "blocks"
    case .winograd(let weights): weights.form
    case .leaves: "leaves"
    case .panels: "panels"
    }
  }

  /// Everything, as flat arrays of numbers.
  ///
  /// - Throws: `outOfMemory`.
  package func arrays() throws(HewnError) -> [PackedArray] {
    switch self {
    case .blocks(let program): try program.arrays()
    case .winograd(let weights): weights.arrays
    case .leaves(let rows): rows.arrays
    case .panels(let panels): panels.arrays
    }
  }

  /// Reads weights from a file; their numbers stay there.
  ///
  /// The result is well formed in itself. Whether it fits a layer is checked when a step is made.
  ///
  /// - Throws: `invalidFile`, `outOfMemory`.
  package init(form: String, _ arrays: StoredArrays) throws(HewnError) {
    switch form {
    case "blocks": self = .blocks(try BlockProgram(arrays))
    case "leaves": self = .leaves(try LeafRows(arrays))
    case "panels": self = .panels(try WeightPanels(arrays))
    default:
      guard let tile = WinogradWeights.tile(ofForm: form) else {
        throw HewnError(.invalidFile, "packed weights of an unknown form, \"\(form)\"")
      }
      self = .winograd(try WinogradWeights(tile: tile, arrays))
    }
    let names = try self.arrays().map(\.name)
    guard arrays.names == Set(names) else {
      throw HewnError(
        .invalidFile,
        "arrays \(arrays.names.sorted()) for packed weights of form \"\(form)\", expected"
          + " \(names.sorted())")
    }
  }
}

extension LeafRows {
  fileprivate var arrays: [PackedArray] {
    [
      PackedArray("starts", starts, .int64), PackedArray("counts", counts, .int32),
      PackedArray("indices", indices, .int64), PackedArray("weights", weights, .float32),
      PackedArray("bias", bias, .float32),
    ]
  }

  fileprivate init(_ arrays: StoredArrays) throws(HewnError) {
    self.init(
      starts: try arrays.array("starts", .int64), counts: try arrays.array("counts", .int32),
      indices: try arrays.array("indices", .int64), weights: try arrays.array("weights", .float32),
      bias: try arrays.array("bias", .float32))
  }
}

extension WeightPanels {
  fileprivate var arrays: [PackedArray] {
    [PackedArray("panels", panels, .float32), PackedArray("bias", bias, .float32)]
  }

  fileprivate init(_ arrays: StoredArrays) throws(HewnError) {
    panels = try arrays.array("panels", .float32)
    bias = try arrays.array("bias", .float32)
  }

  /// Checks that there are the panels of `problem`.
  ///
  /// - Parameter panelRows: rows of one panel.
  /// - Throws: `invalidFile`.
  func check(_ problem: MatrixProblem, panelRows: Int) throws(HewnError) {
    let rows = problem.rows.roundedUp(to: panelRows)
    guard panels.count == rows * problem.taps, bias.count == problem.rows else {
      throw HewnError(
        .invalidFile,
        "\(panels.count) weights and \(bias.count) biases in panels of \(panelRows) rows for"
          + " \(problem.rows) rows of \(problem.taps) taps")
    }
  }
}

extension AlignedArray<Int32> {
  /// The least and the greatest element; `nil` where there is none.
  var bounds: (least: Int32, greatest: Int32)? {
    guard count > 0 else { return nil }
    var (least, greatest) = (Int32.max, Int32.min)
    for index in 0..<count {
      least = min(least, pointer[index])
      greatest = max(greatest, pointer[index])
    }
    return (least, greatest)
  }
}
