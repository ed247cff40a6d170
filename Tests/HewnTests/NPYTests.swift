import Hewn
import struct Tensors.SplitMix64
import Testing

@Suite struct NPYTests {
  /// A file of version 1.0 to 3.0 with a given header text, and elements after it.
  static func file(
    _ text: String, elements: [UInt8] = [], version: UInt8 = 1, length: Int? = nil
  ) -> [UInt8] {
    let count = length ?? text.utf8.count
    let bytes = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + (0..<bytes).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(text.utf8)
      + elements
  }

  @Test(arguments: ElementType.allCases) func roundTrips(_ type: ElementType) throws {
    for shape in [[], [1], [5], [2, 3], [4, 1, 3, 2], [0], [3, 0, 2]] {
      let tensor = try Tensor.random(shape: shape, elementType: type, seed: 7)
      let decoded = try Tensor(npy: try tensor.npy())
      let want = type == .bfloat16 ? try tensor.converted() : tensor
      #expect(decoded.shape == shape, "\(type) \(shape)")
      #expect(decoded.elementType == want.elementType)
      #expect(
        decoded.withUnsafeBytes { Array($0) } == want.withUnsafeBytes { Array($0) },
        "\(type) \(shape)")
    }
  }

  @Test func writesWhatNumPyWrites() throws {
    let bytes = try Tensor(shape: [3], floats: [1, -2, 0.5]).npy()
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"
    let padded = text + String(repeating: " ", count: 118 - text.count - 1) + "\n"
    #expect(
      bytes
        == Self.file(
          padded, elements: [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f]))
    #expect((bytes.count - 12) % 64 == 0)
  }

  @Test(arguments: [1, 2, 3] as [UInt8]) func readsEveryVersion(_ version: UInt8) throws {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }\n"
    let tensor = try Tensor(npy: Self.file(header, elements: [1, 2, 3, 255], version: version))
    #expect(tensor.shape == [2, 2])
    #expect(tensor.floats == [1, 2, 3, 255])
  }

  @Test(arguments: [
    "{\"shape\": (2,), \"fortran_order\": False, \"descr\": \"<i2\"}",
    "{'shape':(2L,),'fortran_order':False,'descr':'<i2',}",
    "  { 'descr' : '<i2' , 'fortran_order' : True , 'shape' : ( 2 , ) }   \n",
  ]) func readsUnusualHeaders(_ header: String) throws {
    let tensor = try Tensor(npy: Self.file(header, elements: [1, 0, 0xff, 0xff]))
    #expect(tensor.elementType == .int16)
    #expect(tensor.floats == [1, -1])
  }

  @Test func makesBooleansOfAnyByte() throws {
    let tensor = try Tensor(
      npy: Self.file(
        "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", elements: [0, 1, 200]))
    #expect(tensor.withUnsafeBytes { Array($0) } == [0, 1, 1])
  }

  struct Malformed: Sendable, CustomTestStringConvertible {
    var bytes: [UInt8]
    var code: HewnError.Code
    var words: String
    var testDescription: String { words }
  }

  static func header(
    descr: String = "'<f4'", order: String = "False", shape: String = "(1,)"
  ) -> [UInt8] {
    file(
      "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }",
      elements: [0, 0, 0, 0])
  }

  static let malformed: [Malformed] = [
    Malformed(bytes: [], code: .invalidFile, words: "not a NumPy array file"),
    Malformed(bytes: Array("PK\u{3}\u{4}".utf8), code: .invalidFile, words: "not a NumPy"),
    Malformed(
      bytes: Array(header().prefix(9)), code: .invalidFile, words: "ends within its header"),
    Malformed(
      bytes: Array(header().prefix(40)), code: .invalidFile, words: "ends within its header"),
    Malformed(bytes: file("", version: 4), code: .unsupported, words: "version 4.0"),
    Malformed(
      bytes: file("{}", version: 2, length: 1 << 30), code: .invalidFile,
      words: "beyond the limit"),
    Malformed(bytes: file("{}"), code: .invalidFile, words: "lacks descr"),
    Malformed(bytes: file("[]"), code: .invalidFile, words: "not a dictionary"),
    Malformed(bytes: file("{'a': 'b'"), code: .invalidFile, words: "missing \"}\""),
    Malformed(bytes: file("{'a': nan}"), code: .invalidFile, words: "unexpected value"),
    Malformed(bytes: file("{'a: 1}"), code: .invalidFile, words: "open string"),
    Malformed(bytes: file("{'a': [[]"), code: .invalidFile, words: "open list"),
    Malformed(bytes: file("{'a': 'b'} x"), code: .invalidFile, words: "text after"),
    Malformed(bytes: file("{'a': '', 'a': ''}"), code: .invalidFile, words: "twice"),
    Malformed(bytes: header(order: "'no'"), code: .invalidFile, words: "neither True nor False"),
    Malformed(bytes: header(order: "True", shape: "(1, 1)"), code: .unsupported, words: "Fortran"),
    Malformed(bytes: header(descr: "'>f4'"), code: .unsupported, words: "big-endian"),
    Malformed(bytes: header(descr: "'<c8'"), code: .unsupported, words: "convert them"),
    Malformed(bytes: header(descr: "'|O'"), code: .unsupported, words: "convert them"),
    Malformed(bytes: header(descr: "[('x', '<f4')]"), code: .unsupported, words: "structured"),
    Malformed(bytes: header(shape: "(-1,)"), code: .invalidFile, words: "extent"),
    Malformed(
      bytes: header(shape: "(99999999999999999999,)"), code: .invalidFile, words: "too large"),
    Malformed(
      bytes: header(shape: "(4611686018427387904, 4)"), code: .invalidFile, words: "2^40"),
    Malformed(
      bytes: header(shape: "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), code: .invalidFile, words: "rank"),
    Malformed(bytes: header(shape: "(2,)"), code: .invalidFile, words: "its header states 8"),
    Malformed(bytes: header(shape: "(0,)"), code: .invalidFile, words: "its header states 0"),
  ]

  @Test(arguments: malformed) func explainsMalformedFiles(_ test: Malformed) {
    let error = #expect(throws: HewnError.self) { try Tensor(npy: test.bytes) }
    #expect(error?.code == test.code)
    #expect(error?.message.contains(test.words) == true, "\(error?.message ?? "")")
  }

  @Test func survivesDamage() throws {
    let file = try Tensor.random(shape: [3, 4], seed: 1).npy()
    for seed in UInt64(0)..<2000 {
      var generator = SplitMix64(seed: seed)
      var damaged = file
      for _ in 0..<3 {
        damaged[Int.random(in: 6..<80, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      do {
        _ = try Tensor(npy: damaged)
      } catch let error as HewnError {
        #expect(
          error.code == .invalidFile || error.code == .unsupported, "seed \(seed): \(error)")
      }
    }
  }

  @Test func namesTheFileInErrors() {
    let error = #expect(throws: HewnError.self) { try Tensor(contentsOfNPY: "/nonexistent/a.npy") }
    #expect(error?.code == .io)
    #expect(error?.message.contains("/nonexistent/a.npy") == true)
  }
}
