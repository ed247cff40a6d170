import Foundation
import Graphs
import ONNXFormat
import Testing

/// Reads every model of the data folder.
@Suite struct RealModelTests {
  static let folder = ProcessInfo.processInfo.environment["HEWN_DATA"].map { $0 + "/models" }

  static let models: [String] = {
    guard let folder else {
      print("RealModelTests skipped: HEWN_DATA is not set")
      return []
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".onnx") }.sorted()
  }()

  @Test(.enabled(if: folder != nil, "set HEWN_DATA to the folder that holds models/"))
  func folderHoldsModels() {
    #expect(!Self.models.isEmpty)
  }

  @Test(arguments: models)
  func reads(_ file: String) throws {
    let folder = try #require(Self.folder)
    let model = try ONNXModel.read(contentsOf: "\(folder)/\(file)")
    #expect(model.opset == 13)
    #expect(model.fileName == file)
    let counts = Dictionary(grouping: model.template.nodes, by: \.op.name).mapValues(\.count)
    print(file, model.template.name, model.producer, counts.sorted { $0.key < $1.key })
    let expected = Self.expectedCounts[file]
    #expect(expected == nil || counts == expected, "\(file): \(counts)")
    // Every read name is defined, and before its use.
    var defined = Set(model.template.constants.keys).union(model.template.inputs.map(\.name))
    for node in model.template.nodes {
      for input in node.inputs where !input.isEmpty {
        #expect(defined.contains(input), "\(file): \(node.name) reads \(input)")
      }
      defined.formUnion(node.outputs)
    }
    for output in model.template.outputs { #expect(defined.contains(output.name)) }
  }

  static let expectedCounts: [String: [String: Int]] = [
    "alexnet-convs-pruned.onnx": ["Conv": 5, "Relu": 5, "MaxPool": 3],
    "dncnn-gray25.onnx": ["Conv": 17, "Relu": 16, "Sub": 1],
    "hand-landmark-pruned.onnx": [
      "Pad": 5, "Conv": 47, "Clip": 32, "Add": 9, "GlobalAveragePool": 1, "Identity": 1,
      "Reshape": 1, "Gemm": 3, "Sigmoid": 2,
    ],
    "lenet5-pruned.onnx": ["Conv": 2, "MaxPool": 2, "Flatten": 1, "Gemm": 2, "Relu": 1],
    "mobilenet-v2.onnx": ["Conv": 52, "Clip": 35, "Add": 10, "ReduceMean": 1, "Gemm": 1],
    "resnet20-cifar10-pruned.onnx": [
      "Conv": 21, "BatchNormalization": 21, "Relu": 19, "Add": 9, "GlobalAveragePool": 1,
      "Flatten": 1, "Gemm": 1,
    ],
    "resnet20-cifar10.onnx": [
      "Conv": 19, "Relu": 19, "Add": 9, "Slice": 2, "Pad": 2, "ReduceMean": 1, "Gemm": 1,
    ],
    "resnet56-cifar10-pruned.onnx": [
      "Conv": 57, "Relu": 55, "Add": 27, "ReduceMean": 1, "Gemm": 1,
    ],
    "resnet56-cifar10.onnx": [
      "Conv": 55, "Relu": 55, "Add": 27, "Slice": 2, "Pad": 2, "ReduceMean": 1, "Gemm": 1,
    ],
    "squeezenet-v1.0-pruned.onnx": [
      "Conv": 26, "Relu": 26, "MaxPool": 3, "Concat": 8, "GlobalAveragePool": 1, "Flatten": 1,
      "Softmax": 1,
    ],
  ]
}
