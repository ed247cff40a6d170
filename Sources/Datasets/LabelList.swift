internal import Tensors

/// A text file that gives pictures the indices of their classes.
///
/// Each line is `index file` or `file index`, all lines in the same way, separated by spaces, tabs,
/// commas or semicolons. Empty lines do not count, nor does a first line without digits, which holds column titles.
struct LabelList {
  let path: String
  private let lines: [Line]

  private struct Line {
    var number: Int
    /// Read as `index file`, and as `file index`.
    var forms: [Form?]
  }

  private struct Form {
    var label: Int
    var file: Substring
  }

  /// Reads the lines.
  ///
  /// - Throws: `invalidFile` for lines of another kind.
  init(parsing bytes: [UInt8], path: String) throws(HewnError) {
    self.path = path
    var lines: [Line] = []
    var number = 0
    for text in String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    {
      number += 1
      let text = Self.trimmed(text)
      if text.isEmpty { continue }
      let line = Line(number: number, forms: Self.forms(of: text))
      if number == 1, !text.contains(where: \.isNumber) { continue }
      lines.append(line)
    }
    // Files whose names are numbers can be read both ways: then what is in the set decides.
    let isUsable = (0..<2).contains { form in lines.allSatisfy { $0.forms[form] != nil } }
    guard isUsable, !lines.isEmpty else {
      let place = lines.first { $0.forms.allSatisfy { $0 == nil } }.map { ", line \($0.number)" }
      throw HewnError(
        .invalidFile,
        "\(path)\(place ?? ""): no label; write \"index file\" or \"file index\" on every line")
    }
    self.lines = lines
  }

  /// The listed pictures of a set, in the set's order.
  ///
  /// A file is found by its path in the set, or by its last part alone where that is unique.
  ///
  /// - Throws: `invalidArgument` for a file that is not in the set or listed twice.
  func items(among names: [String]) throws(HewnError) -> [ImageSet.Item] {
    var positions: [Substring: Int?] = [:]
    for (position, name) in names.enumerated() {
      let last = name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...]
      // A part that occurs again stands for nothing.
      positions.updateValue(positions[last] == nil ? position : nil, forKey: last)
    }
    for (position, name) in names.enumerated() { positions[name[...]] = position }

    func position(of file: Substring) -> Int? {
      positions[file.hasPrefix("./") ? file.dropFirst(2) : file] ?? nil
    }
    let candidates = (0..<2).filter { form in lines.allSatisfy { $0.forms[form] != nil } }
    let form =
      candidates.first { form in
        lines.first?.forms[form].flatMap { position(of: $0.file) } != nil
      } ?? candidates.first
    var labels: [Int: Int] = [:]
    for line in lines {
      guard let form, let entry = line.forms[form] else { continue }
      guard let position = position(of: entry.file) else {
        throw HewnError(
          .invalidArgument, "\(path), line \(line.number): there is no image \(entry.file)")
      }
      guard labels.updateValue(entry.label, forKey: position) == nil else {
        throw HewnError(
          .invalidArgument, "\(path), line \(line.number): \(entry.file) is listed twice")
      }
    }
    return labels.sorted { $0.key < $1.key }.map { position, label in
      ImageSet.Item(name: names[position], label: label, position: position)
    }
  }

  private static func isSeparator(_ character: Character) -> Bool {
    character.isWhitespace || character == "," || character == ";"
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let start = text.drop(while: isSeparator)
    guard let end = start.lastIndex(where: { !isSeparator($0) }) else { return "" }
    return start[...end]
  }

  private static func forms(of text: Substring) -> [Form?] {
    var forms: [Form?] = [nil, nil]
    if let separator = text.firstIndex(where: isSeparator), let label = index(text[..<separator]) {
      forms[0] = Form(label: label, file: unquoted(trimmed(text[separator...])))
    }
    if let separator = text.lastIndex(where: isSeparator),
      let label = index(text[text.index(after: separator)...])
    {
      forms[1] = Form(label: label, file: unquoted(trimmed(text[..<separator])))
    }
    return forms
  }

  private static func index(_ text: Substring) -> Int? {
    guard let value = Int(unquoted(text)), value >= 0 else { return nil }
    return value
  }

  private static func unquoted(_ text: Substring) -> Substring {
    guard text.count >= 2, text.first == "\"", text.last == "\"" else { return text }
    return text.dropFirst().dropLast()
  }
}
