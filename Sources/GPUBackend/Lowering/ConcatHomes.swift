internal import Graphs
internal import Tensors

/// Which values are computed where a `Concat` along channels wants them, so that it copies nothing.
///
/// With one group of 8 images, channels of a tensor are a run of its bytes, which any kernel can write. With several
/// groups they are a run in each, which kernels write that know the distance.
struct ConcatHomes {
  struct Home {
    /// The output of the `Concat`.
    var whole: ValueID
    /// Channels of it.
    var channels: Range<Int>
    /// Whether all images are one group.
    var isOneGroup: Bool
  }

  private var homes: [ValueID: Home] = [:]

  init(_ graph: Graph, _ nodes: [GPUNode]) {
    let producers = graph.producers()
    // From the last to the first, so that parts of parts lie in the outermost whole.
    for node in nodes.reversed() {
      let source = graph.nodes[node.index]
      guard let concat = source.op as? Concat, let output = source.outputs.first,
        concat.isOfChannels(node), concat.obstacle(for: node) == nil
      else { continue }
      var first = 0
      for (index, input) in source.inputs.enumerated() {
        guard let input, let shape = node.shape(ofInput: index) else { continue }
        let channels = first..<first + shape[1]
        first = channels.upperBound
        guard homes[input] == nil, graph[input].constant == nil, producers[input.index] != nil
        else { continue }
        homes[input] = Home(
          whole: output, channels: channels, isOneGroup: GPUTensor.groups(of: shape) == 1)
      }
    }
  }

  subscript(value: ValueID) -> Home? { homes[value] }
}
