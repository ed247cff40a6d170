package import Tensors

/// Gives every buffer a place in one arena so that buffers that live at the same time do not
/// overlap.
///
/// Largest first, each at the lowest offset that is free over its whole life: simple, and within a
/// few percent of the lower bound on CNNs. Complexity: O(n·(a + log n)) for n buffers of which a live
/// at the same time.
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

  /// The place of each request, in floats; multiples of the alignment.
  package private(set) var offsets: [Int]
  package private(set) var floatCount = 0

  /// Floats to a cache line.
  package static let alignment = 16
  /// The most floats of an arena: 2^44, 64 TiB.
  static let maximumFloatCount = 1 << 44
  /// The most pairs of buffers that live at the same time.
  static let maximumNeighbourCount = 1 << 26

  /// - Parameter alignment: what places are multiples of, in floats.
  /// - Throws: `outOfMemory` for an arena beyond the limit, `unsupported` for too many buffers that
  ///   live at the same time.
  package init(
    _ requests: [Request], alignment: Int = Self.alignment
  ) throws(HewnError) {
    offsets = [Int](repeating: 0, count: requests.count)
    let order = requests.indices.filter { requests[$0].floatCount > 0 }.sorted {
      (requests[$1].floatCount, $0) < (requests[$0].floatCount, $1)
    }
    var lives = Lives(order.map { requests[$0].firstStep...requests[$0].lastStep })
    var neighbourCount = 0
    for index in order {
      let request = requests[index]
      let life = request.firstStep...request.lastStep
      let neighbours = lives.overlapping(life).sorted { offsets[$0] < offsets[$1] }
      neighbourCount += neighbours.count
      guard neighbourCount <= Self.maximumNeighbourCount else {
        throw HewnError(
          .unsupported,
          "more than \(Self.maximumNeighbourCount) pairs of tensors live at the same time")
      }
      guard request.floatCount <= Self.maximumFloatCount else { throw Self.tooLarge }
      let size = request.floatCount.roundedUp(to: alignment)
      var offset = 0
      for other in neighbours {
        if offset + size <= offsets[other] { break }
        offset = max(
          offset, offsets[other] + requests[other].floatCount.roundedUp(to: alignment))
      }
      offsets[index] = offset
      floatCount = max(floatCount, offset + size)
      guard floatCount <= Self.maximumFloatCount else { throw Self.tooLarge }
      lives.insert(index, life)
    }
  }

  private static var tooLarge: HewnError {
    HewnError(.outOfMemory, "activations would take more than 64 TiB; use smaller inputs")
  }
}

/// The requests that have a place, by the steps in which they live: a segment tree over the steps.
private struct Lives {
  private let firstStep: Int
  private let stepCount: Int
  /// The requests that live throughout the steps of a node of the tree, but not of its parent; node i
  /// has the children 2i and 2i + 1, and the leaves are the steps.
  private var throughout: [[Int]]
  /// The requests by the step in which their life begins.
  private var beginning: [[Int]]

  init(_ lives: [ClosedRange<Int>]) {
    firstStep = lives.map(\.lowerBound).min() ?? 0
    stepCount = (lives.map(\.upperBound).max() ?? 0) - firstStep + 1
    throughout = Array(repeating: [], count: 2 * stepCount)
    beginning = Array(repeating: [], count: stepCount)
  }

  mutating func insert(_ request: Int, _ life: ClosedRange<Int>) {
    beginning[life.lowerBound - firstStep].append(request)
    var first = life.lowerBound - firstStep + stepCount
    var end = life.upperBound - firstStep + stepCount + 1
    while first < end {
      if first % 2 == 1 {
        throughout[first].append(request)
        first += 1
      }
      if end % 2 == 1 {
        end -= 1
        throughout[end].append(request)
      }
      first /= 2
      end /= 2
    }
  }

  /// The requests that live in a step of `life`: those in its first step, and those that begin later.
  func overlapping(_ life: ClosedRange<Int>) -> [Int] {
    var requests: [Int] = []
    var node = life.lowerBound - firstStep + stepCount
    while node > 0 {
      requests += throughout[node]
      node /= 2
    }
    for step in (life.lowerBound - firstStep + 1)..<(life.upperBound - firstStep + 1) {
      requests += beginning[step]
    }
    return requests
  }
}
