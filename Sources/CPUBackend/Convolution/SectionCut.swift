/// Cuts units of rows into sections.
package struct SectionCut {
  /// Most rows of a section, but for a larger unit.
  package var rowLimit: Int
  /// Sections of equal work that there are at least, where there are as many units.
  package var partitions: Int

  package init(rowLimit: Int, partitions: Int) {
    self.rowLimit = rowLimit
    self.partitions = partitions
  }

  /// The units of each section, consecutive and ascending.
  ///
  /// - Parameters:
  ///   - rows: of each unit.
  ///   - work: of each unit.
  package func sections(rows: [Int], work: [Int]) -> [Range<Int>] {
    let total = max(1, work.reduce(0, +))
    var sections: [Range<Int>] = []
    var first = 0
    var (rowCount, done, partition) = (0, 0, 0)
    for unit in rows.indices {
      // The partition in which the middle of the unit's work lies.
      let own = min(partitions - 1, (2 * done + work[unit]) * partitions / (2 * total))
      if unit > first, own > partition || rowCount + rows[unit] > rowLimit {
        sections.append(first..<unit)
        first = unit
        rowCount = 0
      }
      partition = own
      rowCount += rows[unit]
      done += work[unit]
    }
    if first < rows.count { sections.append(first..<rows.count) }
    return sections
  }
}
