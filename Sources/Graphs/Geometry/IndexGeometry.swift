package import Tensors

extension Shape {
  /// An index along an axis counted from the front, negative ones from the back.
  ///
  /// - Throws: `invalidFile` for an index outside the axis.
  package func normalized(index: Int, axis: Int) throws(HewnError) -> Int {
    let extent = self[axis]
    guard index >= -extent, index < extent else {
      throw HewnError(.invalidFile, "index \(index) is outside extent \(extent) of axis \(axis)")
    }
    return index < 0 ? index + extent : index
  }

  /// The places in a row-major tensor of this shape that `indices` name along an axis: its elements'
  /// own coordinates but for the axis, where the element stands.
  ///
  /// - Precondition: the indices' shape lies inside this one but for the axis.
  /// - Throws: `invalidFile` for an index outside the axis.
  package func places(along axis: Int, _ indices: Tensor) throws(HewnError) -> [Int] {
    let strides = strides
    let elements = try indices.integers()
    var places: [Int] = []
    places.reserveCapacity(elements.count)
    var coordinates = [Int](repeating: 0, count: rank)
    for element in elements {
      var place = try normalized(index: element, axis: axis) * strides[axis]
      for other in 0..<rank where other != axis { place += coordinates[other] * strides[other] }
      places.append(place)
      indices.shape.advance(&coordinates)
    }
    return places
  }

  /// Where in a row-major tensor of this shape the slices start that tuples name.
  ///
  /// - Parameters:
  ///   - tuples: indices whose last axis holds tuples for the axes from `batchAxes` on.
  ///   - batchAxes: leading axes that both have.
  /// - Precondition: both shapes fit as `GatherND` demands.
  /// - Throws: `invalidFile` for an index outside its axis.
  package func starts(of tuples: Tensor, batchAxes: Int = 0) throws(HewnError) -> [Int] {
    let strides = strides
    let elements = try tuples.integers()
    let length = tuples.shape[tuples.shape.rank - 1]
    let outer = Shape(Array(tuples.shape.dimensions.dropLast()))
    var starts: [Int] = []
    starts.reserveCapacity(outer.elementCount)
    var coordinates = [Int](repeating: 0, count: outer.rank)
    for tuple in 0..<outer.elementCount {
      var start = 0
      for axis in 0..<batchAxes { start += coordinates[axis] * strides[axis] }
      for index in 0..<length {
        let axis = batchAxes + index
        let element = elements[tuple * length + index]
        start += try normalized(index: element, axis: axis) * strides[axis]
      }
      starts.append(start)
      outer.advance(&coordinates)
    }
    return starts
  }

  /// The next coordinates in row-major order; all zero after the last.
  package func advance(_ coordinates: inout [Int]) {
    for axis in coordinates.indices.reversed() {
      coordinates[axis] += 1
      if coordinates[axis] < self[axis] { return }
      coordinates[axis] = 0
    }
  }
}
