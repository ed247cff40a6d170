package import Graphs
package import Tensors

extension DepthToSpace: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let shape = outputs[0].shape
    let result = try inputs.required(0).rearranged(to: shape) { c, h, w in
      let block = h % blockSize * blockSize + w % blockSize
      let channel =
        switch mode {
        case .depthColumnRow: block * shape[1] + c
        case .columnRowDepth: c * blockSize * blockSize + block
        }
      return (channel, h / blockSize, w / blockSize)
    }
    return [result]
  }
}

extension SpaceToDepth: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let result = try x.rearranged(to: outputs[0].shape) { channel, h, w in
      let (block, c) = channel.quotientAndRemainder(dividingBy: x.shape[1])
      return (c, h * blockSize + block / blockSize, w * blockSize + block % blockSize)
    }
    return [result]
  }
}

extension Tensor {
  /// Makes a tensor N×C×H×W whose element (n, c, h, w) is this one's (n, `source(c, h, w)`).
  fileprivate func rearranged(
    to result: Shape, _ source: (_ c: Int, _ h: Int, _ w: Int) -> (c: Int, h: Int, w: Int)
  ) throws -> Tensor {
    let strides = shape.strides
    var indices: [Int] = []
    indices.reserveCapacity(result.elementCount)
    for n in 0..<result[0] {
      for c in 0..<result[1] {
        for h in 0..<result[2] {
          for w in 0..<result[3] {
            let place = source(c, h, w)
            indices.append(
              n * strides[0] + place.c * strides[1] + place.h * strides[2] + place.w * strides[3])
          }
        }
      }
    }
    return try gathering(SourceIndices(indices), result)
  }
}

extension Col2Im: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let columns = try geometry(for: inputs.operands)
    let image = Shape(columns.image)
    let (block, counts) = (Shape(columns.block), Shape(columns.counts))
    // Where each element of one channel's columns is added.
    var places: [Int] = []
    var tap = [Int](repeating: 0, count: block.rank)
    for _ in 0..<block.elementCount {
      var position = [Int](repeating: 0, count: counts.rank)
      for _ in 0..<counts.elementCount {
        let coordinates = position.indices.map { axis in
          position[axis] * columns.strides[axis] - columns.padBegin[axis]
            + tap[axis] * columns.dilations[axis]
        }
        let isInside = zip(coordinates, columns.image).allSatisfy { (0..<$1).contains($0) }
        let place = zip(coordinates, image.strides).reduce(0) { $0 + $1.0 * $1.1 }
        places.append(isInside ? place : SourceIndices.outside)
        counts.advance(&position)
      }
      block.advance(&tap)
    }
    let all = (0..<outputs[0].shape[0] * columns.channels).flatMap { plane in
      places.map { $0 == SourceIndices.outside ? $0 : plane * image.elementCount + $0 }
    }
    let zeros = try Tensor(type: TensorType(x.element, outputs[0].shape)) { _ in }
    return [try zeros.scattering(x, at: all, by: .add)]
  }
}
