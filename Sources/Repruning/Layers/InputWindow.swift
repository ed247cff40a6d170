package import Graphs
package import Tensors

/// Where the taps of a layer's filters read the layer's input.
///
/// Tap (c, r) of group g reads, at a position, the element at
///
///     offset(position, r) + (g · channelCount + c) · channelStride
///
/// times ``scale``, or zero where the offset is in the padding. r counts the ``tapsPerChannel`` places of the
/// kernel, row by row.
package struct InputWindow: Sendable {
  /// How positions lie in the input.
  private enum Positions: Sendable {
    /// Pixels of images that are a number of elements apart.
    case pixels(WindowGeometry, imageStride: Int)
    /// Rows that are a number of elements apart.
    case rows(stride: Int)
  }

  /// The channels that a filter reads.
  package let channelCount: Int
  package let tapsPerChannel: Int
  /// In elements.
  package let channelStride: Int
  /// The number of positions in all images that a run of the graph takes.
  package let positionCount: Int
  package let scale: Float
  private let positions: Positions

  /// The offset of a tap in the padding.
  package static let padding = -1

  /// Windows of a convolution.
  ///
  /// - Parameters:
  ///   - geometry: with two axes.
  ///   - input: [N, C, spatial…].
  ///   - channelCount: C / groups.
  init(_ geometry: WindowGeometry, input: Shape, channelCount: Int) {
    self.channelCount = channelCount
    tapsPerChannel = geometry.kernelElementCount
    channelStride = geometry.inputExtents.reduce(1, *)
    positionCount = input[0] * geometry.outputExtents.reduce(1, *)
    scale = 1
    positions = .pixels(geometry, imageStride: input[1] * channelStride)
  }

  /// The pixels of images, [N, C, spatial…] with one or two axes, one by one.
  ///
  /// - Parameter channelCount: C / groups.
  init(pixelsOf shape: Shape, channelCount: Int) {
    let extents = Array(shape.dimensions[2...])
    let (ones, zeros) = (extents.map { _ in 1 }, extents.map { _ in 0 })
    self.init(
      WindowGeometry(
        kernel: ones, strides: ones, dilations: ones, padBegin: zeros, padEnd: zeros,
        inputExtents: extents, outputExtents: extents
      ).rowsAndColumns, input: shape, channelCount: channelCount)
  }

  /// Rows of a matrix, rows × depth.
  init(rows: Int, depth: Int, isTransposed: Bool, scale: Float) {
    channelCount = depth
    tapsPerChannel = 1
    channelStride = isTransposed ? rows : 1
    positionCount = rows
    self.scale = scale
    positions = .rows(stride: isTransposed ? 1 : depth)
  }

  /// The offset of each place of the kernel at some positions: ``tapsPerChannel`` rows of as many as there
  /// are positions.
  package func offsets(of chosen: ArraySlice<Int>) -> [Int] {
    switch positions {
    case .rows(let stride): return chosen.map { $0 * stride }
    case .pixels(let geometry, let imageStride):
      let (height, width) = (geometry.inputExtents[0], geometry.inputExtents[1])
      let (rows, columns) = (geometry.outputExtents[0], geometry.outputExtents[1])
      var offsets: [Int] = []
      offsets.reserveCapacity(tapsPerChannel * chosen.count)
      for r in 0..<geometry.kernel[0] {
        for s in 0..<geometry.kernel[1] {
          for position in chosen {
            let (image, pixel) = position.quotientAndRemainder(dividingBy: rows * columns)
            let y =
              pixel / columns * geometry.strides[0] + r * geometry.dilations[0]
              - geometry.padBegin[0]
            let x =
              pixel % columns * geometry.strides[1] + s * geometry.dilations[1]
              - geometry.padBegin[1]
            let isInside = (0..<height).contains(y) && (0..<width).contains(x)
            offsets.append(
              isInside ? image * imageStride + y * width + x : Self.padding)
          }
        }
      }
      return offsets
    }
  }

  /// Copies what all taps of a group read at some positions, as columns of a K × `stride` matrix.
  ///
  /// - Parameters:
  ///   - tensor: the layer's input, float32.
  ///   - offsets: what ``offsets(of:)`` gives for the positions.
  ///   - target: the first row's element in the first column.
  package func gather(
    _ tensor: Tensor, group: Int, offsets: [Int], positionCount: Int,
    to target: UnsafeMutablePointer<Float>, stride: Int, parts: PartLoop
  ) {
    tensor.withElements(as: Float.self) { elements in
      offsets.withUnsafeBufferPointer { offsets in
        guard let elements = elements.baseAddress, let offsets = offsets.baseAddress else { return }
        let (firstChannel, taps, scale) = (group * channelCount, tapsPerChannel, scale)
        let channelStride = channelStride
        parts(channelCount) { channel in
          let plane = elements + (firstChannel + channel) * channelStride
          for tap in 0..<taps {
            let row = target + (channel * taps + tap) * stride
            let places = offsets + tap * positionCount
            for index in 0..<positionCount {
              let place = places[index]
              row[index] = place == Self.padding ? 0 : scale * plane[place]
            }
          }
        }
      }
    }
  }
}
