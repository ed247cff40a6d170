// Measures what the CPU kernels cost and prints the cost table.
//
//     KernelCosts [--swift] [ISA …]
//
// JSON by default, the source of a built-in table with --swift. `hewn tune` measures the same.

import CPUBackend
import Foundation
import Tuning

let seconds = 15.0
let arguments = CommandLine.arguments.dropFirst()
let printsSwift = arguments.contains("--swift")
let named = arguments.compactMap(InstructionSet.init(rawValue:))
for set in named.isEmpty ? InstructionSet.available : named {
  let table = try KernelMeasurement(set).table(seconds: seconds)
  if printsSwift {
    print(swiftSource(of: table))
  } else {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    print(String(decoding: try encoder.encode(table), as: UTF8.self))
  }
}

/// The table as a Swift expression, four digits after the point.
func swiftSource(of table: CPUCostTable) -> String {
  func number(_ value: Double) -> String { String(format: "%.3f", value) }
  func list(_ row: [Double]) -> String { "[" + row.map(number).joined(separator: ", ") + "]" }
  func rows(_ rows: [[Double]]) -> String {
    "[\n"
      + rows.map { "      " + list($0) + "," }
      .joined(separator: "\n") + "\n    ]"
  }
  return """
      package static let \(table.isa) = CPUCostTable(
        isa: "\(table.isa)", machine: "\(table.machine)",
        tap: \(rows(table.tap)),
        unalignedTap: \(rows(table.unalignedTap)),
        block: \(rows(table.block)),
        finish: \(number(table.finish)), part: \(number(table.part)),
        panel: \(number(table.panel)), gatheredLeaf: \(number(table.gatheredLeaf)),
        winograd: .\(table.isa), matrix: .\(table.isa))

    // MatrixCosts
    static let \(table.isa) = MatrixCosts(
      leaf: \(list(table.matrix.leaf)),
      leafRow: \(list(table.matrix.leafRow)),
      transposedFloat: \(number(table.matrix.transposedFloat)),
      panel: \(list(table.matrix.panel)))

    \(winogradSource(table))
    """
}

/// The costs of Winograd convolutions, likewise.
func winogradSource(_ table: CPUCostTable) -> String {
  func number(_ value: Double) -> String { String(format: "%.3f", value) }
  let transforms = table.winograd.transforms.map {
    "      Transform(tile: \($0.tile), input: \(number($0.input)), output: \(number($0.output))),"
  }
  let product = table.winograd.product.map(number).joined(separator: ", ")
  return """
      package static let \(table.isa) = WinogradCosts(
        transforms: [
    \(transforms.joined(separator: "\n"))
        ],
        product: [\(product)], weights: \(number(table.winograd.weights)))
    """
}
