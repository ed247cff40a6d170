import Datasets
import Images
import TestSupport
import Tensors
import Testing

@Suite struct ImageArraysTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  static func array(
    _ type: ElementType, _ shape: [Int], _ bytes: [UInt8]
  ) -> [UInt8] {
    NPYHeader(elementType: type, shape: shape).encoded() + bytes
  }

  private func write(_ arrays: [(String, [UInt8])], isDeflated: Bool = false) throws -> String {
    let zip = TinyZIP(
      try arrays.map { name, bytes in
        isDeflated
          ? TinyZIP.Entry(name + ".npy", bytes, deflated: try deflated(bytes))
          : TinyZIP.Entry(name + ".npy", bytes)
      })
    return try scratch.write(zip.bytes, to: "set.npz")
  }

  @Test(arguments: [[], [1], [3]], [false, true])
  func readsPictures(channels: [Int], isDeflated: Bool) throws {
    let (count, height, width) = (7, 3, 2)
    let itemCount = height * width * (channels.first ?? 1)
    let pixels = (0..<(count * itemCount)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try write(
      [
        ("other", Self.array(.float64, [1], [0, 0, 0, 0, 0, 0, 0, 0])),
        ("x", Self.array(.uint8, [count, height, width] + channels, pixels)),
        ("y", Self.array(.int16, [count, 1], (0..<count).flatMap { [UInt8($0 * 2), 1] })),
      ], isDeflated: isDeflated)
    var set = try ImageSet(contentsOf: path)
    #expect(set.items.map(\.label) == (0..<count).map { 256 + 2 * $0 })
    #expect(set.items.map(\.name) == (0..<count).map { "x[\($0)]" })

    set.keep(3)
    var preprocessing = Preprocessing()
    preprocessing.color = channels == [3] ? .rgb : .gray
    var loader = ImageLoader(set, preprocessing: preprocessing, inputSize: nil, threads: 2)
    let inputs = try loader.next(2) + loader.next(2)
    #expect(try loader.next(1).isEmpty)
    #expect(inputs.map(\.item.name) == ["x[0]", "x[2]", "x[4]"])
    for (input, index) in zip(inputs, [0, 2, 4]) {
      let image = Image(
        width: width, height: height, channels: channels.first ?? 1,
        pixels: Array(pixels[(index * itemCount)..<((index + 1) * itemCount)]))
      #expect(input.planes == (try preprocessing.planes(of: image, inputSize: nil)), "\(index)")
    }
  }

  @Test(arguments: ElementType.allCases) func readsLabels(_ type: ElementType) throws {
    guard type != .bfloat16 else { return }
    let zeros = [UInt8](repeating: 0, count: type.byteCount - 1)
    let path = try write([
      ("x_test", Self.array(.uint8, [2, 1, 1], [0, 0])),
      ("y_test", Self.array(type, [2], [1] + zeros + [0] + zeros)),
    ])
    guard !type.isFloatingPoint, type != .bool else {
      let error = #expect(throws: HewnError.self) { try ImageSet(contentsOf: path) }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("labels are integers") == true)
      return
    }
    #expect(try ImageSet(contentsOf: path).items.map(\.label) == [1, 0])
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var words: String
    var code = HewnError.Code.invalidFile
    var x = ImageArraysTests.array(.uint8, [2, 1, 2], [1, 2, 3, 4])
    var y = ImageArraysTests.array(.uint8, [2], [0, 1])
    var names = ("x", "y")
    var testDescription: String { words }
  }

  static let wrongs: [Wrong] = [
    Wrong(words: "\"a\", \"y\"", code: .invalidArgument, names: ("a", "y")),
    Wrong(
      words: "float32", code: .unsupported, x: array(.float32, [2, 1], [1, 2, 3, 4, 5, 6, 7, 8])),
    Wrong(words: "pictures are uint8", code: .unsupported, x: array(.uint8, [4], [1, 2, 3, 4])),
    Wrong(
      words: "pictures are uint8", code: .unsupported,
      x: array(.uint8, [2, 1, 1, 2], [1, 2, 3, 4])),
    Wrong(words: "its header states 8", x: array(.uint8, [2, 2, 2], [1, 2, 3, 4])),
    Wrong(words: "holds no pictures", x: array(.uint8, [0, 1, 2], [])),
    Wrong(words: "2^40", x: array(.uint8, [0, 1 << 39, 1 << 39], [])),
    Wrong(words: "2^40", x: array(.uint8, [2, 1 << 39, 1 << 39], [1])),
    Wrong(words: "not a NumPy", x: [1, 2, 3]),
    Wrong(words: "need [2]", y: array(.uint8, [3], [0, 1, 2])),
    Wrong(words: "another length", y: array(.int32, [2], [0, 1])),
    Wrong(words: "no class", y: array(.int8, [2], [0, 255])),
    Wrong(words: "not a NumPy", y: []),
  ]

  @Test(arguments: wrongs) func explains(_ wrong: Wrong) throws {
    let path = try write([(wrong.names.0, wrong.x), (wrong.names.1, wrong.y)])
    let error = #expect(throws: HewnError.self) { try ImageSet(contentsOf: path) }
    #expect(error?.code == wrong.code)
    #expect(error?.message.contains(wrong.words) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix(path) == true, "\(error?.message ?? "")")
  }

  @Test func readsPicturesWithoutLabelsWhereAsked() throws {
    let x = Wrong(words: "").x
    let path = try write([("images", x)])
    #expect(throws: HewnError.self) { try ImageSet(contentsOf: path) }
    let set = try ImageSet(contentsOf: path, requiresLabels: false)
    #expect(set.items.map(\.name) == ["images[0]", "images[1]"])
    #expect(set.items.allSatisfy { $0.label == nil })
    #expect(set.labelObstacle == "\(path) holds no array of labels")
    // Labels that are there are read, and must be right.
    let labelled = try write([("x", x), ("y", Wrong(words: "").y)])
    let items = try ImageSet(contentsOf: labelled, requiresLabels: false).items
    #expect(items.map(\.label) == [0, 1])
    let wrong = try write([("x", x), ("y", Self.array(.int8, [2], [0, 255]))])
    #expect(throws: HewnError.self) { try ImageSet(contentsOf: wrong, requiresLabels: false) }
  }

  @Test func refusesOtherLabels() throws {
    let wrong = Wrong(words: "")
    let path = try write([("x", wrong.x), ("y", wrong.y)])
    let error = #expect(throws: HewnError.self) { try ImageSet(contentsOf: path, classes: ["a"]) }
    #expect(error?.code == .invalidArgument)
  }

  @Test func survivesMutations() throws {
    let wrong = Wrong(words: "")
    let zip = TinyZIP([
      TinyZIP.Entry("x.npy", wrong.x, deflated: try deflated(wrong.x)),
      TinyZIP.Entry("y.npy", wrong.y),
    ])
    for seed in UInt64(0)..<2000 {
      var generator = SplitMix64(seed: seed)
      // Before the archive is made, so that checksums fit, or after.
      var damaged = zip
      var bytes: [UInt8]
      if seed % 2 == 0 {
        let content = Mutation.apply(to: seed % 4 == 0 ? wrong.x : wrong.y, using: &generator)
        damaged.entries[seed % 4 == 0 ? 0 : 1] = TinyZIP.Entry(
          seed % 4 == 0 ? "x.npy" : "y.npy", content)
        bytes = damaged.bytes
      } else {
        bytes = Mutation.apply(to: zip.bytes, using: &generator)
      }
      let path = try scratch.write(bytes, to: "set.npz")
      do throws(HewnError) {
        let set = try ImageSet(contentsOf: path)
        var loader = ImageLoader(
          set, preprocessing: Preprocessing(), inputSize: nil, threads: 1)
        let count = try loader.next(10).count
        #expect(count == set.items.count, "seed \(seed)")
      } catch {
        let codes: [HewnError.Code] = [.invalidFile, .unsupported, .invalidArgument]
        #expect(codes.contains(error.code), "seed \(seed): \(error)")
      }
    }
  }
}
