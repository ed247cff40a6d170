import Graphs
import Tensors
import TestSupport
import Testing

/// Products with constant weights as graphs of one node, on every instruction set and engine.
@Suite struct MatrixBackendTests {
  private struct Spec {
    var images = 1
    var taps = 24
    var rows = 17
    var density = 0.3
    var op = Gemm()
    /// The shape of C; `nil` for none.
    var bias: Shape? = nil

    func makeCase(seed: UInt64) throws -> BackendCase {
      var net = CaseGraph(seed: seed)
      let x = net.input([images, taps])
      let weights = net.constant(
        op.transposesB ? [rows, taps] : [taps, rows], density: density)
      let c = bias.map { net.constant($0) }
      net.output(try net.add(op, [x, weights] + (c.map { [$0] } ?? [])))
      return BackendCase(
        "seed \(seed), \(images)×\(taps) · \(taps)×\(rows), density \(density),"
          + " C \(bias?.description ?? "none"), \(op)", net)
    }
  }

  private func expect(_ specs: [Spec], sourceLocation: SourceLocation = #_sourceLocation) {
    do {
      let cases = try specs.enumerated().map { try $1.makeCase(seed: UInt64($0)) }
      BackendHarness.expect(cases, sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }

  @Test func extents() {
    var specs: [Spec] = []
    for images in [0, 1, 2, 5, 6, 7, 8, 12, 13] {
      for rows in [1, 7, 8, 15, 16, 17, 63, 64, 65, 128, 129] {
        for taps in [1, 3, 4, 5, 64, 300] {
          specs.append(
            Spec(
              images: images, taps: taps, rows: rows, density: (rows + taps) % 2 == 0 ? 1 : 0.2))
        }
      }
    }
    expect(specs)
  }

  /// Around the vectors of images that a cell may have, and more cells than one.
  @Test func manyImages() {
    var specs: [Spec] = []
    for images in [3, 4, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 67, 129] {
      for (rows, taps) in [(1, 1), (3, 5), (7, 8), (9, 64), (61, 127)] {
        specs.append(
          Spec(images: images, taps: taps, rows: rows, density: taps == 1 ? 1 : 0.2, bias: [rows]))
      }
    }
    expect(specs)
  }

  /// More taps than a chunk has, more rows than a block.
  @Test func manyChunks() {
    expect(
      [
        (1, 4095, 3), (1, 4096, 3), (1, 4097, 3), (1, 8193, 70), (2, 8193, 9), (5, 1025, 9),
        (16, 511, 9), (16, 512, 9), (16, 513, 9), (17, 1027, 130), (70, 257, 9), (1, 40, 1031),
        (4, 40, 1031), (3, 9, 8200),
      ].map { images, taps, rows in
        Spec(images: images, taps: taps, rows: rows, density: 0.05, bias: [rows])
      })
  }

  @Test func densities() {
    expect(
      [0, 0.01, 0.1, 0.5, 1].flatMap { density in
        [1, 3, 16].flatMap { images in
          [false, true].map { transposed in
            Spec(
              images: images, taps: 257, rows: 200, density: density,
              op: Gemm(transposesB: transposed), bias: [200])
          }
        }
      })
  }

  @Test func addends() {
    let shapes: [(rows: Int, images: Int, c: Shape?)] = [
      (17, 3, nil), (17, 3, []), (17, 3, [1]), (17, 3, [1, 1]), (17, 3, [17]), (17, 3, [1, 17]),
      (1, 3, [1]), (17, 1, [1, 17]),
    ]
    expect(
      shapes.flatMap { rows, images, c in
        [0.2, 1].flatMap { density in
          [false, true].map { transposed in
            Spec(
              images: images, rows: rows, density: density,
              op: Gemm(alpha: 0.5, beta: -2, transposesB: transposed), bias: c)
          }
        }
      })
  }

  @Test func activations() {
    expect(
      BackendConvolutionTests.activations.flatMap { activation in
        [0.1, 1].map { density in
          Spec(images: 2, density: density, op: Gemm(activation: activation), bias: [17])
        }
      })
  }
}
