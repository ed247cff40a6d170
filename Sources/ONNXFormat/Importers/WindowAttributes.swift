internal import Graphs
internal import Tensors

/// The attributes that convolutions and pools have in common.
struct WindowAttributes {
  /// Empty where the node leaves it out.
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var padding: Padding
  /// The number of spatial axes, where an attribute tells it.
  var rank: Int?

  /// The greatest extent, stride, dilation or padding that is read.
  static let maximum = Int(Int32.max)

  /// - Throws: `invalidFile` where the node leaves the kernel out.
  func requiredKernel() throws(HewnError) -> [Int] {
    guard !kernel.isEmpty else {
      throw HewnError(.invalidFile, "attribute kernel_shape is missing")
    }
    return kernel
  }
}

extension NodeImport {
  /// Reads `kernel_shape`, `strides`, `pads`, `auto_pad` and, where the operator has it,
  /// `dilations`.
  ///
  /// - Throws: `unsupported` for negative padding, and `pads` next to an `auto_pad`; `invalidFile`
  ///   for lists whose lengths do not match.
  mutating func windowAttributes(
    hasDilations: Bool = true, hasAutomaticPadding: Bool = true
  ) throws(HewnError) -> WindowAttributes {
    var window = WindowAttributes(
      kernel: try extents("kernel_shape", from: 1), strides: try extents("strides", from: 1),
      dilations: hasDilations ? try extents("dilations", from: 1) : [], padding: .valid)
    let pads = try extents("pads", from: 0)
    guard pads.count.isMultiple(of: 2) else {
      throw HewnError(.invalidFile, "attribute pads has an odd number of elements: \(pads)")
    }
    let ranks = Set(
      [window.kernel.count, window.strides.count, window.dilations.count, pads.count / 2]
        .filter { $0 > 0 })
    guard ranks.count <= 1 else {
      throw HewnError(
        .invalidFile,
        "kernel_shape \(window.kernel), strides \(window.strides), dilations \(window.dilations)"
          + " and pads \(pads) speak of different numbers of axes")
    }
    window.rank = ranks.first
    let automatic = hasAutomaticPadding ? try attributes.string("auto_pad") : nil
    window.padding = try padding(pads, automatic: automatic ?? "NOTSET")
    return window
  }

  /// The list of an attribute; empty where it is left out.
  mutating func extents(_ name: String, from minimum: Int) throws(HewnError) -> [Int] {
    let extents = try attributes.integers(name) ?? []
    guard extents.allSatisfy({ (minimum...WindowAttributes.maximum).contains($0) }) else {
      throw unsupported(
        name, extents, "elements must lie in \(minimum)...\(WindowAttributes.maximum)")
    }
    return extents
  }

  private func padding(_ pads: [Int], automatic: String) throws(HewnError) -> Padding {
    let isZero = pads.allSatisfy { $0 == 0 }
    if automatic != "NOTSET", !isZero {
      throw unsupported("auto_pad", automatic, "pads \(pads) are given as well")
    }
    switch automatic {
    case "NOTSET":
      let rank = pads.count / 2
      return isZero ? .valid : .explicit(begin: Array(pads[..<rank]), end: Array(pads[rank...]))
    case "SAME_UPPER": return .sameUpper
    case "SAME_LOWER": return .sameLower
    case "VALID": return .valid
    default:
      throw unsupported("auto_pad", automatic, "ONNX has NOTSET, SAME_UPPER, SAME_LOWER and VALID")
    }
  }

  /// Reads `group`.
  mutating func groupCount() throws(HewnError) -> Int {
    let groups = try attributes.integer("group") ?? 1
    guard (1...WindowAttributes.maximum).contains(groups) else {
      throw unsupported("group", groups, "there must be at least one group")
    }
    return groups
  }
}
