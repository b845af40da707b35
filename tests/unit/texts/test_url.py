"""A gateway's URL is looked at when the service starts; what is wrong is said without it, for some hold a key."""

import pytest

from hanvisa.errors import ConfigurationError
from hanvisa.texts.gateway import check_url


@pytest.mark.parametrize("url", ["https://api.example.org/sms?key=1", "http://127.0.0.1:8090/sms"])
def test_one_to_send_to(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("api.example.org/key", "Write https://"),
        ("ftp://example.org/key", "Write https://"),
        ("https:///key", "Write https://"),
        ("https://example.org:99999/key", "Write https://"),
        ("https://user:key@example.org/", "Set HANVISA_TEXT_TOKEN to user:password"),
    ],
)
def test_one_that_will_not_do(url: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as told:
        check_url(url)
    assert "key" not in str(told.value)
