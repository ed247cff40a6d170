import Covers
import Tensors
import TestSupport
import Testing

@Suite struct CoverOutlineTests {
  /// A matrix whose covers have segments of several heights, leaves, and root groups of several sizes.
  private static func matrix(seed: UInt64) throws -> FilterMatrix {
    var generator = SplitMix64(seed: seed)
    let (rows, taps) = (21, 40)
    let values = (0..<rows * taps).map { index -> Float in
      // Some taps are of all rows.
      let density = (index % taps).isMultiple(of: 7) ? 0.9 : 0.15
      return Double.random(in: 0..<1, using: &generator) < density
        ? Float.random(in: 0.5..<1, using: &generator) : 0
    }
    return try FilterMatrix(rows: rows, taps: taps, values: values)
  }

  private static func cover(_ matrix: FilterMatrix) -> Cover {
    let costs = CoverCosts(
      leaf: 1,
      heights: [2, 4, 8].map { .init(height: $0, perTap: 0.5 * Double($0) + 0.4) })
    return .exact(matrix, costs: costs, tree: .greedy(matrix, costs: costs))
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func coversFollowFromTheirOutlines(seed: UInt64) throws {
    let matrix = try Self.matrix(seed: seed)
    let cover = Self.cover(matrix)
    #expect(!cover.segments.isEmpty && cover.leavesByRow.contains { !$0.isEmpty })
    let restored = try Cover(CoverOutline(cover), of: matrix)
    #expect(restored.order == cover.order)
    #expect(restored.rootGroups == cover.rootGroups)
    #expect(restored.segments == cover.segments)
    #expect(restored.leavesByRow == cover.leavesByRow)
    #expect(restored.multipliedOut() == matrix)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func coversOfWhatIsLeftFollowToo(seed: UInt64) throws {
    let matrix = try Self.matrix(seed: seed)
    let exact = Self.cover(matrix)
    var (leaves, dropped) = (exact.leavesByRow, [Int]())
    for (position, row) in leaves.enumerated() {
      guard let leaf = row.last else { continue }
      dropped.append(exact.order[position] * matrix.taps + Int(leaf.tap))
      leaves[position].removeLast()
    }
    #expect(!dropped.isEmpty)
    let cover = Cover(
      rows: exact.rows, taps: exact.taps, order: exact.order, rootGroups: exact.rootGroups,
      segments: exact.segments, leavesByRow: leaves, dropped: dropped.sorted())
    let restored = try Cover(CoverOutline(cover), of: cover.multipliedOut())
    #expect(restored.segments == cover.segments && restored.leavesByRow == cover.leavesByRow)
    #expect(restored.order == cover.order && restored.rootGroups == cover.rootGroups)
    #expect(restored.dropped.isEmpty)
  }

  @Test func weightsAreThoseOfTheMatrixAtHand() throws {
    let outline = CoverOutline(Self.cover(try Self.matrix(seed: 1)))
    let other = try Self.matrix(seed: 2)
    #expect(try Cover(outline, of: other).multipliedOut() == other)
  }

  /// A change to an outline, and what the error says of it.
  private static let changes: [(change: @Sendable (inout CoverOutline) -> Void, cause: String)] = [
    ({ $0.order.removeLast() }, "whose rows are not"),
    ({ $0.order[0] = $0.order[1] }, "whose rows are not"),
    ({ $0.order[3] = 21 }, "whose rows are not"),
    ({ $0.order[3] = -1 }, "whose rows are not"),
    ({ $0.rootHeight = 0 }, "root groups of 0"),
    ({ $0.rootHeight = 3 }, "root groups of 3"),
    ({ $0.rootHeight = 32 }, "root groups of 32"),
    ({ $0.segments[0].height = 0 }, "no row group"),
    ({ $0.segments[0].height = 1 << 62 }, "no row group"),
    ({ $0.segments[0].height = 16 }, "no row group"),
    ({ $0.segments[0].firstRow = .max }, "no row group"),
    ({ $0.segments[0].firstRow = .min }, "no row group"),
    ({ $0.segments[0].firstRow += 1 }, "no row group"),
    ({ $0.segments[0].taps = [] }, "without taps"),
    ({ $0.segments[0].taps[0] = -1 }, "tap -1"),
    ({ $0.segments[0].taps.append(40) }, "tap 40"),
    ({ $0.segments[0].taps.append($0.segments[0].taps[0]) }, "in a segment of a filter"),
    ({ $0.segments.append($0.segments[0]) }, "in two segments"),
  ]

  @Test(arguments: changes.indices)
  func outlinesOfNoCoverAreRefused(change: Int) throws {
    let matrix = try Self.matrix(seed: 3)
    var outline = CoverOutline(Self.cover(matrix))
    let (apply, cause) = Self.changes[change]
    apply(&outline)
    let error = #expect(throws: HewnError.self) { try Cover(outline, of: matrix) }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains(cause) == true, "\(error?.message ?? "")")
  }
}
