"""How a gateway wants a text message: the head and the body of a POST as they are sent, with {names} to be filled in.

    Content-Type: application/json
    Authorization: Bearer {token}

    {"to": "{to}", "from": "{from}", "message": "{message}"}

What is filled in is encoded as the Content-Type asks for, JSON or a form. docs/texts.md has the names.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from hanvisa.errors import ConfigurationError
from hanvisa.policy.texts import TextMessage

FOLDER = Path(__file__).parent / "templates"
READY_MADE = tuple(sorted(file.stem for file in FOLDER.glob("*.http")))

_NAME = re.compile(r"\{(\w+)\}")
_IN_HEAD = frozenset({"id", "token", "basic"})
_IN_BODY = _IN_HEAD | {"to", "digits", "from", "message"}
_ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "application/json": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "application/x-www-form-urlencoded": lambda value: quote(value, safe=""),
}


@dataclass(frozen=True)
class Account:
    """Whom the gateway knows us as. ``sender`` is what is shown as the sender; ``token`` is not for any log."""

    sender: str
    token: str

    def __repr__(self) -> str:
        return f"Account({self.sender!r})"


@dataclass(frozen=True)
class Template:
    """``head`` are the header fields, ``body`` is the text, both with their {names}."""

    head: Mapping[str, str]
    body: str

    @property
    def names(self) -> frozenset[str]:
        """What is filled in."""
        return frozenset(_NAME.findall("\n".join((*self.head.values(), self.body))))

    @property
    def recognises_repeats(self) -> bool:
        """With an {id} the gateway knows a message that it has had before, and does not send it again."""
        return "id" in self.names

    def fill(self, id_: str, text: TextMessage, account: Account) -> tuple[dict[str, str], bytes]:
        """The header fields and the body."""
        values = {
            "to": text.to,
            "digits": text.to.removeprefix("+"),
            "from": account.sender,
            "message": text.words,
            "id": id_,
            "token": account.token,
            "basic": b64encode(account.token.encode()).decode(),
        }
        encode = _ENCODINGS[_content_type(self.head)]
        head = {name: _filled(value, values, str) for name, value in self.head.items()}
        return head, _filled(self.body, values, encode).encode()


def read_template(name: str, account: Account) -> Template:
    """The ready-made template of that name, or the one in the file of that path.

    Raises:
        ConfigurationError: there is none, or it can't be used; the message says what to do.
    """
    file = FOLDER / f"{name}.http" if name in READY_MADE else Path(name)
    try:
        template = parse(file.read_text(encoding="utf-8"))
        _check(template, account)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"HANVISA_TEXT_TEMPLATE is “{name}”, which can't be read: {error}. "
            f"Set it to one of {', '.join(READY_MADE)}, or to the path of a file (docs/texts.md)."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"HANVISA_TEXT_TEMPLATE is “{name}”: {error} See docs/texts.md.") from error
    return template


def parse(text: str) -> Template:
    """The template that is written so. Raises ValueError: a sentence on what is wrong with it."""
    head, _, body = text.replace("\r\n", "\n").strip().partition("\n\n")
    fields: dict[str, str] = {}
    for line in head.splitlines():
        name, is_field, value = line.partition(":")
        if not is_field:
            raise ValueError(
                f"“{line}” is no header field. Write Name: value, and an empty line before the body."
            )
        fields[name.strip()] = value.strip()
    template = Template(fields, body)
    if (content_type := _content_type(fields)) not in _ENCODINGS:
        raise ValueError(f"its Content-Type is “{content_type}”. Write one of {', '.join(_ENCODINGS)}.")
    if unknown := template.names - _IN_BODY:
        raise ValueError(f"nothing is called {{{min(unknown)}}}. There are {', '.join(sorted(_IN_BODY))}.")
    if misplaced := set(_NAME.findall("\n".join(fields.values()))) - _IN_HEAD:
        raise ValueError(f"{{{min(misplaced)}}} can't stand in a header field. Put it in the body.")
    if not template.names & {"to", "digits"} or "message" not in template.names:
        raise ValueError("its body must have {to} (or {digits}) and {message}.")
    return template


def _check(template: Template, account: Account) -> None:
    """Raises ValueError where a setting is missing that it needs, or where what it makes is no JSON."""
    if template.names & {"token", "basic"} and not account.token:
        raise ValueError("it needs a token. Set HANVISA_TEXT_TOKEN, or HANVISA_TEXT_TOKEN_FILE.")
    if not account.token.isprintable():
        raise ValueError("the token has line breaks or the like in it. Write it on one line.")
    if "from" in template.names and not account.sender:
        raise ValueError("it needs a sender. Set HANVISA_TEXT_FROM.")
    if _content_type(template.head) == "application/json":
        _, body = template.fill("", TextMessage("+46701740605", "“å”\n"), account)
        try:
            json.loads(body)
        except ValueError as error:
            # What it has made holds the token, and json's own errors hold what they were made from.
            raise ValueError("its body is no JSON. Look for a comma or a quotation mark.") from error


def _content_type(head: Mapping[str, str]) -> str:
    fields = {name.lower(): value for name, value in head.items()}
    return fields.get("content-type", "").partition(";")[0].strip().lower()


def _filled(text: str, values: Mapping[str, str], encode: Callable[[str], str]) -> str:
    return _NAME.sub(lambda found: encode(values[found[1]]), text)
