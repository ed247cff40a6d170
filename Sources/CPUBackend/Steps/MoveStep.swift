internal import Tensors

/// Moves that together write one or more tensors.
struct MoveStep: Step {
  private let moves: [Move]
  private let targets: [GridTarget]
  /// The part after each move's last, then after each target's border.
  private let partEnds: AlignedArray<Int>
  /// The parts that zero borders, by target; planes are what they count.
  private let borders: [WorkParts]

  /// - Parameters:
  ///   - moves: write disjoint elements, which together are the interiors of `targets`.
  ///   - targets: the tensors whose borders are zeroed.
  init(_ moves: [Move], targets: [GridTarget]) throws(HewnError) {
    self.moves = moves
    self.targets = targets.filter { $0.grid.planes != nil }
    borders = self.targets.map { target in
      WorkParts(planes: 1, rows: target.grid.planeCount, columns: 1, cost: target.grid.height * 4)
    }
    var ends: [Int] = []
    for count in moves.map(\.partCount) + borders.map(\.count) {
      ends.append((ends.last ?? 0) + count)
    }
    partEnds = try AlignedArray(ends)
  }

  var partCount: Int { partEnds.count == 0 ? 0 : partEnds.pointer[partEnds.count - 1] }

  func run(part: Int, in memory: StepMemory) {
    var index = 0
    while partEnds.pointer[index] <= part { index += 1 }
    let first = index == 0 ? 0 : partEnds.pointer[index - 1]
    if index < moves.count {
      moves[index].run(part: part - first, in: memory)
    } else {
      zeroBorders(index - moves.count, part: part - first, in: memory)
    }
  }

  private func zeroBorders(_ index: Int, part: Int, in memory: StepMemory) {
    let grid = targets[index].grid
    let base = targets[index].pointer(in: memory)
    borders[index].forEachTile(of: part) { tile in
      for plane in tile.rows {
        grid.zeroBorder(
          of: Tile(plane: plane, rows: 0..<grid.height, columns: 0..<grid.width), at: base)
      }
    }
  }
}
