/// Colours and weights of terminal text; plain text where there is no terminal.
package struct Style: Sendable {
  package var isColored: Bool

  package init(isColored: Bool) { self.isColored = isColored }

  package func bold(_ text: String) -> String { wrap(text, "1") }
  package func dim(_ text: String) -> String { wrap(text, "2") }
  package func red(_ text: String) -> String { wrap(text, "31") }
  package func green(_ text: String) -> String { wrap(text, "32") }
  package func yellow(_ text: String) -> String { wrap(text, "33") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColored ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}

/// Rows of text under column titles.
package struct TextTable {
  package enum Alignment {
    case left, right
  }

  package struct Column {
    package var title: String
    package var alignment: Alignment

    package static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
    package static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
  }

  /// What is done to a whole row after it is laid out.
  package enum Emphasis {
    case none, warning, total
  }

  private let columns: [Column]
  private var rows: [(cells: [String], emphasis: Emphasis)] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// - Precondition: one cell for each column.
  package mutating func add(_ cells: [String], emphasis: Emphasis = .none) {
    precondition(cells.count == columns.count, "\(cells.count) cells in \(columns.count) columns")
    rows.append((cells, emphasis))
  }

  /// The table, one line for each row; columns without any content are left out.
  package func render(_ style: Style) -> String {
    let used = columns.indices.filter { column in rows.contains { !$0.cells[column].isEmpty } }
    let widths = columns.indices.map { column in
      rows.reduce(columns[column].title.count) { max($0, $1.cells[column].count) }
    }
    func line(_ cells: [String]) -> String {
      var text = used.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignment == .left
          ? cells[column] + padding : padding + cells[column]
      }.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    var lines = [style.bold(line(columns.map(\.title)))]
    for row in rows {
      let text = line(row.cells)
      switch row.emphasis {
      case .none: lines.append(text)
      case .warning: lines.append(style.yellow(text))
      case .total: lines.append(style.bold(text))
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// At most `width` characters, the middle replaced where there are more.
  package func shortened(to width: Int) -> String {
    guard count > width else { return self }
    let tail = (width - 1) / 2
    return prefix(width - 1 - tail) + "…" + suffix(tail)
  }
}
