internal import Tensors

/// What the kernels of convolutions on blocks execute: counted on the emulator, so that a number is of the kernel's
/// text and not of a GPU.
///
/// Instructions are those of a warp; a scheduler of a multiprocessor begins one in a cycle. Wavefronts are passes of
/// shared memory, without bank conflicts.
package struct BlockCostTable: Hashable, Sendable, Codable {
  /// What is counted apart.
  package struct Key: Hashable, Sendable, Codable {
    package var precision: BlockPrecision
    package var form: BlockTiling.Form
    /// Rows of a segment, and of a root group.
    package var height: Int

    package init(_ precision: BlockPrecision, _ form: BlockTiling.Form, _ height: Int) {
      self.precision = precision
      self.form = form
      self.height = height
    }

    /// Those of all kernels.
    package static let all: [Key] = BlockPrecision.allCases.flatMap { precision in
      [BlockTiling.Form.warp, .warpgroup].flatMap { form in
        form == .warpgroup && precision.element == .f32
          ? [] : [16, 32, 64].map { Key(precision, form, $0) }
      }
    }
  }

  /// base + perPixel · P, with the pixels of a warp or warpgroup.
  package struct Line: Hashable, Sendable, Codable {
    package var base: Double
    package var perPixel: Double

    package init(_ base: Double, _ perPixel: Double) {
      self.base = base
      self.perPixel = perPixel
    }

    package func callAsFunction(_ pixels: Int) -> Double { base + perPixel * Double(pixels) }
  }

  /// The counts of one key.
  package struct Entry: Hashable, Sendable, Codable {
    package var key: Key
    /// Instructions of each warp for a step of a segment.
    package var step: Line
    /// Wavefronts of each warp or warpgroup for a step: activations, weights, places of taps.
    package var activations: Line
    package var weights: Line
    package var offsets: Double
    /// Multiply-adds of tensor cores for a step and a pixel.
    package var products: Double
    /// Instructions of each warp for a segment of which a chunk has steps, beside them.
    package var segment: Double
    /// Instructions of each warp for a chunk of root groups of this height, and wavefronts of each warp or
    /// warpgroup, beside copies and segments.
    package var chunk: Double
    package var chunkWavefronts: Double
    /// The same for a block's start and end.
    package var block: Line
    package var blockWavefronts: Line

    package init(
      _ key: Key, step: Line, activations: Line, weights: Line, offsets: Double, products: Double,
      segment: Double, chunk: Double, chunkWavefronts: Double, block: Line, blockWavefronts: Line
    ) {
      self.key = key
      self.step = step
      self.activations = activations
      self.weights = weights
      self.offsets = offsets
      self.products = products
      self.segment = segment
      self.chunk = chunk
      self.chunkWavefronts = chunkWavefronts
      self.block = block
      self.blockWavefronts = blockWavefronts
    }

    /// Wavefronts of each warp or warpgroup for a step, without its activations.
    func packetWavefronts(pixels: Int) -> Double { weights(pixels) + offsets }
  }

  /// In the order of ``Key/all``.
  package var entries: [Entry]
  /// Instructions to copy 512 bytes of a plane, and of a packet.
  package var planeCopy: Double
  package var packetCopy: Double

  /// - Precondition: an entry for each of ``Key/all``, in order.
  package init(entries: [Entry], planeCopy: Double, packetCopy: Double) {
    precondition(entries.map(\.key) == Key.all, "entries of \(entries.map(\.key))")
    self.entries = entries
    self.planeCopy = planeCopy
    self.packetCopy = packetCopy
  }

  /// A checksum of all numbers.
  package var fingerprint: String {
    Fingerprint.hexadecimal(of: Array("\(entries) \(planeCopy) \(packetCopy)".utf8))
  }

  /// The counts for segments, or root groups, of a height that a tiling has.
  package func entry(_ tiling: BlockTiling, height: Int) -> Entry {
    let key = Key(tiling.precision, tiling.form, height)
    guard let entry = entries.first(where: { $0.key == key }) else {
      preconditionFailure("no kernel has \(key)")
    }
    return entry
  }
}
