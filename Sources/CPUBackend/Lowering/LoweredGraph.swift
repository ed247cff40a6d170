package import Graphs
package import Tensors

/// A graph whose values have layouts: conversions are explicit, pitches are settled.
///
/// The result of the layout pass. Each value has a home buffer, written by its producer, and a copy
/// for every other layout that a consumer demands; consumers that agree share the copy.
package struct LoweredGraph: Sendable {
  /// One step to come: a node of the graph, or a conversion between two buffers.
  package enum Operation: Sendable {
    case node(Int)
    case convert
  }

  package struct Step: Sendable {
    package var operation: Operation
    /// Buffers by input; `nil` for missing and constant inputs.
    package var inputs: [Int?]
    package var outputs: [Int]
  }

  package var buffers: [Buffer] = []
  /// The buffer that holds a buffer's floats: another one for a buffer that is a reshaped view, or some of
  /// another's channels.
  package var storage: [Int] = []
  /// The phases of each buffer that are read, counted row by row; `nil` for all. Conversions write no
  /// others.
  package var readPhases: [Set<Int>?] = []
  package var steps: [Step] = []
  /// The buffers of the graph's inputs, row-major.
  package var inputs: [Int] = []
  /// Where each output of the graph is found.
  package var outputs: [OutputSource] = []

  package enum OutputSource: Sendable {
    case buffer(Int)
    case constant(Tensor)
  }
}

/// Assigns layouts; see ``LoweredGraph``.
package struct LayoutAssignment {
  /// A layout that consumers ask for; the key under which they share a copy.
  private struct Form: Hashable {
    var isPlanes: Bool
    var verticalPhases = 1
    var horizontalPhases = 1
    var lanes = 1

    var isSplit: Bool { verticalPhases > 1 || horizontalPhases > 1 }
  }

  private let graph: Graph
  private let contexts: [NodeContext]
  private var lowered = LoweredGraph()
  /// Home form and copies of each value, by value index.
  private var copies: [[Form: Int]]
  private var homes: [Form?]
  private var halos: [PlanesLayout.Halo] = []
  private var forms: [Form] = []
  /// The buffer that a buffer's planes are part of, and their first channel there.
  private var wholes: [Int: (buffer: Int, firstChannel: Int)] = [:]
  /// Union-find over buffers that must have one pitch.
  private var pitchParents: [Int] = []

  private init(_ graph: Graph, _ contexts: [NodeContext]) {
    self.graph = graph
    self.contexts = contexts
    copies = Array(repeating: [:], count: graph.values.count)
    homes = Array(repeating: nil, count: graph.values.count)
  }

  /// - Parameter contexts: one for each node of the graph.
  /// - Throws: `unsupported` for a node that the CPU cannot run, `outOfMemory` for tensors beyond
  ///   the size limit.
  package static func assign(
    _ graph: Graph, contexts: [NodeContext]
  ) throws(HewnError) -> LoweredGraph {
    var assignment = LayoutAssignment(graph, contexts)
    return try assignment.run()
  }

  private mutating func run() throws(HewnError) -> LoweredGraph {
    for input in graph.inputs {
      lowered.inputs.append(makeHome(input, Form(isPlanes: false)))
    }
    // A node whose outputs are all known has nothing to do.
    for (index, node) in graph.nodes.enumerated()
    where !node.outputs.allSatisfy({ graph[$0].constant != nil }) {
      do {
        try lower(node, index)
      } catch {
        throw error.at(node: node.label)
      }
    }
    for output in graph.outputs {
      if homes[output.index] == nil, let constant = graph[output].constant {
        lowered.outputs.append(.constant(constant))
      } else {
        lowered.outputs.append(.buffer(buffer(of: output, in: Form(isPlanes: false))))
      }
    }
    try settlePlanes()
    return lowered
  }

  private mutating func lower(_ node: Node, _ index: Int) throws(HewnError) {
    guard let op = node.op as? any CPUOperator else {
      throw HewnError(.unsupported, "the CPU backend has no \(node.op.name)")
    }
    let demands =
      op.reasonToEvaluate(contexts[index]) == nil
      ? try op.layouts(for: contexts[index]) : .plain(contexts[index])
    if joinInPlace(node, demands) || splitInPlace(node) { return }
    if let view = view(of: node, demands) {
      homes[node.outputs[0].index] = Form(isPlanes: false)
      copies[node.outputs[0].index][Form(isPlanes: false)] = view
      return
    }
    var inputs: [Int?] = []
    var shared: [Int] = []
    for (position, input) in node.inputs.enumerated() {
      guard let input, graph[input].constant == nil else {
        inputs.append(nil)
        continue
      }
      switch demands.inputs[position] {
      case .plain:
        inputs.append(buffer(of: input, in: Form(isPlanes: false)))
      case .planes(let halo, let vertical, let horizontal, let pitch, let lanes, let read):
        let form = Form(
          isPlanes: true, verticalPhases: vertical, horizontalPhases: horizontal, lanes: lanes)
        let buffer = buffer(of: input, in: form)
        halos[buffer] = halos[buffer].union(halo)
        if let read {
          lowered.readPhases[buffer]?.formUnion(read)
        } else {
          lowered.readPhases[buffer] = nil
        }
        if pitch == .sharedWithOutput { shared.append(buffer) }
        inputs.append(buffer)
      }
    }
    var outputs: [Int] = []
    for (position, output) in node.outputs.enumerated() {
      switch demands.outputs[position] {
      case .plain:
        outputs.append(makeHome(output, Form(isPlanes: false)))
      case .planes(let vertical, let horizontal, let lanes):
        let form = Form(
          isPlanes: true, verticalPhases: vertical, horizontalPhases: horizontal, lanes: lanes)
        let buffer = makeHome(output, form)
        for other in shared { unite(other, buffer) }
        outputs.append(buffer)
      }
    }
    lowered.steps.append(
      LoweredGraph.Step(operation: .node(index), inputs: inputs, outputs: outputs))
  }

  /// The row-major buffer that a reshaping node's output shares with its input.
  private mutating func view(of node: Node, _ demands: LayoutDemands) -> Int? {
    guard node.op is Reshape || node.op is Flatten || node.op is Squeeze || node.op is Unsqueeze,
      let input = node.inputs.first ?? nil, graph[input].constant == nil
    else { return nil }
    let source = buffer(of: input, in: Form(isPlanes: false))
    return addBuffer(
      graph[node.outputs[0]], Form(isPlanes: false), storage: lowered.storage[source])
  }

  /// Lets the producers of tensors whose channels are joined write them where they belong.
  ///
  /// - Returns: whether that is possible: all lie in planes as the result does, each is joined once, and
  ///   none is part of another tensor yet.
  private mutating func joinInPlace(_ node: Node, _ demands: LayoutDemands) -> Bool {
    guard let op = node.op as? Concat, case .planes(1, 1, let lanes) = demands.outputs[0],
      (try? graph[node.outputs[0]].type.shape.normalized(axis: op.axis)) == 1
    else { return false }
    let form = Form(isPlanes: true, lanes: lanes)
    let parts = node.inputs.compactMap { input in
      input.flatMap { homes[$0.index] == form ? copies[$0.index][form] : nil }
    }
    guard parts.count == node.inputs.count, Set(parts).count == parts.count,
      parts.allSatisfy({ wholes[$0] == nil })
    else { return false }
    let whole = makeHome(node.outputs[0], form)
    var channel = 0
    for part in parts { channel = makePart(part, of: whole, at: channel) }
    return true
  }

  /// Lets the consumers of tensors that are some channels of another one read them there.
  private mutating func splitInPlace(_ node: Node) -> Bool {
    guard let op = node.op as? Split, let input = node.inputs[0], let form = homes[input.index],
      form.isPlanes, !form.isSplit, let whole = copies[input.index][form],
      (try? graph[input].type.shape.normalized(axis: op.axis)) == 1
    else { return false }
    var channel = 0
    for output in node.outputs {
      channel = makePart(makeHome(output, form), of: whole, at: channel)
    }
    return true
  }

  /// - Returns: the channel after it.
  private mutating func makePart(_ part: Int, of whole: Int, at channel: Int) -> Int {
    wholes[part] = (whole, channel)
    unite(part, whole)
    return channel + lowered.buffers[part].shape[1]
  }

  private mutating func makeHome(_ value: ValueID, _ form: Form) -> Int {
    let buffer = addBuffer(graph[value], form, storage: nil)
    homes[value.index] = form
    copies[value.index][form] = buffer
    return buffer
  }

  /// The copy of a value in a form; adds the conversion where there is none yet.
  private mutating func buffer(of value: ValueID, in form: Form) -> Int {
    if let buffer = copies[value.index][form] { return buffer }
    guard let home = homes[value.index], let source = copies[value.index][home] else {
      preconditionFailure("value \(graph[value].name) has no producer")
    }
    let copy = addBuffer(graph[value], form, storage: nil)
    lowered.steps.append(
      LoweredGraph.Step(operation: .convert, inputs: [source], outputs: [copy]))
    copies[value.index][form] = copy
    return copy
  }

  private mutating func addBuffer(_ value: Value, _ form: Form, storage: Int?) -> Int {
    let index = lowered.buffers.count
    lowered.buffers.append(Buffer(name: value.name, type: value.type, layout: .plain))
    lowered.storage.append(storage ?? index)
    lowered.readPhases.append(form.isSplit ? [] : nil)
    forms.append(form)
    halos.append(PlanesLayout.Halo())
    pitchParents.append(index)
    return index
  }

  private mutating func root(_ buffer: Int) -> Int {
    var root = buffer
    while pitchParents[root] != root { root = pitchParents[root] }
    var next = buffer
    while pitchParents[next] != root { (next, pitchParents[next]) = (pitchParents[next], root) }
    return root
  }

  private mutating func unite(_ lhs: Int, _ rhs: Int) { pitchParents[root(lhs)] = root(rhs) }

  /// Gives every planes buffer its layout: the pitch is the least that serves its whole class.
  private mutating func settlePlanes() throws(HewnError) {
    // The halo and the storage of a whole are those of its parts.
    let parts = Array(wholes.keys).map { (part: $0, place: place(of: $0)) }
    for (part, place) in parts {
      halos[place.buffer] = halos[place.buffer].union(halos[part])
      lowered.storage[part] = place.buffer
    }
    var pitches: [Int: Int] = [:]
    var extents: [(buffer: Int, PlaneExtents)] = []
    for buffer in lowered.buffers.indices where forms[buffer].isPlanes {
      let planes = try PlaneExtents(lowered.buffers[buffer])
      extents.append((buffer, planes))
      let least = PlanesLayout.minimumPitch(
        width: planes.width, halo: halos[buffer], phases: forms[buffer].horizontalPhases)
      let root = root(buffer)
      pitches[root] = max(pitches[root] ?? 0, least)
    }
    for (buffer, planes) in extents where wholes[buffer] == nil {
      let form = forms[buffer]
      let pitch = pitches[root(buffer)] ?? planes.width
      try planes.checkSize(
        pitch: pitch, halo: halos[buffer], form.verticalPhases, form.horizontalPhases,
        lanes: form.lanes, name: lowered.buffers[buffer].name)
      lowered.buffers[buffer].layout = .planes(
        PlanesLayout(
          images: planes.images, channels: planes.channels, height: planes.height,
          width: planes.width, halo: halos[buffer], pitch: pitch,
          phases: (form.verticalPhases, form.horizontalPhases), lanes: form.lanes))
    }
    for (part, place) in parts {
      guard case .planes(let whole) = lowered.buffers[place.buffer].layout else { continue }
      let channels = lowered.buffers[part].shape[1]
      lowered.buffers[part].layout = .planes(
        whole.part(channels: place.firstChannel..<place.firstChannel + channels))
    }
  }

  /// The buffer that is part of no other one, and a buffer's first channel there.
  private mutating func place(of buffer: Int) -> (buffer: Int, firstChannel: Int) {
    var place = (buffer: buffer, firstChannel: 0)
    var path: [(buffer: Int, firstChannel: Int)] = []
    while let whole = wholes[place.buffer] {
      path.append(place)
      place = (whole.buffer, place.firstChannel + whole.firstChannel)
    }
    // Shortcuts, so that long chains of parts are no work for each of them.
    for step in path {
      wholes[step.buffer] = (place.buffer, place.firstChannel - step.firstChannel)
    }
    return place
  }
}

/// A shape seen as images × channels × height × width.
private struct PlaneExtents {
  let images: Int
  let channels: Int
  let height: Int
  let width: Int

  init(_ buffer: Buffer) throws(HewnError) {
    let shape = buffer.shape
    guard shape.rank == 3 || shape.rank == 4 else {
      throw HewnError(.internal, "\(buffer.name) of shape \(shape) cannot lie in planes")
    }
    images = shape[0]
    channels = shape[1]
    height = shape.rank == 4 ? shape[2] : 1
    width = shape[shape.rank - 1]
  }

  /// The most floats of one tensor in planes: 2^36, 256 GiB.
  private static let floatLimit = 0x1p36

  /// Rejects layouts whose size is beyond the limit, before integer arithmetic on it.
  func checkSize(
    pitch: Int, halo: PlanesLayout.Halo, _ vertical: Int, _ horizontal: Int, lanes: Int,
    name: String
  ) throws(HewnError) {
    let rows = Double(height) / Double(vertical) + Double(max(halo.top, halo.bottom)) + 2
    let plane = rows * (Double(pitch) + 16) + 64
    let floats =
      Double(images.roundedUp(to: lanes)) * (Double(channels) * Double(vertical * horizontal) + 1)
      * plane
    guard floats < Self.floatLimit else {
      throw HewnError(
        .outOfMemory, "\(name) would take \(Int(saturating: floats * 4 / 1e9)) GB with its padding")
    }
  }
}
