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
    #expect(articles.count == 7)
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
    #expect(count >= 19, "the articles have \(count) snippets")
  }

  /// Every key of a report of two models, and no other, is in its section or in that of all reports.
  @Test func keysOfPairedEvaluationsAreDescribed() throws {
    let text = try String(contentsOf: Self.root.appending(path: "Docs/json.md"), encoding: .utf8)
    let sections = text.components(separatedBy: "\n## ")
    let section = try #require(sections.first { $0.hasPrefix("evaluate --against") })
    let common = try #require(sections.first { $0.hasPrefix("In every report") })
    func names(_ section: String) -> Set<String> {
      // The first cell of each row holds keys, some as `.key` behind others.
      let cells = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        .compactMap { $0.split(separator: " | ").first }
      return Set(
        cells.flatMap { $0.matches(of: /[a-z_0-9]+/).map { String($0.output) } })
    }
    let report = Fixtures.pairedReport(estimate: Estimate(mean: 0, lower: 0, upper: 0))
    let json = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
    // Names of outputs are no keys; models and plans are those of every report.
    let keys = Self.keys(of: json).subtracting(["y", "map"])
    let commonNames = common.matches(of: /[a-z_0-9]+/).map { String($0.output) }
    let missing = keys.subtracting(names(section)).subtracting(commonNames)
    #expect(missing.isEmpty, "Docs/json.md does not describe \(missing.sorted())")
    // `name` stands for the name of an output.
    let unknown = names(section).subtracting(keys).subtracting(["name"])
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
