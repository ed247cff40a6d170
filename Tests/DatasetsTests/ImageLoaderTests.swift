import Datasets
import Images
import TestSupport
import Tensors
import Testing

@Suite struct ImageLoaderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Twenty pictures, each of one value, in two folders.
  private func writeSet(damaged: Set<Int> = []) throws -> String {
    let zip = TinyZIP(
      (0..<20).map { index in
        var bytes = ImageSetTests.picture(UInt8(10 * index))
        if damaged.contains(index) { bytes[30] ^= 1 }
        return TinyZIP.Entry("\(index % 2)/\(100 + index).png", bytes)
      })
    return try scratch.write(zip.bytes, to: "set.zip")
  }

  /// The order of names: even ones first.
  static let order = (0..<10).map { 2 * $0 } + (0..<10).map { 2 * $0 + 1 }

  private var grey: Preprocessing {
    var result = Preprocessing()
    result.color = .gray
    result.scale = 0.5
    return result
  }

  @Test(arguments: [1, 2, 7]) func loadsInOrder(threads: Int) throws {
    let set = try ImageSet(contentsOf: try writeSet())
    var loader = ImageLoader(set, preprocessing: grey, inputSize: nil, threads: threads)
    var inputs: [ImageLoader.Input] = []
    for count in [1, 6, 6, 6, 6] {
      let next = try loader.next(count)
      #expect(next.count == min(count, 20 - inputs.count))
      inputs += next
    }
    #expect(
      inputs.map(\.planes.values) == Self.order.map { Array(repeating: Float(5 * $0), count: 4) })
    #expect(inputs.map(\.item.label) == Self.order.map { $0 % 2 })
    #expect(inputs[0].planes.width == 2 && inputs[0].planes.channels == 1)
    #expect(try loader.next(3).isEmpty && loader.skipped.isEmpty)
  }

  @Test func namesWhatCannotBeDecoded() throws {
    let path = try writeSet(damaged: [0, 2, 7])
    let set = try ImageSet(contentsOf: path)
    var strict = ImageLoader(set, preprocessing: grey, inputSize: nil, threads: 2)
    let error = #expect(throws: HewnError.self) { try strict.next(20) }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains("\(path), 0/100.png: ") == true, "\(error?.message ?? "")")

    var lenient = ImageLoader(
      set, preprocessing: grey, inputSize: nil, threads: 2, skipsBadImages: true)
    // As many as are asked for, although the first two cannot be decoded.
    #expect(
      try lenient.next(4).map(\.item.name) == ["0/104.png", "0/106.png", "0/108.png", "0/110.png"])
    #expect(try lenient.next(20).count == 13)
    #expect(lenient.skipped.map(\.code) == [.invalidFile, .invalidFile, .invalidFile])
    #expect(lenient.skipped.last?.message.contains("1/107.png") == true)
  }

  @Test func explainsSizesThatDoNotFit() throws {
    let zip = TinyZIP([
      TinyZIP.Entry("0/a.png", TinyPNG.bytes(width: 2, height: 1, channels: 1, samples: [1, 2])),
      TinyZIP.Entry("1/b.png", TinyPNG.bytes(width: 1, height: 2, channels: 1, samples: [1, 2])),
    ])
    let set = try ImageSet(contentsOf: try scratch.write(zip.bytes, to: "set.zip"))
    var loader = ImageLoader(
      set, preprocessing: grey, inputSize: nil, threads: 1, skipsBadImages: true)
    let error = #expect(throws: HewnError.self) { try loader.next(2) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("1/b.png: 1×2") == true, "\(error?.message ?? "")")

    // A crop that no picture has room for is no fault of the picture, and never skipped.
    var cropping = grey
    cropping.resize = .none
    cropping.crop = .exact(PixelSize(width: 2, height: 2))
    loader = ImageLoader(
      set, preprocessing: cropping, inputSize: nil, threads: 1, skipsBadImages: true)
    let cropError = #expect(throws: HewnError.self) { try loader.next(2) }
    #expect(cropError?.code == .invalidArgument)
    #expect(cropError?.message.contains("0/a.png: ") == true, "\(cropError?.message ?? "")")
  }
}
