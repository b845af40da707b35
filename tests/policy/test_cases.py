"""The policy's cases, one test each. `hanvisa check-policy FILE` runs the same files."""

from pathlib import Path

import pytest

from hanvisa.policy.cases import LoadedCase, load_cases, run_case

CASES = [case for path in sorted(Path(__file__).parent.glob("*.toml")) for case in load_cases(path)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{Path(case.where).stem}-{case.title.en}")
def test_case(case: LoadedCase) -> None:
    result = run_case(case)
    assert result.passed, "\n".join((f"{result.where}: {result.why.en}", *result.differences))
