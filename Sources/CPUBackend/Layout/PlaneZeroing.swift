extension PlanesLayout {
  /// Zeroes the cells before the first plane's interior of an image, unless they end another tensor's plane.
  package func zeroHead(of image: Int, at base: UnsafeMutablePointer<Float>) {
    let start = base + image / lanes * imageStride * lanes
    start.update(repeating: 0, count: headCells * lanes)
  }

  /// Zeroes a plane's cells from row `planeHeight` on, up to the next plane's interior.
  package func zeroTail(ofPlane plane: Int, image: Int, at base: UnsafeMutablePointer<Float>) {
    let start = planeStart(image: image, plane: plane)
    let used = planeHeight * pitch
    (base + (start + used) * lanes).update(repeating: 0, count: (channelStride - used) * lanes)
  }

  /// Zeroes the gap between the interior of row `y` of a plane and the next row.
  package func zeroGap(
    afterRow y: Int, plane: Int, image: Int, width: Int, at base: UnsafeMutablePointer<Float>
  ) {
    let start = planeStart(image: image, plane: plane) + y * pitch + width
    (base + start * lanes).update(repeating: 0, count: (pitch - width) * lanes)
  }

  /// Cells from the tensor's start to a plane's first interior cell.
  package func planeStart(image: Int, plane: Int) -> Int {
    image / lanes * imageStride + origin + plane * channelStride
  }
}
