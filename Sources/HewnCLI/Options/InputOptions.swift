import ArgumentParser

/// A tensor file for an input, as given on the command line.
package struct NamedFile: Equatable {
  /// `nil` means the only input.
  package var name: String?
  package var path: String

  /// Reads `NAME=FILE`, or `FILE` for the only input.
  package init(parsing text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    name = parts.count == 2 ? String(parts[0]) : nil
    path = String(parts[parts.count - 1])
    guard !path.isEmpty, name?.isEmpty != true else {
      throw ValidationError("'\(text)' names no file; write NAME=FILE.npy.")
    }
  }
}

/// Where a model's inputs come from.
package struct InputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "An input's elements as a NumPy file; may be repeated. NAME= may be left out for an only"
        + " input.", valueName: "name=file.npy"),
    transform: NamedFile.init(parsing:))
  package var input: [NamedFile] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A PNG or JPEG file as input; repeat it for a batch.", valueName: "file"))
  package var image: [String] = []

  @OptionGroup(title: "Image options")
  package var preprocessing: PreprocessingOptions

  @Option(
    name: .long,
    help: ArgumentHelp("What random inputs are made from.", valueName: "n"))
  package var seed: UInt64 = 0

  package init() {}

  package func validate() throws {
    if preprocessing.isGiven, image.isEmpty {
      throw ValidationError("Image options need an image; give one with --image.")
    }
  }
}
