import HewnCLI
import Testing

@Suite struct NumbersTests {
  @Test(
    arguments: [
      (1.5, 2, "1.50"), (0.005, 2, "0.01"), (-0.001, 2, "0.00"), (-1.25, 1, "-1.3"),
      (12345.678, 0, "12346"), (0, 3, "0.000"), (1e300, 2, "1e+300"), (.nan, 1, "nan"),
      (0.0499, 1, "0.0"),
    ] as [(Double, Int, String)]) func fixesDecimals(value: Double, places: Int, want: String)
  {
    #expect(Numbers.fixed(value, places: places) == want)
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1.00"), (0.0123, "0.0123"), (0.00123, "0.00123"), (0.123, "0.123"),
      (12.34, "12.3"), (123.4, "123"), (-5, "-5.00"), (1.234e-7, "1.23e-07"), (9.999e9, "1.00e+10"),
      (Double.leastNonzeroMagnitude, "4.94e-324"), (1e6, "1.00e+06"), (.infinity, "inf"),
    ] as [(Double, String)]) func keepsThreeDigits(value: Double, want: String)
  {
    #expect(Numbers.significant(value) == want)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func groupsDigits(value: Int, want: String) {
    #expect(Numbers.grouped(value) == want)
  }

  @Test(arguments: [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_300_000, "2.3 MB")])
  func countsBytes(value: Int, want: String) {
    #expect(Numbers.bytes(value) == want)
  }

  @Test func writesShapesAndShares() {
    #expect(Numbers.shape([1, 3, 8]) == "1×3×8")
    #expect(Numbers.shape([]) == "scalar")
    #expect(Numbers.percent(1, of: 3) == "33.3 %")
    #expect(Numbers.percent(0, of: 0) == "-")
  }

  @Test func shortensTheMiddle() {
    #expect("abcdefghij".shortened(to: 5) == "ab…ij")
    #expect("abcde".shortened(to: 5) == "abcde")
    #expect("abcdefghij".shortened(to: 6) == "abc…ij")
  }

  @Test func alignsColumns() {
    var table = TextTable([.left("a"), .right("wide"), .left("empty"), .left("z")])
    table.add(["x", "1", "", "end"])
    table.add(["longer", "22222", "", "é"], emphasis: .warning)
    #expect(
      table.render(Style(isColored: false)) == """
        a        wide  z
        x           1  end
        longer  22222  é
        """)
    #expect(table.render(Style(isColored: true)).contains("\u{1b}[33mlonger  22222  é\u{1b}[0m"))
  }
}
