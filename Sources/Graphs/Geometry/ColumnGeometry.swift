package import Tensors

/// The blocks of a `Col2Im` with every axis resolved.
package struct ColumnGeometry: Hashable, Sendable {
  package var channels: Int
  /// The image's spatial extents.
  package var image: [Int]
  /// The extents of a block.
  package var block: [Int]
  /// The number of blocks along each axis.
  package var counts: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var padBegin: [Int]
}

extension Col2Im {
  /// Resolves the blocks for inputs X, image shape and block shape.
  ///
  /// - Throws: `invalidFile` where attributes and inputs disagree, `unsupported` for shapes that are
  ///   not constant.
  package func geometry(for inputs: [Operand?]) throws(HewnError) -> ColumnGeometry {
    let inputs = try OperandList(inputs, "input", "image_shape", "block_shape")
    let x = try inputs.required(0).shape
    let (image, block) = (try inputs.integers(1), try inputs.integers(2))
    guard x.rank == 3 else {
      throw HewnError(.invalidFile, "input has shape \(x), expected N, C · block and L")
    }
    let rank = image.count
    let ones = [Int](repeating: 1, count: rank)
    var geometry = ColumnGeometry(
      channels: 0, image: image, block: block, counts: [],
      strides: strides.isEmpty ? ones : strides, dilations: dilations.isEmpty ? ones : dilations,
      padBegin: pads.isEmpty ? ones.map { _ in 0 } : Array(pads.prefix(rank)))
    let padEnd = pads.isEmpty ? geometry.padBegin : Array(pads.dropFirst(rank))
    let lists = [block, geometry.strides, geometry.dilations, geometry.padBegin, padEnd]
    guard rank >= 1, lists.allSatisfy({ $0.count == rank }) else {
      throw HewnError(
        .invalidFile,
        "image_shape, block_shape, strides, dilations and pads speak of different numbers of axes")
    }
    let limit = WindowGeometry.attributeLimit
    let positive = block + geometry.strides + geometry.dilations
    guard positive.allSatisfy({ (1...limit).contains($0) }),
      (geometry.padBegin + padEnd).allSatisfy({ (0...limit).contains($0) })
    else {
      throw HewnError(
        .invalidFile,
        "block_shape, strides and dilations must be 1 to 2^20, pads 0 to 2^20")
    }
    _ = try Shape(checking: image)
    for axis in 0..<rank {
      let reach = geometry.dilations[axis] * (block[axis] - 1) + 1
      let room = image[axis] + geometry.padBegin[axis] + padEnd[axis] - reach
      guard room >= 0 else {
        throw HewnError(
          .invalidFile, "blocks of \(block) are larger than the padded image \(image)")
      }
      geometry.counts.append(room / geometry.strides[axis] + 1)
    }
    let size = try Shape(checking: block).elementCount
    let count = try Shape(checking: geometry.counts).elementCount
    guard x[1].isMultiple(of: size), x[2] == count else {
      throw HewnError(
        .invalidFile,
        "input has shape \(x), expected a multiple of \(size) columns for each of \(count) blocks")
    }
    geometry.channels = x[1] / size
    return geometry
  }
}
