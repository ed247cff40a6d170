internal import CPUBackend
internal import GPUKernels
internal import Passes
internal import Runtime
internal import Tensors

/// The plan as the metadata of a file hold it, in JSON: everything but the tensors.
struct PlanDocument: Codable {
  var origin: ModelOrigin
  var engine: Engine
  var threads: Int
  var passes: [PassReport]
  var graph: GraphDocument
  /// One of the two.
  var cpu: CPUDocument?
  var gpu: GPUDocument?
}

/// A `CompiledForCPU`.
struct CPUDocument: Codable {
  var instructionSet: InstructionSet
  var processor: String?
  var costs: CostOrigin?
  var partCost: Double?
  /// How many of the first nodes run image by image.
  var nodesByImage: Int
  var layers: [LayerDocument]
}

/// A `CompiledForGPU`.
struct GPUDocument: Codable {
  var isEmulated: Bool
  var gpu: String
  /// The `rawValue` of the `KernelIR.Target`.
  var generation: String
  var precision: Precision
  var evaluatesOnHost: Bool
  var nodes: [ChoiceDocument]
}

/// A `ConvolutionChoice`.
struct ChoiceDocument: Codable {
  /// The position of the node.
  var node: Int
  var matrix: MatrixReport
  var sparseSeconds: Double?
  var denseSeconds: Double
  var parts: [PartDocument]
}

/// A `ConvolutionChoice.Part`.
struct PartDocument: Codable {
  /// One of the two.
  var blocks: BlockTiling?
  var leaves: LeafTiling?
  /// As `CoverWords` has them; `nil` of a dense choice.
  var covers: TensorReference?
}

/// A tensor of the file.
struct TensorReference: Codable {
  var tensor: String
  var checksum: UInt32
}

/// A `Graph`; values are named by their position.
struct GraphDocument: Codable {
  struct Value: Codable {
    var name: String
    var type: TensorType
    var constant: TensorReference?
  }

  struct Node: Codable {
    var name: String
    var op: OperatorDocument
    var inputs: [Int?]
    var outputs: [Int]
  }

  var name: String
  var values: [Value]
  var nodes: [Node]
  var inputs: [Int]
  var outputs: [Int]
  /// Positions in `outputs`, ascending.
  var trimmedOutputs: [Int]
  var notes: [String]
}

/// A `PackedLayer`.
struct LayerDocument: Codable {
  /// The position of the node.
  var node: Int
  var form: String
  var choice: EngineChoice
  var arrays: [ArrayDocument]
}

/// A `PackedArray`.
struct ArrayDocument: Codable {
  var name: String
  /// Numbers, without slack.
  var count: Int
  var reference: TensorReference
}
