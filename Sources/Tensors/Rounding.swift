extension Int {
  /// ⌈self / divisor⌉ of numbers that are not negative.
  package func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }

  /// The least multiple of `factor` that is not below.
  package func roundedUp(to factor: Int) -> Int { (self + factor - 1) / factor * factor }
}
