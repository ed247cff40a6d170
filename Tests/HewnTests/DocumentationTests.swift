import Foundation
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

  @Test func codeOfArticlesCompiles() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let root = tests.appending(path: "../..").standardized
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
    #expect(count >= 18, "the articles have \(count) snippets")
  }
}
