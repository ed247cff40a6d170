import Foundation
import Hewn
import Testing

/// Reports of tuning, made by hand.
@Suite struct TuneReportTests {
  static let comparison = TuneReport.Comparison(
    model: Fixtures.model, threads: 2, batch: 16,
    layers: [
      TuneReport.Layer(
        name: "a", op: "Conv", engine: "sparse", builtInEngine: "dense",
        predictedMilliseconds: 0.9, milliseconds: 1, predictedDenseMilliseconds: 2,
        denseMilliseconds: 1, isWrongChoice: false),
      TuneReport.Layer(
        name: "b", op: "Conv", engine: "sparse", builtInEngine: "sparse", hasOtherCover: true,
        predictedMilliseconds: 1.3, milliseconds: 1, isWrongChoice: true),
      TuneReport.Layer(name: "c", op: "MaxPool", engine: "other", builtInEngine: "other"),
    ])

  @Test func summarisesErrorsAndChanges() {
    let comparison = Self.comparison
    #expect(comparison.layers.map(\.ratio) == [0.9, 1.3, nil])
    #expect(comparison.errors?.layers == 2)
    #expect(comparison.errors?.median == 0.2 && comparison.errors?.p90 == 0.28)
    #expect(comparison.denseErrors?.layers == 1 && comparison.denseErrors?.median == 1)
    #expect(comparison.wrongChoices == 1)
    #expect(comparison.changedEngines == 1 && comparison.changedCovers == 1)
    let empty = TuneReport.Comparison(model: Fixtures.model, threads: 1, batch: 1, layers: [])
    #expect(empty.errors == nil && empty.denseErrors == nil)
    let unmeasured = TuneReport.Layer(
      name: "d", op: "Conv", engine: "dense", builtInEngine: "dense", predictedMilliseconds: 1,
      milliseconds: 0)
    #expect(unmeasured.ratio == nil)
  }

  @Test func json() throws {
    let report = TuneReport(
      hewnVersion: "1.2.3", instructionSet: "avx2", processor: "here",
      date: "2026-01-31T12:00:00Z", durationSeconds: 15, file: nil, builtInMachine: "there",
      costs: [
        .init(name: "tap", rows: 2, vectors: 3, nanoseconds: 0.5, builtInNanoseconds: 0.4),
        .init(name: "finish", nanoseconds: 0.25, builtInNanoseconds: 0),
      ])
    let want = """
      {
        "built_in_machine" : "there",
        "comparison" : null,
        "costs" : [
          {
            "built_in_ns" : 0.4,
            "name" : "tap",
            "ns" : 0.5,
            "ratio" : 1.25,
            "rows" : 2,
            "vectors" : 3
          },
          {
            "built_in_ns" : 0,
            "name" : "finish",
            "ns" : 0.25,
            "ratio" : null,
            "rows" : null,
            "vectors" : null
          }
        ],
        "date" : "2026-01-31T12:00:00Z",
        "duration_s" : 15,
        "file" : null,
        "hewn_version" : "1.2.3",
        "instruction_set" : "avx2",
        "processor" : "here",
        "schema_version" : 1
      }
      """
    #expect(try report.json() == want)
    #expect(try JSONDecoder().decode(TuneReport.self, from: Data(want.utf8)) == report)
  }

  @Test func jsonOfAModel() throws {
    let report = TuneReport(
      instructionSet: "avx2", processor: "here", date: "2026-01-31T12:00:00Z",
      durationSeconds: 15, file: "costs.json", builtInMachine: "there", costs: [],
      comparison: Self.comparison)
    let text = try report.json()
    #expect(try JSONDecoder().decode(TuneReport.self, from: Data(text.utf8)) == report)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let comparison = try #require(json["comparison"] as? [String: Any])
    #expect(
      Set(comparison.keys) == [
        "model", "threads", "batch", "layers", "errors", "dense_errors", "wrong_choices",
        "changed_engines", "changed_covers", "notes",
      ])
    let layers = try #require(comparison["layers"] as? [[String: Any]])
    #expect(
      Set(layers[0].keys) == [
        "name", "op", "engine", "built_in_engine", "cover_changed", "predicted_ms", "ms", "ratio",
        "predicted_dense_ms", "dense_ms", "dense_ratio", "wrong_choice",
      ])
    #expect(layers[2]["ratio"] is NSNull)
  }

  @Test func refusesDurationsOutOfRange() {
    for duration in [-1, .infinity, .nan, 1e9] {
      var tuner = Tuner()
      tuner.duration = duration
      let error = #expect(throws: HewnError.self) { try tuner.measure() }
      #expect(error?.code == .invalidArgument)
    }
  }
}
