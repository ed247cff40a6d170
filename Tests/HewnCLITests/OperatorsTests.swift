import Foundation
import Hewn
import HewnCLI
import Testing

@Suite struct OperatorsTests {
  @Test func listsEveryOperator() throws {
    let report = try OperatorsReport.current()
    #expect(report.operators.map(\.type).contains("Conv"))
    #expect(report.operators.map(\.type) == report.operators.map(\.type).sorted())
    for entry in report.operators {
      #expect(entry.opsets.min >= report.opsets.min, "\(entry.type)")
      #expect(entry.opsets.max ?? 0 <= report.opsets.max ?? 0, "\(entry.type)")
    }
    let result = Captured.run(["operators"])
    #expect(result.status == 0, "\(result.errors)")
    for entry in report.operators { #expect(result.output.contains("\n\(entry.type) ")) }
  }

  @Test func knowsWhatComputesThem() throws {
    let operators = try OperatorsReport.current().operators
    for computation in [\OperatorsReport.Entry.cpu, \.gpu] {
      let computations = Dictionary(
        uniqueKeysWithValues: operators.map { ($0.type, $0[keyPath: computation]) })
      #expect(computations["Conv"] == .kernel)
      #expect(computations["MaxUnpool"] == .reference)
      #expect(computations["Constant"] == .constant)
    }
  }

  @Test func printsJSON() throws {
    let result = Captured.run(["operators", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(OperatorsReport.self, from: Data(result.output.utf8))
    #expect(try report == OperatorsReport.current())
  }

  @Test func theDocumentIsCurrent() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Docs/operators.md").standardized
    let document = try String(contentsOf: file, encoding: .utf8)
    let result = Captured.run(["operators", "--markdown"])
    #expect(
      document == result.output,
      "Docs/operators.md is not current; run hewn operators --markdown > Docs/operators.md")
  }
}
