import GPUKernels

extension BlockCostTable {
  /// The file of the built-in table.
  package var swiftSource: String {
    let lines = entries.map { entry in
      let key = "Key(.\(entry.key.precision), .\(entry.key.form), \(entry.key.height))"
      return """
              Entry(
                \(key), step: \(entry.step.source), activations: \(entry.activations.source),
                weights: \(entry.weights.source), offsets: \(entry.offsets), products: \(entry.products),
                segment: \(entry.segment), chunk: \(entry.chunk),
                chunkWavefronts: \(entry.chunkWavefronts), block: \(entry.block.source),
                blockWavefronts: \(entry.blockWavefronts.source)),
        """
    }
    return """
      // Made by `gpu-check costs --swift`.

      extension BlockCostTable {
        /// What the kernels execute as they are: to be made anew with them.
        package static let builtIn = BlockCostTable(
          entries: [
      \(lines.joined(separator: "\n"))
          ], planeCopy: \(planeCopy), packetCopy: \(packetCopy))
      }

      """
  }
}

extension BlockCostTable.Line {
  fileprivate var source: String { "Line(\(base), \(perPixel))" }
}
