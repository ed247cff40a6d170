/// Where the elements of matrices lie in the registers of a warp.
///
/// With g = lane / 4 and t = lane mod 4, a register of A or B is an 8 × 4 block of 32-bit words,
/// row g (of Bᵀ for B) and word t, where a word is two neighbouring 16-bit values, the lower column
/// in its low half, or one tf32:
///
///     A, 16 bits   row g + 8 · (register mod 2)    column 8 · (register / 2) + 2t + half
///     A, tf32      row g + 8 · (register mod 2)    column 4 · (register / 2) + t
///     B, 16 bits   row 8 · register + 2t + half    column g
///     B, tf32      row 4 · register + t            column g
///     C and D      row g + 8 · (register / 2)      column 2t + register mod 2
///
/// Source: PTX ISA, "Matrix Fragments for mma.m16n8k4 / k8 / k16", "Matrix fragments for … sparse
/// matrix A" and "Register Fragments" of wgmma.
package enum FragmentLayout {
  /// An element of a matrix.
  package struct Position: Hashable, Sendable {
    package var row: Int
    package var column: Int

    package init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// Where a lane (or, for `wgmma`, a thread of 128) holds an element: in the low (0) or high (1)
  /// half of a register; the half of a 32-bit element is 0.
  package struct Place: Hashable, Sendable {
    package var lane: Int
    package var register: Int
    package var half: Int

    package init(lane: Int, register: Int, half: Int = 0) {
      self.lane = lane
      self.register = register
      self.half = half
    }
  }

  // MARK: mma

  /// The element of A at a place. For a sparse shape's packed A, that of the dense shape of half
  /// its K.
  package static func a(_ type: MatrixType, _ place: Place) -> Position {
    let width = 4 * type.valuesPerWord
    return Position(
      row: place.lane / 4 + 8 * (place.register % 2),
      column: width * (place.register / 2) + type.valuesPerWord * (place.lane % 4) + place.half)
  }

  /// The place of an element of A.
  package static func placeInA(_ type: MatrixType, _ position: Position) -> Place {
    let width = 4 * type.valuesPerWord
    return Place(
      lane: 4 * (position.row % 8) + position.column % width / type.valuesPerWord,
      register: 2 * (position.column / width) + position.row / 8,
      half: position.column % type.valuesPerWord)
  }

  /// The element of B, K × 8, at a place.
  package static func b(_ type: MatrixType, _ place: Place) -> Position {
    let height = 4 * type.valuesPerWord
    return Position(
      row: height * place.register + type.valuesPerWord * (place.lane % 4) + place.half,
      column: place.lane / 4)
  }

  /// The place of an element of B.
  package static func placeInB(_ type: MatrixType, _ position: Position) -> Place {
    let height = 4 * type.valuesPerWord
    return Place(
      lane: 4 * position.column + position.row % height / type.valuesPerWord,
      register: position.row / height, half: position.row % type.valuesPerWord)
  }

  /// The element of C or D, 16 × 8 of f32, at a place.
  package static func c(_ place: Place) -> Position {
    Position(
      row: place.lane / 4 + 8 * (place.register / 2),
      column: 2 * (place.lane % 4) + place.register % 2)
  }

  /// The place of an element of C or D.
  package static func placeInC(_ position: Position) -> Place {
    Place(
      lane: 4 * (position.row % 8) + position.column / 2,
      register: 2 * (position.row / 8) + position.column % 2)
  }

  // MARK: mma.sp

  /// Where the metadata of a row and of a group of columns lies: four bits from `bit` on, in a
  /// lane.
  ///
  /// A group is 4 columns of 16-bit values, of which A holds two: their columns, two bits each, the
  /// lower one in the low bits; or 2 columns of tf32, of which A holds one: 0b0100 for the first,
  /// 0b1110 for the second. The lane of a row's four is the selector, or for the larger K one of
  /// the pair 2 · selector and 2 · selector + 1.
  package static func metadata(
    _ shape: MatrixShape, selector: Int, row: Int, group: Int
  ) -> (lane: Int, bit: Int) {
    let lane = shape.selectorCount == 2 ? 2 * selector + group / 4 : selector
    return (4 * (row % 8) + lane, 16 * (row / 8) + 4 * (group % 4))
  }

  // MARK: wgmma

  /// The element of the accumulator, 64 × n of f32, that a thread of the 128 holds in a register:
  /// warp w has the rows from 16w on, and four registers for each 8 columns, which lie as those of
  /// C.
  package static func warpgroupAccumulator(_ place: Place) -> Position {
    var position = c(Place(lane: place.lane % 32, register: place.register % 4))
    position.row += 16 * (place.lane / 32)
    position.column += 8 * (place.register / 4)
    return position
  }

  /// The place of an element of the accumulator.
  package static func placeInWarpgroupAccumulator(_ position: Position) -> Place {
    var place = placeInC(Position(row: position.row % 16, column: position.column % 8))
    place.lane += 32 * (position.row / 16)
    place.register += 4 * (position.column / 8)
    return place
  }

  /// The element of A, 64 × k, that a thread of the 128 holds: as in `mma`, 16 rows a warp.
  package static func warpgroupA(_ type: MatrixType, _ place: Place) -> Position {
    var position = a(type, Place(lane: place.lane % 32, register: place.register, half: place.half))
    position.row += 16 * (place.lane / 32)
    return position
  }

  /// The place of an element of A of `wgmma`.
  package static func placeInWarpgroupA(_ type: MatrixType, _ position: Position) -> Place {
    var place = placeInA(type, Position(row: position.row % 16, column: position.column))
    place.lane += 32 * (position.row / 16)
    return place
  }

  // MARK: ldmatrix and stmatrix

  /// The element of the 8 × 8 matrix of 16-bit values that a lane holds of the matrix with the
  /// number of the register.
  package static func loadedMatrix(_ place: Place, transposed: Bool) -> Position {
    let (row, column) = (place.lane / 4, 2 * (place.lane % 4) + place.half)
    return transposed ? Position(row: column, column: row) : Position(row: row, column: column)
  }

  /// The matrix and its row of 16 bytes whose address a lane gives. Lanes beyond the number of
  /// matrices give none.
  package static func addressedRow(lane: Int) -> (matrix: Int, row: Int) { (lane / 8, lane % 8) }
}

extension MatrixType {
  /// How many values a 32-bit word holds.
  package var valuesPerWord: Int { 4 / byteCount }
}
