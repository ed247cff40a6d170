import KernelIR
import Testing

@Suite struct HalfTests {
  @Test func `every binary16 comes back from its value`() {
    for bits in UInt16.min...UInt16.max {
      let value = Half.value(of: bits)
      if value.isNaN {
        #expect(Half.bits(of: value) == 0x7fff)
      } else if Half.bits(of: value) != bits {
        Issue.record("\(bits): \(value) gives \(Half.bits(of: value))")
      }
    }
  }

  @Test func `between two neighbours the nearer one, or the even one, is taken`() {
    for bits in UInt16(0)..<0x7bff {
      let (low, high) = (Half.value(of: bits), Half.value(of: bits + 1))
      let middle = (low + high) / 2
      let even = bits & 1 == 0 ? bits : bits + 1
      let got = [middle.nextDown, middle, middle.nextUp].map(Half.bits)
      if got != [bits, even, bits + 1] { Issue.record("after \(low): \(got)") }
    }
  }

  @Test func `doubles are rounded once`() {
    #expect(Half.bits(of: 1 + 0x1p-11 + 0x1p-40) == 0x3c01)
    #expect(Half.bits(of: 1 + 0x1p-11) == 0x3c00)
    #expect(Half.bits(of: -1 - 0x1p-11 - 0x1p-40) == 0xbc01)
    #expect(Half.bits(of: 65519.99999999) == 0x7bff)
    #expect(Half.bits(of: 0x1p-25 + 0x1p-60) == 1)
    #expect(Half.brainBits(of: 1 + 0x1p-8 + 0x1p-40) == 0x3f81)
    #expect(Half.brainBits(of: 1 + 0x1p-8) == 0x3f80)
    #expect(Half.brainBits(of: 1e300) == 0x7f80)
  }

  static let brainCases: [(Float, UInt16)] = [
    (1, 0x3f80), (-2, 0xc000), (.infinity, 0x7f80), (.nan, 0x7fff),
    (Float(bitPattern: 0x3f80_8000), 0x3f80), (Float(bitPattern: 0x3f81_8000), 0x3f82),
    (Float(bitPattern: 0x3f80_8001), 0x3f81), (.greatestFiniteMagnitude, 0x7f80),
    (Float(bitPattern: 1), 0),
  ]

  @Test(arguments: brainCases.indices)
  func `bfloat16 rounds to nearest even`(index: Int) {
    let (value, bits) = Self.brainCases[index]
    #expect(Half.brainBits(of: value) == bits)
  }
}
