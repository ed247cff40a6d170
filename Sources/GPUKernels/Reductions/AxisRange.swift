package import Tensors

/// A tensor as [outer, axis, inner]: neighbouring axes that an operator runs along, collapsed, and what
/// lies outside and inside of them. Dense, in row-major order.
package struct AxisRange: Hashable, Sendable {
  package let outer: Int
  package let axis: Int
  package let inner: Int

  /// - Throws: `invalidArgument` for a tensor without elements or with more than 2³¹ − 2¹⁰.
  package init(outer: Int, axis: Int, inner: Int) throws(HewnError) {
    _ = try KernelSize.count([outer, axis, inner])
    self.outer = outer
    self.axis = axis
    self.inner = inner
  }

  package var elementCount: Int { outer * axis * inner }
  /// Elements without the axis.
  package var outputCount: Int { outer * inner }

  private init(_ other: AxisRange, axis: Int) {
    (outer, self.axis, inner) = (other.outer, axis, other.inner)
  }

  /// The tensor of results of the axis' parts, which are no more than its elements.
  func results(ofParts count: Int) -> AxisRange { AxisRange(self, axis: count) }
}

/// How threads share the work along an axis.
package enum AxisForm: Hashable, Sendable {
  /// A thread for each output; neighbours are inner neighbours.
  case threads
  /// A warp for each row (inner is 1), in vectors of so many elements.
  case warps(vectorCount: Int)
  /// A block for each row (inner is 1), in vectors of so many elements.
  case blocks(vectorCount: Int)
  /// A block for up to 32 neighbouring columns; groups of its threads share their rows.
  case columns

  /// For kernel names.
  var name: String {
    switch self {
    case .threads: "threads"
    case .warps(let count): "warps\(count)"
    case .blocks(let count): "blocks\(count)"
    case .columns: "columns"
    }
  }

  /// The elements that a thread reads at once along rows: 16 bytes where rows consist of such.
  static func vectorCount(_ range: AxisRange, _ element: KernelElement) -> Int {
    range.axis % element.vectorCount == 0 ? element.vectorCount : 1
  }
}

extension AxisForm {
  /// Whether threads can share the work so: rows are dense, and consist of whole vectors.
  func fits(_ range: AxisRange) -> Bool {
    switch self {
    case .threads, .columns: true
    case .warps(let count), .blocks(let count):
      range.inner == 1 && count.isPowerOfTwo && range.axis % count == 0
    }
  }

  /// Threads of all blocks of such kernels.
  static var threadCount: Int { 256 }
}
