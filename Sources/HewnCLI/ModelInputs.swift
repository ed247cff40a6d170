import Hewn
import Images

/// The inputs that a command line gives, read before compiling because their shapes decide.
struct ModelInputs {
  /// By input name.
  private(set) var tensors: [String: Tensor] = [:]
  /// The files of the images, in the order of the batch; empty without images.
  private(set) var images: [String] = []
  private let seed: UInt64

  /// Reads arrays and images.
  ///
  /// - Throws: `invalidArgument` for files that fit no input, what reading throws.
  init(_ options: InputOptions, plan: PlanOptions, model: Model, console: Console) throws {
    seed = options.seed
    for file in options.input { try read(file, model: model, console: console) }
    if !options.image.isEmpty { try readImages(options, plan: plan, model: model) }
    for (name, tensor) in tensors { try check(tensor, for: name, plan: plan, model: model) }
  }

  /// Shapes of the given inputs, for compiling.
  var shapes: [String: [Int]] { tensors.mapValues(\.shape) }

  /// Adds arrays for inputs that are not given yet.
  mutating func add(_ tensor: Tensor, for name: String) {
    if tensors[name] == nil { tensors[name] = tensor }
  }

  /// One tensor for each input of a plan; random ones where none is given.
  ///
  /// - Returns: the tensors, and the names of those that are random.
  func complete(for plan: Plan) throws -> (tensors: [String: Tensor], random: [String]) {
    let missing = plan.inputs.map(\.name).filter { tensors[$0] == nil }
    guard !missing.isEmpty else { return (tensors, []) }
    let random = try plan.randomInputs(seed: seed)
    return (tensors.merging(random) { given, _ in given }, missing)
  }

  private mutating func read(_ file: NamedFile, model: Model, console: Console) throws {
    let port = try port(named: file.name, of: model)
    guard tensors[port.name] == nil else {
      throw HewnError(.invalidArgument, "input \"\(port.name)\" is given twice")
    }
    tensors[port.name] = try Self.tensor(contentsOf: file.path, for: port, console: console)
  }

  /// Reads an array, converted where the input holds floating-point numbers of another type.
  static func tensor(
    contentsOf path: String, for port: Model.Port, console: Console
  ) throws -> Tensor {
    let tensor = try Tensor(contentsOfNPY: path)
    let type = port.elementType
    guard type.isFloatingPoint, tensor.elementType != type else { return tensor }
    console.note(
      "\(path): \(tensor.elementType.rawValue) converted to \(type.rawValue) for input"
        + " \"\(port.name)\"")
    return try tensor.converted(to: type)
  }

  private func port(named name: String?, of model: Model) throws -> Model.Port {
    let names = model.inputs.map { "\"\($0.name)\"" }.joined(separator: ", ")
    guard let name else {
      guard model.inputs.count == 1 else {
        throw HewnError(
          .invalidArgument,
          "the model has \(model.inputs.count) inputs: \(names); write --input NAME=FILE.npy")
      }
      return model.inputs[0]
    }
    guard let port = model.inputs.first(where: { $0.name == name }) else {
      throw HewnError(.invalidArgument, "there is no input \"\(name)\"; the inputs are \(names)")
    }
    return port
  }

  /// Compares a given tensor with what the model declares. The first extent may differ: the batch
  /// follows the data.
  private func check(
    _ tensor: Tensor, for name: String, plan: PlanOptions, model: Model
  ) throws {
    if let batch = plan.batch, let first = tensor.shape.first, first != batch {
      throw HewnError(
        .invalidArgument, "input \"\(name)\" holds \(first) items, --batch asks for \(batch)")
    }
    if let shape = plan.shape.first(where: { $0.name == name })?.shape, shape != tensor.shape {
      throw HewnError(
        .invalidArgument,
        "input \"\(name)\" holds \(Numbers.shape(tensor.shape)), --shape asks for"
          + " \(Numbers.shape(shape))")
    }
    guard let dimensions = model.inputs.first(where: { $0.name == name })?.dimensions else {
      return
    }
    let fits =
      dimensions.count == tensor.shape.count
      && zip(dimensions, tensor.shape).dropFirst().allSatisfy { dimension, extent in
        if case .fixed(let fixed) = dimension { fixed == extent } else { true }
      }
    guard fits else {
      throw HewnError(
        .invalidArgument,
        "input \"\(name)\" is \(Numbers.shape(tensor.shape)), the model takes"
          + " \(Self.text(dimensions))")
    }
  }

  /// Dimensions as `N×3×224×224`.
  static func text(_ dimensions: [Model.Dimension]) -> String {
    dimensions.map { dimension in
      switch dimension {
      case .fixed(let extent): String(extent)
      case .free(let name): name ?? "?"
      }
    }.joined(separator: "×")
  }

  private mutating func readImages(
    _ options: InputOptions, plan: PlanOptions, model: Model
  ) throws {
    let preprocessing = options.preprocessing.preprocessing
    let input = try ImageInput(
      of: model, plan: plan, given: Set(tensors.keys), preprocessing: preprocessing)
    var values: [Float] = []
    var first: Preprocessing.Planes?
    for path in options.image {
      let planes: Preprocessing.Planes
      let image = try Image(contentsOf: path)
      do {
        planes = try preprocessing.planes(of: image, inputSize: input.size)
      } catch {
        let error = HewnError(wrapping: error)
        throw HewnError(error.code, "\(path): \(error.message)")
      }
      if let first, (first.width, first.height) != (planes.width, planes.height) {
        throw HewnError(
          .invalidArgument,
          "\(path): \(planes.width)×\(planes.height) after preprocessing, the first image is"
            + " \(first.width)×\(first.height); give --resize or --crop")
      }
      first = first ?? planes
      values += planes.values
    }
    guard let first else { return }
    tensors[input.name] = try Tensor(
      shape: [options.image.count, first.channels, first.height, first.width], floats: values)
    images = options.image
  }
}
