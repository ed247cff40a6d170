import Tensors
import Testing

@Suite struct ShapeTests {
  @Test(arguments: [
    ([], 1), ([0], 0), ([3], 3), ([2, 3, 4], 24), ([5, 0, 7], 0), ([1 << 20, 1 << 20], 1 << 40),
  ])
  func countsElements(dimensions: [Int], count: Int) throws {
    #expect(try Shape(checking: dimensions).elementCount == count)
  }

  @Test(arguments: [
    ([-1], "negative"), ([1, 1, 1, 1, 1, 1, 1, 1, 1], "rank 9"), ([.max, .max], "2^40"),
    ([1 << 20, 1 << 21], "2^40"), ([0, -3], "negative"),
  ])
  func rejects(dimensions: [Int], fragment: String) {
    let error = #expect(throws: HewnError.self) { try Shape(checking: dimensions) }
    #expect(error?.message.contains(fragment) == true, "\(dimensions): \(error?.message ?? "")")
  }

  @Test func strides() {
    #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
    #expect(Shape([]).strides == [])
    #expect(Shape([2, 0, 4]).strides == [4, 4, 1])
  }

  @Test(arguments: [(0, 0), (2, 2), (-1, 2), (-3, 0)])
  func normalizesAxes(axis: Int, normalized: Int) throws {
    #expect(try Shape([4, 5, 6]).normalized(axis: axis) == normalized)
  }

  @Test(arguments: [3, -4, .max, .min])
  func rejectsAxes(axis: Int) {
    #expect(throws: HewnError.self) { try Shape([4, 5, 6]).normalized(axis: axis) }
  }

  @Test(arguments: [
    ([2, 3], [3], [2, 3]), ([1, 4], [5, 1], [5, 4]), ([], [2, 2], [2, 2]),
    ([0, 1], [1, 3], [0, 3]),
  ])
  func broadcasts(lhs: [Int], rhs: [Int], result: [Int]) throws {
    #expect(try Shape.broadcast(Shape(lhs), Shape(rhs)) == Shape(result))
    #expect(try Shape.broadcast(Shape(rhs), Shape(lhs)) == Shape(result))
  }

  @Test func rejectsShapesThatDoNotBroadcast() {
    #expect(throws: HewnError.self) { try Shape.broadcast([2, 3], [2]) }
    #expect(throws: HewnError.self) { try Shape.broadcast([1 << 30, 1], [1 << 30]) }
  }
}
