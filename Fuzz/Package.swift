// swift-tools-version: 6.2
import PackageDescription

/// A libFuzzer for each entry of `FuzzTarget`. Everything, Hewn included, is to be built with
/// `--sanitize fuzzer`: see README.md.
func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["Mutation", .product(name: "FuzzTargets", package: "hewn")],
    // libFuzzer brings the main function.
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "hewn-fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "hewn", path: "..")],
  targets: [
    .systemLibrary(name: "CLibFuzzer"),
    .target(name: "Mutation", dependencies: ["CLibFuzzer"]),
    fuzzer("FuzzModel"),
    fuzzer("FuzzPlan"),
  ],
  swiftLanguageModes: [.v6]
)
