internal import Graphs
internal import Tensors

/// Collects the patches of one sweep and applies them together.
///
/// Each patch states that its new values equal the old ones in the graph as the pass saw it. So
/// patches of one sweep can be applied together in any number, as long as none does work that
/// another has replaced; one that would waits for the next sweep.
///
/// Every claim of a patch is checked; one that does not hold is an `internal` error that names the
/// pass and the node. Collecting and applying take time linear in the graph.
struct GraphRewriter {
  private let view: GraphView
  private let pass: String
  private var patches: [(node: Int, patch: Patch)] = []
  /// Nodes that a collected patch replaces or absorbs.
  private var isTaken: [Bool]
  /// Existing values that take the place of an output of the graph.
  private var newOutputs: Set<ValueID> = []

  init(_ view: GraphView, pass: String) {
    self.view = view
    self.pass = pass
    isTaken = [Bool](repeating: false, count: view.graph.nodes.count)
  }

  var isEmpty: Bool { patches.isEmpty }

  /// Collects a patch.
  ///
  /// - Returns: whether it was taken; `false` means that it must wait for the next sweep.
  /// - Throws: `internal` for a patch that contradicts itself or the graph.
  mutating func collect(_ patch: Patch, at node: Int) throws -> Bool {
    try check(patch, at: node)
    if isTaken[node] || patch.absorbed.contains(where: { isTaken[$0] }) { return false }
    for (old, new) in patch.replacements where view.isGraphOutput(old) && new.index < patch.base {
      let producerIsTaken = view.producer(of: new).map { isTaken[$0] } ?? false
      if producerIsTaken || newOutputs.contains(new) { return false }
    }
    for (old, new) in patch.replacements where view.isGraphOutput(old) { newOutputs.insert(new) }
    for taken in patch.absorbed + [node] { isTaken[taken] = true }
    patches.append((node, patch))
    return true
  }

  /// Throws unless the patch keeps types, replaces what is needed, and reads only what is
  /// computed before the node.
  private func check(_ patch: Patch, at node: Int) throws {
    let outputs = view.node(node).outputs
    var available = patch.values.map { $0.constant != nil }
    func isAvailable(_ id: ValueID) -> Bool {
      if id.index >= patch.base { return available[id.index - patch.base] }
      return view.producer(of: id).map { $0 < node } ?? true
    }
    for added in patch.nodes {
      for case let input? in added.inputs where !isAvailable(input) {
        throw failure("\(added.label) reads \"\(patch[input].name)\" before it is computed", node)
      }
      for output in added.outputs { available[output.index - patch.base] = true }
    }
    for (old, new) in patch.replacements {
      guard outputs.contains(old) else {
        throw failure("replaces \"\(view[old].name)\", an output of another node", node)
      }
      guard isAvailable(new) else {
        throw failure("uses \"\(patch[new].name)\" before it is computed", node)
      }
      guard view[old].type == patch[new].type else {
        throw failure(
          "changes \"\(view[old].name)\" from \(view[old].type) to \(patch[new].type)", node)
      }
      guard new.index >= patch.base || view.canReplace(old, by: new) else {
        throw failure("takes the name of the output \"\(view[old].name)\" from the graph", node)
      }
    }
    for output in outputs where view.isNeeded(output) {
      let count = patch.replacements.count { $0.old == output }
      guard count == 1 else {
        throw failure("replaces \"\(view[output].name)\" \(count) times, not once", node)
      }
    }
  }

  /// The graph with all collected patches applied, and without what nobody needs any more.
  func apply() throws -> Graph {
    var graph = view.graph
    var standsFor = [ValueID?](repeating: nil, count: graph.values.count)
    var addedNodes = [[Node]?](repeating: nil, count: graph.nodes.count)
    for (index, patch) in patches {
      let offset = graph.values.count - patch.base
      func relocated(_ id: ValueID) -> ValueID {
        id.index < patch.base ? id : ValueID(index: id.index + offset)
      }
      graph.values += patch.values
      addedNodes[index] = patch.nodes.map { node in
        var node = node
        node.inputs = node.inputs.map { $0.map(relocated) }
        node.outputs = node.outputs.map(relocated)
        return node
      }
      for (old, new) in patch.replacements {
        let new = relocated(new)
        standsFor[old.index] = new
        if new.index >= view.graph.values.count || view.isGraphOutput(old) {
          graph[new].name = graph[old].name
          graph[new].constant = graph[new].constant ?? graph[old].constant
        }
      }
    }
    func resolved(_ id: ValueID) -> ValueID {
      var last = id
      while last.index < standsFor.count, let next = standsFor[last.index] { last = next }
      // Shorter next time: removed nodes may stand in long chains.
      var id = id
      while id.index < standsFor.count, let next = standsFor[id.index] {
        standsFor[id.index] = last
        id = next
      }
      return last
    }
    var nodes: [Node] = []
    nodes.reserveCapacity(graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      for var node in addedNodes[index] ?? [node] {
        node.inputs = node.inputs.map { $0.map(resolved) }
        nodes.append(node)
      }
    }
    graph.nodes = nodes
    graph.outputs = graph.outputs.map(resolved)
    let isNeeded = graph.neededValues()
    for (node, patch) in patches {
      for absorbed in patch.absorbed
      where view.node(absorbed).outputs.contains(where: { isNeeded[$0.index] }) {
        throw failure("absorbs \(view.node(absorbed).label), which is used elsewhere", node)
      }
    }
    let replacing = Set(standsFor.compactMap { $0 })
    return graph.compacted(
      to: isNeeded,
      keepingNamesOf: { $0.index < view.graph.values.count || replacing.contains($0) })
  }

  private func failure(_ message: String, _ node: Int) -> HewnError {
    HewnError(.internal, "pass \(pass): \(message)", node: view.node(node).label)
  }
}
