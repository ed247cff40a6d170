import ArgumentParser
import Images

/// How images become inputs: a preset, and options that replace single parts of it.
package struct PreprocessingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How images become inputs; the options below replace single parts of the preset (default:"
        + " raw).", valueName: "preset"),
    transform: Self.preset(named:))
  package var preprocess: Preprocessing?

  @Option(name: .long, help: "The input's channels.")
  package var channels: Preprocessing.Color?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Resize to: none, input (the model's size), WxH, or the length of the short side.",
      valueName: "size"),
    transform: Self.resize(parsing:))
  package var resize: Preprocessing.Resize?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut the middle out: none, input (the model's size), WxH, or the side of a square.",
      valueName: "size"),
    transform: Self.crop(parsing:))
  package var crop: Preprocessing.Crop?

  @Option(name: .long, help: ArgumentHelp("How to resize.", valueName: "method"))
  package var interpolation: Interpolation?

  @Flag(name: .long, help: "Shrink images without widening the filter, as OpenCV does.")
  package var noAntialias = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Multiply 0-255 by this first, as in 1/255.", valueName: "factor"),
    transform: Self.factor(parsing:))
  package var scale: Float?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Subtract this, one value or one for each channel.", valueName: "a,b,c"),
    transform: Self.values(parsing:))
  package var mean: [Float]?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Then divide by this, one value or one for each channel.", valueName: "a,b,c"),
    transform: Self.values(parsing:))
  package var std: [Float]?

  package init() {}

  /// Whether any option is given.
  package var isGiven: Bool {
    preprocess != nil || channels != nil || resize != nil || crop != nil || interpolation != nil
      || noAntialias || scale != nil || mean != nil || std != nil
  }

  /// The preset with its replacements; `raw` where no preset is given.
  package var preprocessing: Preprocessing {
    var result = preprocess ?? Preprocessing()
    if let channels { result.color = channels }
    if let resize { result.resize = resize }
    if let crop { result.crop = crop }
    if let interpolation { result.interpolation = interpolation }
    if noAntialias { result.antialias = false }
    if let scale { result.scale = scale }
    if let mean { result.mean = mean }
    if let std { result.deviation = std }
    return result
  }

  package static func preset(named name: String) throws -> Preprocessing {
    guard let preset = Preprocessing.preset(named: name) else {
      let names = Preprocessing.presets.map(\.name).joined(separator: ", ")
      throw ValidationError("There is no preset '\(name)'; choose one of \(names).")
    }
    return preset.preprocessing
  }

  package static func resize(parsing text: String) throws -> Preprocessing.Resize {
    switch text {
    case "none": return .none
    case "input": return .toInput
    default:
      if let side = Int(text), side > 0 { return .shortSide(side) }
      guard let size = pixelSize(parsing: text) else { throw invalidSize(text) }
      return .exact(size)
    }
  }

  package static func crop(parsing text: String) throws -> Preprocessing.Crop {
    switch text {
    case "none": return .none
    case "input": return .toInput
    default:
      if let side = Int(text), side > 0 { return .exact(PixelSize(width: side, height: side)) }
      guard let size = pixelSize(parsing: text) else { throw invalidSize(text) }
      return .exact(size)
    }
  }

  private static func pixelSize(parsing text: String) -> PixelSize? {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], width > 0, height > 0
    else { return nil }
    return PixelSize(width: width, height: height)
  }

  private static func invalidSize(_ text: String) -> ValidationError {
    ValidationError("'\(text)' is no size; write none, input, 256x256 or 256.")
  }

  /// Reads a number or a quotient of two.
  package static func factor(parsing text: String) throws -> Float {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Float($0) }
    let values = parts.compactMap { $0 }
    guard values.count == parts.count, values.count <= 2, let first = values.first,
      values.allSatisfy(\.isFinite), values.count == 1 || values[1] != 0
    else { throw ValidationError("'\(text)' is no factor; write 0.0039 or 1/255.") }
    return values.count == 2 ? first / values[1] : first
  }

  package static func values(parsing text: String) throws -> [Float] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    let values = parts.compactMap { $0 }
    guard values.count == parts.count, values.allSatisfy(\.isFinite) else {
      throw ValidationError("'\(text)' is no list of numbers; write 104,117,123.")
    }
    return values
  }
}

extension Preprocessing.Color: ExpressibleByArgument {}
extension Interpolation: ExpressibleByArgument {}
