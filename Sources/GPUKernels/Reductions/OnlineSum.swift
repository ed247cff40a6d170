internal import KernelIR

/// Σ e^x as (m, s): the greatest x so far, and Σ e^(x − m).
///
/// Starts at a finite m, so that differences with −∞ are defined.
///
/// Source: Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018).
enum OnlineSum {
  static let identity = [-Double(Float.greatestFiniteMagnitude), 0]

  static func include(_ x: Value<F32>, in state: [Value<F32>]) -> [Value<F32>] {
    let (m, s) = (state[0], state[1])
    let factor = factor(x, m)
    return [maximum(m, x), select(x > m, fma(s, factor, 1), s + factor)]
  }

  static func combine(_ a: [Value<F32>], _ b: [Value<F32>]) -> [Value<F32>] {
    let factor = factor(a[0], b[0])
    let isLess = a[0] < b[0]
    let (low, high) = (select(isLess, a[1], b[1]), select(isLess, b[1], a[1]))
    return [maximum(a[0], b[0]), fma(low, factor, high)]
  }

  /// e^−|a − b|, also of equal infinities.
  private static func factor(_ a: Value<F32>, _ b: Value<F32>) -> Value<F32> {
    select(a == b, 1, exp(-abs(a - b)))
  }
}
