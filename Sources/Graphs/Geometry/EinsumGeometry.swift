package import Tensors

/// The axes of an `Einsum` over given shapes.
///
/// Every output element is a sum, over all coordinates of `summed`, of the product of one element of
/// each input. Coordinate c of axis a adds c · stride to the place of an input's element.
package struct EinsumGeometry: Hashable, Sendable {
  package var output: Shape
  /// The axes that the output does not name.
  package var summed: Shape
  /// For each input, its strides along the axes of the output, 0 where it has no such axis or its
  /// extent is 1, which broadcasts.
  package var outputStrides: [[Int]]
  /// The same along the axes that are summed.
  package var summedStrides: [[Int]]
}

extension Einsum {
  /// Reads the equation for inputs of given shapes.
  ///
  /// - Throws: `invalidFile` where the equation is none or does not fit the shapes, `unsupported` for
  ///   more axes or elements than a shape has.
  package func geometry(inputs: [Shape]) throws(HewnError) -> EinsumGeometry {
    let sides = try EinsumEquation(equation)
    guard sides.terms.count == inputs.count else {
      throw HewnError(
        .invalidFile,
        "equation \"\(equation)\" has \(sides.terms.count) terms for \(inputs.count) inputs")
    }
    var labels: [[EinsumEquation.Label]] = []
    var ellipsisCounts: Set<Int> = []
    for (term, shape) in zip(sides.terms, inputs) {
      labels.append(try sides.labels(of: term, rank: shape.rank))
      if term.contains(.ellipsis) { ellipsisCounts.insert(shape.rank - (term.count - 1)) }
    }
    guard ellipsisCounts.count <= 1 else {
      throw HewnError(
        .invalidFile,
        "equation \"\(equation)\": \"...\" stands for \(ellipsisCounts.sorted()) axes")
    }
    var extents: [EinsumEquation.Label: Int] = [:]
    for (labels, shape) in zip(labels, inputs) {
      for (label, extent) in zip(labels, shape.dimensions) {
        let known = extents[label] ?? 1
        guard known == 1 || extent == 1 || known == extent else {
          throw HewnError(
            .invalidFile, "equation \"\(equation)\": \(label) has extents \(known) and \(extent)")
        }
        extents[label] = known == 1 ? extent : known
      }
    }
    let output = try sides.outputLabels(inputs: labels)
    var summed: [EinsumEquation.Label] = []
    for label in labels.joined() where !output.contains(label) && !summed.contains(label) {
      summed.append(label)
    }
    func strides(_ axes: [EinsumEquation.Label]) -> [[Int]] {
      zip(labels, inputs).map { labels, shape in
        // A label that stands twice walks along a diagonal.
        axes.map { axis in
          zip(labels, zip(shape.dimensions, shape.strides))
            .filter { $0 == axis && $1.0 != 1 }.reduce(0) { $0 + $1.1.1 }
        }
      }
    }
    return EinsumGeometry(
      output: try Shape(checking: output.map { extents[$0] ?? 1 }),
      summed: try Shape(checking: summed.map { extents[$0] ?? 1 }),
      outputStrides: strides(output), summedStrides: strides(summed))
  }
}

/// The two sides of an equation.
private struct EinsumEquation {
  /// What names an axis.
  enum Label: Hashable, CustomStringConvertible {
    case letter(Character)
    /// One of the axes that `...` stands for, counted from the last.
    case ellipsis(Int)

    var description: String {
      switch self {
      case .letter(let letter): "axis \(letter)"
      case .ellipsis(let index): "axis \(index) from the end of ..."
      }
    }
  }

  /// What stands at one place of a term.
  enum Symbol: Hashable {
    case letter(Character)
    case ellipsis
  }

  let equation: String
  let terms: [[Symbol]]
  /// The right side, where the equation has one.
  let output: [Symbol]?

  init(_ equation: String) throws(HewnError) {
    self.equation = equation
    let text = Substring(equation.filter { $0 != " " })
    let left: Substring
    if let arrow = text.indices.first(where: { text[$0...].hasPrefix("->") }) {
      left = text[..<arrow]
      output = try Self.symbols(text[arrow...].dropFirst(2), in: equation)
      guard let output, Set(output).count == output.count else {
        throw HewnError(.invalidFile, "equation \"\(equation)\" names an axis of the output twice")
      }
    } else {
      left = text
      output = nil
    }
    var terms: [[Symbol]] = []
    for term in left.split(separator: ",", omittingEmptySubsequences: false) {
      terms.append(try Self.symbols(term, in: equation))
    }
    self.terms = terms
  }

  private static func symbols(
    _ text: Substring, in equation: String
  ) throws(HewnError) -> [Symbol] {
    var symbols: [Symbol] = []
    var rest = text
    while let character = rest.first {
      if rest.hasPrefix("..."), !symbols.contains(.ellipsis) {
        symbols.append(.ellipsis)
        rest = rest.dropFirst(3)
      } else if character.isASCII, character.isLetter {
        symbols.append(.letter(character))
        rest = rest.dropFirst()
      } else {
        throw HewnError(
          .invalidFile,
          "equation \"\(equation)\" is no list of terms of letters, each with at most one \"...\"")
      }
    }
    return symbols
  }

  /// The names of a term's axes.
  ///
  /// - Throws: `invalidFile` where a tensor of this rank has other axes.
  func labels(of term: [Symbol], rank: Int) throws(HewnError) -> [Label] {
    let hasEllipsis = term.contains(.ellipsis)
    let free = rank - term.count + (hasEllipsis ? 1 : 0)
    guard hasEllipsis ? free >= 0 : free == 0 else {
      throw HewnError(
        .invalidFile,
        "equation \"\(equation)\" has a term that does not fit an input of rank \(rank)"
      )
    }
    return expanding(term, ellipsisCount: free)
  }

  /// The names of the output's axes, given those of the inputs.
  ///
  /// - Throws: `invalidFile` for a name that no input has.
  func outputLabels(inputs: [[Label]]) throws(HewnError) -> [Label] {
    let all = Array(inputs.joined())
    let ellipsisCount = all.reduce(0) { count, label in
      if case .ellipsis(let index) = label { max(count, index + 1) } else { count }
    }
    guard let output else {
      var counts: [Character: Int] = [:]
      for case .letter(let letter) in all { counts[letter, default: 0] += 1 }
      let once = counts.filter { $0.value == 1 }.keys
      return expanding([.ellipsis] + once.sorted().map(Symbol.letter), ellipsisCount: ellipsisCount)
    }
    let labels = expanding(output, ellipsisCount: ellipsisCount)
    for label in labels where !all.contains(label) {
      throw HewnError(.invalidFile, "equation \"\(equation)\": no input has \(label)")
    }
    return labels
  }

  private func expanding(_ symbols: [Symbol], ellipsisCount: Int) -> [Label] {
    symbols.flatMap { symbol in
      switch symbol {
      case .letter(let letter): [Label.letter(letter)]
      case .ellipsis: (0..<ellipsisCount).reversed().map(Label.ellipsis)
      }
    }
  }
}
