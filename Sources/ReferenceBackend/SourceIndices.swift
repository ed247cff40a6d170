internal import Graphs
internal import Tensors

/// Where each element of a result comes from: flat indices into a source, in row-major order of the
/// result.
struct SourceIndices {
  /// Marks an element that comes from no source.
  static let outside = -1

  var indices: [Int]

  init(_ indices: [Int]) { self.indices = indices }

  /// Composes an index from one source offset per axis.
  ///
  /// - Parameter offsets: for each axis of the result, for each coordinate along it, the flat offset
  ///   in the source, or ``outside``.
  init(offsets: [[Int]]) {
    indices = [0]
    for axis in offsets {
      var next: [Int] = []
      next.reserveCapacity(indices.count * axis.count)
      for base in indices {
        for offset in axis {
          next.append(
            base == Self.outside || offset == Self.outside ? Self.outside : base + offset)
        }
      }
      indices = next
    }
  }

  /// Picks coordinates along each axis of `source`.
  ///
  /// - Parameter coordinates: for each axis, the source coordinates in order, or ``outside``.
  init(of source: Shape, coordinates: [[Int]]) {
    self.init(
      offsets: zip(coordinates, source.strides).map { axis, stride in
        axis.map { $0 == Self.outside ? Self.outside : $0 * stride }
      })
  }

  /// Repeats `source` along its axes of extent 1, aligned at the last axis.
  ///
  /// - Precondition: `source` broadcasts to `shape` in one direction.
  init(broadcasting source: Shape, to shape: Shape) {
    // An empty shape may still have a huge axis.
    guard shape.elementCount > 0 else {
      self.init([])
      return
    }
    let strides = source.strides
    let lead = shape.rank - source.rank
    self.init(
      offsets: shape.dimensions.enumerated().map { axis, extent in
        let isRepeated = axis < lead || source[axis - lead] == 1
        return (0..<extent).map { isRepeated ? 0 : $0 * strides[axis - lead] }
      })
  }
}

extension Tensor {
  /// Moves elements of any type, bit for bit: element `i` of the result is element `indices[i]` of
  /// this tensor, or `filler`'s only element (zero bits without one) where the index is `outside`.
  ///
  /// - Precondition: one index for each element of `shape`, all inside this tensor.
  /// - Throws: `invalidFile` where `filler` is not one element of this tensor's type.
  func gathering(_ source: SourceIndices, _ shape: Shape, filler: Tensor? = nil) throws -> Tensor {
    if let filler {
      guard filler.element == element, filler.shape.elementCount == 1 else {
        throw HewnError(.invalidFile, "expected one \(element.rawValue), found \(filler.type)")
      }
    }
    return switch element.byteCount {
    case 1: try gathering(source, shape, filler, bits: UInt8.self)
    case 2: try gathering(source, shape, filler, bits: UInt16.self)
    case 4: try gathering(source, shape, filler, bits: UInt32.self)
    default: try gathering(source, shape, filler, bits: UInt64.self)
    }
  }

  private func gathering<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ source: SourceIndices, _ shape: Shape, _ filler: Tensor?, bits: Bits.Type
  ) throws -> Tensor {
    precondition(source.indices.count == shape.elementCount, "wrong index count for \(shape)")
    let fillerBits = filler?.withUnsafeBytes { $0.load(as: Bits.self) } ?? 0
    let count = self.shape.elementCount
    return try withUnsafeBytes { bytes in
      let from = bytes.assumingMemoryBound(to: Bits.self)
      return try Tensor(type: TensorType(element, shape)) { bytes in
        let to = bytes.assumingMemoryBound(to: Bits.self)
        for (position, index) in source.indices.enumerated() {
          precondition(index < count, "index \(index) of \(count)")
          to[position] = index == SourceIndices.outside ? fillerBits : from[index]
        }
      }
    }
  }
}
