internal import Tensors

/// A first extent that the file fixes and a binding replaces.
struct Rebatching: Hashable {
  var old: Int
  var new: Int
}

/// The shapes that bindings give a template's inputs.
struct InputResolution {
  /// One shape for each input.
  private(set) var shapes: [Shape] = []
  /// Fixed first extents that changed.
  private(set) var rebatching: [Rebatching] = []
  /// Every fixed extent that a binding replaced, in words.
  private(set) var notes: [String] = []

  /// What names of free extents stand for: first what given shapes say, then the batch.
  private var symbols: [String: Int] = [:]

  /// - Throws: `invalidArgument` where a binding names no input, has the wrong rank or an extent
  ///   of 0 that the file does not declare, or where an extent stays open.
  init(inputs: [GraphTemplate.Port], bindings: ShapeBindings) throws(HewnError) {
    try Self.checkNames(inputs: inputs, bindings: bindings)
    for input in inputs {
      guard let shape = bindings.shapes[input.name], let dimensions = input.dimensions else {
        continue
      }
      // Only a file that declares an input empty is written for that.
      guard shape.rank == dimensions.count,
        zip(dimensions, shape.dimensions).allSatisfy({ $1 > 0 || $0 == .fixed(0) })
      else {
        throw HewnError(
          .invalidArgument,
          "shape \(shape) does not fit input \"\(input.name)\", declared as"
            + " \(Self.text(dimensions))")
      }
      for case (.symbol(let symbol), let extent) in zip(dimensions, shape.dimensions) {
        symbols[symbol] = extent
      }
    }
    for input in inputs {
      if let batch = bindings.batch, bindings.shapes[input.name] == nil,
        case .symbol(let symbol)? = input.dimensions?.first
      {
        symbols[symbol] = batch
      }
    }
    for input in inputs { try resolve(input, bindings: bindings) }
  }

  private static func checkNames(
    inputs: [GraphTemplate.Port], bindings: ShapeBindings
  ) throws(HewnError) {
    if let batch = bindings.batch, batch < 1 {
      throw HewnError(.invalidArgument, "batch \(batch) is below 1")
    }
    for name in bindings.shapes.keys.sorted() where !inputs.contains(where: { $0.name == name }) {
      let names = inputs.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw HewnError(
        .invalidArgument, "there is no input \"\(name)\"; the model's inputs are \(names)")
    }
  }

  private mutating func resolve(
    _ input: GraphTemplate.Port, bindings: ShapeBindings
  ) throws(HewnError) {
    let given = bindings.shapes[input.name]
    guard let dimensions = input.dimensions else {
      guard let given else {
        throw HewnError(
          .invalidArgument,
          "input \"\(input.name)\" has no declared shape; give it, as in"
            + " --shape \(input.name)=1x3x224x224")
      }
      shapes.append(given)
      return
    }
    var extents: [Int] = []
    var open: [Int] = []
    for (axis, dimension) in dimensions.enumerated() {
      if let given {
        extents.append(given[axis])
      } else if axis == 0, let batch = bindings.batch {
        extents.append(batch)
      } else if case .fixed(let extent) = dimension {
        extents.append(extent)
      } else if case .symbol(let symbol) = dimension, let extent = symbols[symbol] {
        extents.append(extent)
      } else if axis == 0 {
        extents.append(1)
        if case .symbol(let symbol) = dimension { symbols[symbol] = 1 }
      } else {
        extents.append(Self.exampleExtent)
        open.append(axis)
      }
    }
    guard open.isEmpty else { throw Self.openExtents(input, dimensions, open, example: extents) }
    shapes.append(try Shape(checking: extents))
    recordChanges(of: input, dimensions, to: extents)
  }

  private mutating func recordChanges(
    of input: GraphTemplate.Port, _ dimensions: [Dimension], to extents: [Int]
  ) {
    var isChanged = false
    for (axis, dimension) in dimensions.enumerated() {
      guard case .fixed(let old) = dimension, old != extents[axis] else { continue }
      isChanged = true
      if axis == 0 { rebatching.append(Rebatching(old: old, new: extents[axis])) }
    }
    guard isChanged else { return }
    notes.append(
      "input \"\(input.name)\" is bound as \(extents.map(String.init).joined(separator: "×")),"
        + " the file declares \(Self.text(dimensions))")
  }

  private static let exampleExtent = 224

  private static func openExtents(
    _ input: GraphTemplate.Port, _ dimensions: [Dimension], _ open: [Int], example: [Int]
  ) -> HewnError {
    let names = open.map { axis in
      if case .symbol(let symbol) = dimensions[axis] { return "\"\(symbol)\" (axis \(axis))" }
      return "axis \(axis)"
    }
    let shape = example.map(String.init).joined(separator: "x")
    return HewnError(
      .invalidArgument,
      "input \"\(input.name)\" leaves \(names.joined(separator: ", ")) open; give its shape, as in"
        + " --shape \(input.name)=\(shape)")
  }

  /// Dimensions as `batch×3×?×?`.
  static func text(_ dimensions: [Dimension]) -> String {
    dimensions.map {
      switch $0 {
      case .fixed(let extent): String(extent)
      case .symbol(let symbol): symbol
      case .unknown: "?"
      }
    }.joined(separator: "×")
  }
}
