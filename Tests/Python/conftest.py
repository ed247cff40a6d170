"""Lets failed assertions of helpers show their values."""

import pytest

pytest.register_assert_rewrite("finetuning")
