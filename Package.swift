// swift-tools-version: 6.2
import PackageDescription

/// The library modules, in dependency order: an entry may only name entries above it.
/// ARCHITECTURE.md says what each is for.
let modules: [Target] = [
  .target(name: "Tensors"),
  .target(name: "Graphs", dependencies: ["Tensors"]),
  .target(
    name: "ONNXFormat",
    dependencies: [
      "Tensors", "Graphs", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ],
    exclude: ["Schema/onnx.proto"]),
  .target(name: "Passes", dependencies: ["Tensors", "Graphs"]),
  .target(name: "Covers", dependencies: ["Tensors"]),
  .target(name: "Runtime", dependencies: ["Tensors", "Graphs"]),
  .target(name: "Scores"),
  .target(name: "ReferenceBackend", dependencies: ["Tensors", "Graphs", "Runtime"]),
  .target(name: "CPUKernels"),
  .target(name: "KernelIR", dependencies: ["Tensors"]),
  .target(name: "PTX", dependencies: ["KernelIR"]),
  .systemLibrary(name: "CLanes"),
  .target(name: "Emulator", dependencies: ["Tensors", "KernelIR", "CLanes"]),
  .target(name: "CUDA", dependencies: ["Tensors"]),
  .target(name: "GPUKernels", dependencies: ["Tensors", "Covers", "KernelIR"]),
  .target(name: "GPUDevices", dependencies: ["Tensors", "KernelIR", "PTX", "Emulator", "CUDA"]),
  .target(
    name: "GPUBackend",
    dependencies: [
      "Tensors", "Graphs", "Covers", "Runtime", "KernelIR", "GPUKernels", "GPUDevices", "CUDA",
      "Emulator",
    ]),
]

/// The CPU kernels: one source folder, compiled once for each instruction set. The modules share
/// their files through symbolic links and differ in their flags alone.
func kernelModule(_ isa: String, flags: [String]) -> Target {
  .target(
    name: "CPUKernels\(isa)", dependencies: ["CPUKernels", "CMemory", "CVectors"],
    swiftSettings: [
      .unsafeFlags(["-Ounchecked"] + flags.flatMap { ["-Xcc", $0] }),
      .define("KERNELS_\(isa.uppercased())"),
    ])
}

var kernelModules = [kernelModule("Portable", flags: [])]
#if arch(x86_64)
  kernelModules += [
    // Scalar loads are faster than the gathers that the compiler would make of them.
    kernelModule("AVX2", flags: ["-mavx2", "-mfma", "-mno-gather"]),
    kernelModule(
      "AVX512", flags: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mfma", "-mno-gather"]),
  ]
#endif

let package = Package(
  name: "hewn",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Hewn", targets: ["Hewn"]),
    .executable(name: "hewn", targets: ["HewnCLI"]),
    .executable(name: "gpu-check", targets: ["GPUCheck"]),
    // For the package Fuzz alone.
    .library(name: "FuzzTargets", targets: ["FuzzTargets"]),
    // A driver without a GPU, which the tests load as they would the true one.
    .library(name: "FakeCUDA", type: .dynamic, targets: ["FakeCUDA"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Without its default traits, which differ from build to build and would rebuild it each time.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: modules + kernelModules + [
    .target(
      name: "CPUBackend",
      dependencies: ["Tensors", "Graphs", "Covers", "Runtime", "CPUKernels", "CMemory", "CThreads"]
        + kernelModules.map { .byName(name: $0.name) }),
    .systemLibrary(name: "CMemory"),
    .systemLibrary(name: "CThreads"),
    .systemLibrary(name: "CVectors"),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "Repruning",
      dependencies: [
        "Tensors", "Graphs", "Covers", "Runtime", "Scores", "CPUKernels", "CPUBackend",
      ]),
    .target(
      name: "PlanFiles",
      dependencies: [
        "Tensors", "Graphs", "Passes", "Covers", "Runtime", "Repruning", "CPUBackend", "KernelIR",
        "GPUKernels", "GPUBackend", "CZlib",
      ]),
    .target(name: "Tuning", dependencies: ["Tensors", "CPUKernels", "CPUBackend"]),
    .target(name: "Images", dependencies: ["Tensors", "CPNG", "CTurboJPEG"]),
    .target(name: "Datasets", dependencies: ["Tensors", "Images", "CZlib"]),
    .target(
      name: "Hewn",
      dependencies: [
        "Tensors", "Graphs", "ONNXFormat", "Passes", "Covers", "Runtime", "Scores", "Repruning",
        "ReferenceBackend", "CPUBackend", "GPUBackend", "GPUKernels", "KernelIR", "Emulator",
        "PlanFiles", "Tuning",
      ]),
    .executableTarget(
      name: "HewnCLI",
      dependencies: [
        "Hewn", "Datasets", "Images", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "KernelCosts", dependencies: ["CPUBackend", "Tuning"],
      path: "Benchmarks/KernelCosts"),
    .executableTarget(
      name: "TreeStudy",
      dependencies: [
        "CPUBackend", "Covers", "GPUKernels", "Graphs", "ONNXFormat", "Passes", "ReferenceBackend",
        "Repruning", "Runtime", "Tensors",
      ],
      path: "Benchmarks/Repruning/Trees"),
    .executableTarget(
      name: "GPUCheck",
      dependencies: [
        "GPUBackend", "GPUCatalogue", "GPUDevices", "GPUKernels", "Emulator", "CUDA", "Covers",
        "KernelIR", "PTX", "Runtime", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/GPUCheck"),
    .target(
      name: "GPUCatalogue",
      dependencies: [
        "Covers", "Emulator", "GPUDevices", "GPUKernels", "KernelIR", "PTX", "Tensors",
      ],
      path: "Tests/GPUCatalogue"),
    .target(name: "FakeCUDA", path: "Tests/FakeCUDA"),
    .target(
      name: "FakeCUDASupport", dependencies: ["CUDA", "Tensors"], path: "Tests/FakeCUDASupport"),
    .target(
      name: "TestSupport", dependencies: ["Tensors", "Graphs", "Runtime"], path: "Tests/TestSupport"
    ),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Tensors", "Graphs", "ONNXFormat", "Passes", "Runtime", "ReferenceBackend", "CPUBackend",
        "GPUBackend", "GPUKernels", "Emulator", "PlanFiles",
      ],
      path: "Tests/FuzzTargets"),
    .target(
      name: "ONNXTestSupport",
      dependencies: ["ONNXFormat", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      path: "Tests/ONNXTestSupport"),
  ] + testTargets,
  swiftLanguageModes: [.v6]
)

var testTargets: [Target] {
  [
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .testTarget(name: "GraphsTests", dependencies: ["Graphs", "TestSupport"]),
    .testTarget(
      name: "ONNXFormatTests",
      dependencies: ["ONNXFormat", "Graphs", "TestSupport", "ONNXTestSupport"]),
    .testTarget(
      name: "HostileModelTests",
      dependencies: [
        "ONNXFormat", "Graphs", "Passes", "Runtime", "ReferenceBackend", "CPUBackend",
        "ONNXTestSupport", "TestSupport",
      ]),
    .testTarget(
      name: "PassesTests", dependencies: ["Passes", "Graphs", "ReferenceBackend", "TestSupport"]),
    .testTarget(name: "CoversTests", dependencies: ["Covers", "TestSupport"]),
    .testTarget(name: "ScoresTests", dependencies: ["Scores"]),
    .testTarget(
      name: "RepruningTests",
      dependencies: [
        "Repruning", "Covers", "Graphs", "Runtime", "CPUBackend", "ONNXFormat", "Passes",
        "ReferenceBackend", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "ReferenceBackendTests", dependencies: ["ReferenceBackend", "Graphs", "TestSupport"]),
    .testTarget(name: "RuntimeTests", dependencies: ["Runtime", "Tensors"]),
    .testTarget(
      name: "CPUBackendTests",
      dependencies: [
        "CPUBackend", "CThreads", "Covers", "Graphs", "ONNXFormat", "Passes", "ReferenceBackend",
        "Runtime", "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "PlanFilesTests",
      dependencies: [
        "PlanFiles", "CPUBackend", "GPUBackend", "GPUKernels", "Emulator", "KernelIR", "Covers",
        "ReferenceBackend", "Repruning", "Graphs", "Runtime", "CZlib", "TestSupport",
      ]),
    .testTarget(
      name: "TuningTests",
      dependencies: ["Tuning", "CPUBackend", "CPUKernels", "Tensors", "TestSupport"]),
    .testTarget(
      name: "KernelIRTests", dependencies: ["KernelIR", "GPUCatalogue", "TestSupport"]),
    .testTarget(
      name: "PTXTests",
      dependencies: ["PTX", "KernelIR", "Emulator", "GPUCatalogue", "Tensors", "TestSupport"]),
    .testTarget(
      name: "EmulatorTests", dependencies: ["Emulator", "KernelIR", "Tensors", "TestSupport"]),
    .testTarget(name: "CUDATests", dependencies: ["CUDA", "FakeCUDASupport", "Tensors"]),
    .testTarget(
      name: "GPUDevicesTests",
      dependencies: [
        "GPUDevices", "GPUCatalogue", "CUDA", "Emulator", "KernelIR", "FakeCUDASupport", "Tensors",
        "TestSupport",
      ]),
    .testTarget(
      name: "GPUKernelsTests",
      dependencies: [
        "GPUKernels", "GPUDevices", "GPUCatalogue", "Covers", "Emulator", "KernelIR", "PTX",
        "Tensors", "TestSupport",
      ]),
    .testTarget(
      name: "GPUBackendTests",
      dependencies: [
        "GPUBackend", "GPUKernels", "GPUDevices", "GPUCatalogue", "Covers", "CUDA", "Emulator",
        "Graphs", "KernelIR", "ONNXFormat", "Passes", "ReferenceBackend", "Runtime", "Tensors",
        "TestSupport",
      ]),
    .testTarget(name: "GPUCheckTests", dependencies: ["GPUCheck", "GPUDevices", "Tensors"]),
    .testTarget(name: "ImagesTests", dependencies: ["Images", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Images", "CZlib", "TestSupport"]),
    .testTarget(
      name: "HewnTests",
      dependencies: [
        "Hewn", "FuzzTargets", "ONNXFormat", "PlanFiles", "ONNXTestSupport", "TestSupport",
      ]),
    .testTarget(name: "HewnCLITests", dependencies: ["HewnCLI", "TestSupport"]),
  ]
}
