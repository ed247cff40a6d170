internal import Graphs

/// A graph as it is lowered: its first nodes for one image, and the others for the whole batch.
struct GraphParts {
  /// Some consecutive nodes, and what they are lowered with.
  struct Part {
    /// These nodes as a graph of its own, whose values keep their places.
    let graph: Graph
    /// The positions of the nodes in the whole graph.
    let nodes: Range<Int>
    /// One for each node.
    let contexts: [NodeContext]
    /// How often the steps run for the whole batch.
    let runs: Int
  }

  /// `nil` where no nodes run image by image.
  let front: Part?
  let rest: Part
  /// The nodes of the whole graph, for the whole batch.
  let contexts: [NodeContext]
  let imageCount: Int
  /// Whether threads take images of the front, and not parts of its steps.
  let sharesImages: Bool

  /// - Parameter nodesByImage: how many nodes the front has; at most as many as can be separated.
  init(_ nodes: SeparableNodes, nodesByImage: Int, target: NodeContext.Target) {
    let (front, rest) = nodes.cut(after: nodesByImage)
    contexts = Self.contexts(nodes.graph, target: target)
    imageCount = nodes.imageCount
    sharesImages =
      nodesByImage > 0 && ImageFront.sharesImages(nodes.imageCount, threads: target.threads)
    var own = target
    if sharesImages { own.threads = 1 }
    self.front =
      nodesByImage > 0
      ? Part(
        graph: front, nodes: 0..<nodesByImage, contexts: Self.contexts(front, target: own),
        runs: nodes.imageCount) : nil
    self.rest = Part(
      graph: rest, nodes: nodesByImage..<nodes.graph.nodes.count,
      contexts: Array(contexts[nodesByImage...]), runs: 1)
  }

  private static func contexts(_ graph: Graph, target: NodeContext.Target) -> [NodeContext] {
    graph.nodes.map { node in
      NodeContext(
        label: node.label, inputs: node.inputs.map { $0.map { Operand(graph[$0]) } },
        outputs: node.outputs.map { graph[$0].type }, target: target)
    }
  }
}
