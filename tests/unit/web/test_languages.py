"""Accept-Language: Swedish or English, English when in doubt."""

import pytest

from hanvisa.policy.model import Language
from hanvisa.web.languages import accepted


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.EN),
        ("", Language.EN),
        ("sv", Language.SV),
        ("sv-SE,sv;q=0.9,en;q=0.8", Language.SV),
        ("en;q=0.5, sv;q=0.7", Language.SV),
        ("de, fr;q=0.5", Language.EN),
        ("sv;q=0", Language.EN),
        ("sv;q=much", Language.EN),
        (";;;,,=", Language.EN),
    ],
)
def test_the_preferred_language_is_chosen(header: str | None, language: Language) -> None:
    assert accepted(header) is language
