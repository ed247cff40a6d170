package import KernelIR

/// The strides of a ``LanesGeometry`` in vectors, as kernels are given them.
package struct LanesStrides: KernelArgument, Hashable, Sendable {
  var group: UInt32
  var channel: UInt32
  var row: UInt32
  var pixel: UInt32

  package init(_ geometry: LanesGeometry) {
    group = UInt32(geometry.groupStride)
    channel = UInt32(geometry.channelStride)
    row = UInt32(geometry.rowStride)
    pixel = UInt32(geometry.pixelStride)
  }

  package struct InKernel {
    let group: Value<U32>
    let channel: Value<U32>
    let row: Value<U32>
    let pixel: Value<U32>

    /// The vector of a pixel in channel 0.
    func vector(_ place: BlockPixel) -> Value<U32> {
      multiplyAdd(place.group, group, multiplyAdd(place.row, row, place.column * pixel))
    }
  }

  package static func read(from operand: Operand, of builder: KernelBuilder) -> InKernel {
    func field(_ index: Int) -> Value<U32> {
      UInt32.read(from: operand.advanced(byBytes: 4 * index), of: builder)
    }
    return InKernel(group: field(0), channel: field(1), row: field(2), pixel: field(3))
  }
}
