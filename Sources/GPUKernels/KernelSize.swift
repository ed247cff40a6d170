internal import Tensors

/// Sizes from outside, checked.
package enum KernelSize {
  /// The greatest number of elements of a tensor: indices and divisions are of 31 bits, also those of the
  /// threads that fill up the last block.
  package static let limit = (1 << 31) - (1 << 10)

  /// Blocks of a grid along y, at most.
  package static let gridLimit = 65_535

  /// The product of extents.
  ///
  /// - Throws: `invalidArgument` where one is not positive or the product is over ``limit``.
  static func count(_ extents: [Int]) throws(HewnError) -> Int {
    var count = 1
    for extent in extents {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflows, product <= limit else {
        throw HewnError(.invalidArgument, "a kernel cannot have a tensor of \(extents)")
      }
      count = product
    }
    return count
  }

  /// Vectors of 8 images from one group of images to the next, checked.
  ///
  /// - Parameters:
  ///   - stride: dense where nil.
  ///   - extents: of a group, in vectors.
  /// - Throws: `invalidArgument` where there are no or too many elements, or groups overlap.
  static func groupStride(
    _ stride: Int?, groups: Int, of extents: [Int]
  ) throws(HewnError) -> Int {
    let dense = try count(extents)
    let stride = stride ?? dense
    guard stride >= dense else {
      throw HewnError(
        .invalidArgument, "groups of images \(stride) vectors apart; each of \(extents) overlaps")
    }
    _ = try count([groups, stride, 8])
    try checkGroups(groups)
    return stride
  }

  /// Checks the number of groups of images, which is a grid's extent along y.
  ///
  /// - Throws: `invalidArgument` where there are more than a grid has.
  static func checkGroups(_ count: Int) throws(HewnError) {
    guard count <= gridLimit else {
      throw HewnError(.invalidArgument, "\(count) groups of images; a grid has \(gridLimit)")
    }
  }
}

extension Int {
  var isPowerOfTwo: Bool { self > 0 && self & (self - 1) == 0 }
}
