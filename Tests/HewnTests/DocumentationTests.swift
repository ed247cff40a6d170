import Foundation
import Hewn
import Testing

/// The articles and the README show the code of `DocumentationSnippets.swift`.
@Suite struct DocumentationTests {
  /// Lines without their indentation, empty ones left out.
  private static func lines(_ text: some StringProtocol) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  /// The Swift code blocks of an article without imports, where there is more.
  private static func snippets(_ article: String) -> [String] {
    article.components(separatedBy: "```swift\n").dropFirst().map { rest in
      let code = rest.components(separatedBy: "```").first ?? ""
      return lines(code).filter { !$0.hasPrefix("import ") }.joined(separator: "\n")
    }.filter { !$0.isEmpty }
  }

  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
  private static let root = tests.appending(path: "../..").standardized

  @Test func codeOfArticlesCompiles() throws {
    let (tests, root) = (Self.tests, Self.root)
    let compiled = Self.lines(
      try String(contentsOf: tests.appending(path: "DocumentationSnippets.swift"), encoding: .utf8)
    ).joined(separator: "\n")
    let articles = try FileManager.default.contentsOfDirectory(
      at: root.appending(path: "Sources/Hewn/Hewn.docc"), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    #expect(articles.count == 8)
    var count = 0
    for article in articles + [root.appending(path: "README.md")] {
      for snippet in Self.snippets(try String(contentsOf: article, encoding: .utf8)) {
        let isCompiled = compiled.contains(snippet)
        #expect(
          isCompiled,
          "\(article.lastPathComponent) has code that no test compiles:\n\(snippet)")
        count += 1
      }
    }
    #expect(count >= 22, "the articles have \(count) snippets")
  }

  @Test func keysOfPairedEvaluationsAreDescribed() throws {
    let report = Fixtures.pairedReport(estimate: Estimate(mean: 0, lower: 0, upper: 0))
    // `name` stands for the name of an output.
    try checkKeys(
      of: report.json(), section: "evaluate --against", names: ["y", "map"],
      placeholders: ["name"])
  }

  @Test func keysOfRepruningAreDescribed() throws {
    // Names of segments are their heights.
    try checkKeys(
      of: RepruneReportTests.report().json(), section: "reprune", names: ["16", "4"])
  }

  /// Every key of a report, and no other, is in its section of the document or in that of all reports.
  ///
  /// - Parameters:
  ///   - names: keys of the report that are no keys to describe.
  ///   - placeholders: keys of the section that stand for names.
  private func checkKeys(
    of report: String, section title: String, names: Set<String>, placeholders: Set<String> = []
  ) throws {
    let text = try String(contentsOf: Self.root.appending(path: "Docs/json.md"), encoding: .utf8)
    let sections = text.components(separatedBy: "\n## ")
    let section = try #require(sections.first { $0.hasPrefix(title) })
    let common = try #require(sections.first { $0.hasPrefix("In every report") })
    func keys(_ section: String) -> Set<String> {
      // The first cell of each row holds keys, some as `.key` behind others.
      let cells = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        .compactMap { $0.split(separator: " | ").first }
      return Set(
        cells.flatMap { $0.matches(of: /[a-z_0-9]+/).map { String($0.output) } })
    }
    let json = try JSONSerialization.jsonObject(with: Data(report.utf8))
    // Models and plans are those of every report.
    let given = Self.keys(of: json).subtracting(names)
    let commonKeys = common.matches(of: /[a-z_0-9]+/).map { String($0.output) }
    let missing = given.subtracting(keys(section)).subtracting(commonKeys)
    #expect(missing.isEmpty, "Docs/json.md does not describe \(missing.sorted())")
    let unknown = keys(section).subtracting(given).subtracting(placeholders)
    #expect(unknown.isEmpty, "no report has \(unknown.sorted())")
  }

  private static func keys(of json: Any) -> Set<String> {
    switch json {
    case let object as [String: Any]:
      object.reduce(into: Set(object.keys)) { $0.formUnion(keys(of: $1.value)) }
    case let array as [Any]:
      array.reduce(into: []) { $0.formUnion(keys(of: $1)) }
    default: []
    }
  }
}
