/// A ratio with two digits after the point, for reasons that people read.
package func twoDigits(_ value: Double) -> String {
  let hundredths = Int((min(max(value, 0), 1e6) * 100).rounded())
  let fraction = hundredths % 100
  return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
