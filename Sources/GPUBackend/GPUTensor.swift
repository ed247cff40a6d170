package import GPUKernels
package import Tensors

/// A place in device memory: a buffer of the lowered graph, and bytes into it.
package struct GPUMemory: Hashable, Sendable {
  package var buffer: Int
  package var byteOffset: Int

  func advanced(byBytes count: Int) -> GPUMemory {
    GPUMemory(buffer: buffer, byteOffset: byteOffset + count)
  }
}

/// A tensor on the device, [N, d₁, …, dₖ], as [⌈N/8⌉][d₁]…[dₖ][8]: *vectors* of the same place of 8 images.
///
/// Whatever the axes behind the first are called, vectors lie in their row-major order; a shape that keeps the
/// first axis is another view of the same bytes. What lies in lanes of missing images is arbitrary.
package struct GPUTensor: Hashable, Sendable {
  package var memory: GPUMemory
  package var element: KernelElement
  package var shape: Shape
  /// Vectors from one group of 8 images to the next: more than those of an image where the tensor is some
  /// channels of another one.
  package var groupStride: Int

  /// Dense.
  init(_ memory: GPUMemory, _ element: KernelElement, _ shape: Shape) {
    self.memory = memory
    self.element = element
    self.shape = shape
    groupStride = Self.vectorCount(ofImage: shape)
  }

  /// Dense, without a place.
  ///
  /// - Throws: `unsupported` for more images or elements than kernels count.
  init(unplaced shape: Shape, _ element: KernelElement) throws(HewnError) {
    self.init(GPUMemory(buffer: 0, byteOffset: 0), element, shape)
    guard groups <= KernelSize.gridLimit, byteCount / element.byteCount <= KernelSize.limit else {
      throw HewnError(
        .unsupported,
        "a tensor of \(shape); on the GPU it has at most \(8 * KernelSize.gridLimit) images and"
          + " \(KernelSize.limit) elements with the batch rounded up to 8: use a smaller batch")
    }
  }

  static func vectorCount(ofImage shape: Shape) -> Int {
    shape.dimensions.dropFirst().reduce(1) { $0.saturatingMultiply($1) }
  }

  static func groups(of shape: Shape) -> Int {
    ((shape.dimensions.first ?? 1).saturatingAdd(7)) / 8
  }

  /// ⌈N/8⌉
  var groups: Int { Self.groups(of: shape) }
  /// Vectors of an image.
  var vectorCount: Int { Self.vectorCount(ofImage: shape) }
  var vectorByteCount: Int { 8 * element.byteCount }
  /// Whether groups follow each other.
  var isDense: Bool { groups == 1 || groupStride == vectorCount }
  /// Bytes of a dense tensor.
  var byteCount: Int {
    groups.saturatingMultiply(vectorCount).saturatingMultiply(vectorByteCount)
  }

  /// The shape as kernels see it: the last extent is that of the lanes.
  var lanesShape: [Int] { [groups] + shape.dimensions.dropFirst() + [8] }

  /// The same elements with another shape.
  ///
  /// - Precondition: both keep the first axis and the number of elements.
  func reshaped(to shape: Shape) -> GPUTensor {
    precondition(shape.elementCount == self.shape.elementCount, "\(self.shape) to \(shape)")
    var other = self
    other.shape = shape
    return other
  }

  /// A range of the second axis.
  func channels(_ range: Range<Int>) -> GPUTensor {
    let inner = shape.dimensions.dropFirst(2).reduce(1, *)
    var part = self
    part.memory = memory.advanced(byBytes: range.lowerBound * inner * vectorByteCount)
    part.shape = Shape([shape[0], range.count] + shape.dimensions.dropFirst(2))
    return part
  }

  /// [N, C, H, W] with 1 for axes that the shape lacks; a single spatial axis is columns.
  ///
  /// - Precondition: at most two spatial axes.
  var lanesGeometry: LanesGeometry {
    let extents = Array(shape.dimensions.dropFirst())
    precondition(extents.count <= 3, "\(shape) has more than two spatial axes")
    var geometry = LanesGeometry(
      channels: extents.first ?? 1, height: extents.count == 3 ? extents[1] : 1,
      width: extents.count > 1 ? extents[extents.count - 1] : 1)
    geometry.groupStride = groupStride
    return geometry
  }
}
