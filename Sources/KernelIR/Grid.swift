/// The blocks of a launch along x, y and z.
package struct Grid: Hashable, Sendable, CustomStringConvertible {
  package var x: Int
  package var y: Int
  package var z: Int

  package init(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
    self.x = x
    self.y = y
    self.z = z
  }

  package var description: String { "\(x) × \(y) × \(z)" }
}
