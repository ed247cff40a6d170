import Graphs
import Tensors

let logicCases: [TypeCase] = [
  accepts(Comparison(.equal), [floats(2, 1), floats(3)], types: TensorType(.bool, [2, 3])),
  accepts(
    Comparison(.equal), [values(.bool, [2]), values(.bool, [])], types: TensorType(.bool, [2])),
  accepts(
    Comparison(.less), [values(.uint64, [2]), values(.uint64, [])], types: TensorType(.bool, [2])),
  accepts(
    Comparison(.greater), [values(.bfloat16, [2]), values(.bfloat16, [])],
    types: TensorType(.bool, [2])),
  rejects(Comparison(.less), [values(.bool, [2]), values(.bool, [2])], "expected numbers"),
  rejects(Comparison(.equal), [floats(2), values(.int64, [2])], "expected float32 as A"),
  rejects(Comparison(.equal), [floats(2), floats(3)], "do not broadcast"),
  rejects(Comparison(.equal), [floats(2)], "input B is missing"),

  accepts(Logic(.and), [values(.bool, [2, 1]), values(.bool, [3])], [2, 3]),
  accepts(Logic(.not), [values(.bool, [2])], [2]),
  accepts(Logic(.xor, isBitwise: true), [values(.int8, [2]), values(.int8, [])], [2]),
  accepts(Logic(.not, isBitwise: true), [values(.uint16, [2])], [2]),
  rejects(Logic(.or), [values(.int8, [2]), values(.int8, [2])], "expected bool"),
  rejects(Logic(.not), [floats(2)], "expected bool"),
  rejects(Logic(.not), [values(.bool, [2]), values(.bool, [2])], "expected at most 1"),
  rejects(
    Logic(.and, isBitwise: true), [values(.bool, [2]), values(.bool, [2])], "expected integers"),
  rejects(
    Logic(.and, isBitwise: true), [values(.int8, [2]), values(.int16, [2])], "expected int8 as A"),

  accepts(BitShift(.left), [values(.uint8, [2, 1]), values(.uint8, [3])], [2, 3]),
  rejects(BitShift(.right), [values(.int8, [2]), values(.int8, [2])], "expected unsigned"),
  rejects(BitShift(.right), [values(.uint8, [2]), values(.uint16, [2])], "expected uint8 as X"),

  accepts(IsNaN(), [values(.float16, [2])], types: TensorType(.bool, [2])),
  rejects(IsNaN(), [values(.int32, [2])], "floating point"),
  accepts(IsInf(), [values(.float64, [2])], types: TensorType(.bool, [2])),
  rejects(IsInf(), [values(.bool, [2])], "floating point"),

  accepts(
    Where(), [values(.bool, [3, 1, 1]), values(.int64, [2, 1]), values(.int64, [4])],
    types: TensorType(.int64, [3, 2, 4])),
  accepts(
    Where(), [values(.bool, [2]), values(.bool, []), values(.bool, [])],
    types: TensorType(.bool, [2])),
  rejects(Where(), [floats(2), floats(2), floats(2)], "input condition is float32[2]"),
  rejects(
    Where(), [values(.bool, [2]), floats(2), values(.int64, [2])], "input Y is int64[2]"),
  rejects(Where(), [values(.bool, [2]), floats(3), floats(3)], "do not broadcast"),
  rejects(Where(), [values(.bool, [2]), floats(3)], "input Y is missing"),
]
