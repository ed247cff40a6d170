"""ONNX's own test cases on both devices; conformance.py says how, conformance_exclusions.py what
is left out."""

import pytest

import conformance
from hewn import HEWN

# Of the cases that make sense in a convolutional network, at most this share may be left out.
SHARE_LEFT_OUT = 0.05


@pytest.fixture(scope="module")
def outcomes():
    return conformance.run_all(conformance.cases(), HEWN)


@pytest.mark.parametrize("device", conformance.DEVICES)
@pytest.mark.parametrize("suite", conformance.SUITES)
def test_suite(outcomes, suite, device):
    group = [o for o in outcomes if (o.case.suite, o.device) == (suite, device)]
    assert group, "the package onnx holds no such cases"
    failures = [str(outcome) for outcome in group if outcome.is_failure]
    assert not failures, f"{len(failures)} of {len(group)} cases\n" + "\n".join(failures)


def test_what_is_left_out(outcomes, capsys):
    summary = conformance.Summary.of(outcomes)
    with capsys.disabled():
        print(f"\n{summary}")
    assert summary.cnn_share_left_out < SHARE_LEFT_OUT


def test_every_exclusion_leaves_something_out(outcomes):
    used = {id(outcome.exclusion) for outcome in outcomes}
    unused = [e.reason for e in conformance.EXCLUSIONS if id(e) not in used]
    assert not unused
