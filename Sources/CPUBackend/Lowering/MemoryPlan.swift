/// Gives every buffer a place in one arena so that buffers that live at the same time do not
/// overlap.
///
/// Largest first, each at the lowest offset that is free over its whole life: simple, and within a
/// few percent of the lower bound on CNNs. Complexity: O(n²) in the number of buffers.
package struct MemoryPlan: Sendable {
  /// What needs a place: a size, and the first and last step that touches it.
  package struct Request: Sendable {
    package var floatCount: Int
    package var firstStep: Int
    package var lastStep: Int

    package init(floatCount: Int, firstStep: Int, lastStep: Int) {
      self.floatCount = floatCount
      self.firstStep = firstStep
      self.lastStep = lastStep
    }
  }

  /// The place of each request, in floats; multiples of ``alignment``.
  package private(set) var offsets: [Int]
  package private(set) var floatCount = 0

  /// Floats to a cache line.
  package static let alignment = 16

  package init(_ requests: [Request]) {
    offsets = [Int](repeating: 0, count: requests.count)
    let order = requests.indices.sorted {
      (requests[$1].floatCount, $0) < (requests[$0].floatCount, $1)
    }
    var placed: [Int] = []
    for index in order {
      let request = requests[index]
      let neighbours = placed.filter {
        requests[$0].firstStep <= request.lastStep && request.firstStep <= requests[$0].lastStep
      }.sorted { offsets[$0] < offsets[$1] }
      let size = request.floatCount.roundedUp(to: Self.alignment)
      var offset = 0
      for other in neighbours {
        if offset + size <= offsets[other] { break }
        offset = max(
          offset, offsets[other] + requests[other].floatCount.roundedUp(to: Self.alignment))
      }
      offsets[index] = offset
      floatCount = max(floatCount, offset + size)
      placed.append(index)
    }
  }
}
