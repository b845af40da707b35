"""From bytes and query strings to models, and from pydantic's errors to sentences in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from hanvisa.policy.model import Text
from hanvisa.web.fields import Wrong
from hanvisa.web.problems import INVALID, MALFORMED, FieldFault, Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

_SENTENCES: dict[str, Text] = {
    "missing": Text(sv="saknas", en="is missing"),
    "extra_forbidden": Text(sv="finns inte här", en="is not a field here"),
    "string_type": Text(sv="ska vara text", en="must be text"),
    "string_too_short": Text(
        sv="är för kort, minst {min_length} tecken", en="has too few characters, at least {min_length}"
    ),
    "string_too_long": Text(
        sv="är för långt, högst {max_length} tecken", en="has too many characters, at most {max_length}"
    ),
    "string_pattern_mismatch": Text(
        sv="har fel form eller är tomt (mönstret är {pattern})",
        en="has the wrong form or is blank (the pattern is {pattern})",
    ),
    "int_type": Text(sv="ska vara ett heltal", en="must be a whole number"),
    "int_parsing": Text(sv="ska vara ett heltal", en="must be a whole number"),
    "int_from_float": Text(sv="ska vara ett heltal", en="must be a whole number"),
    "float_type": Text(sv="ska vara ett tal", en="must be a number"),
    "finite_number": Text(sv="ska vara ett ändligt tal", en="must be a finite number"),
    "bool_type": Text(sv="ska vara true eller false", en="must be true or false"),
    "bool_parsing": Text(sv="ska vara true eller false", en="must be true or false"),
    "uuid_type": Text(sv="ska vara ett id (UUID)", en="must be an id (a UUID)"),
    "uuid_parsing": Text(sv="ska vara ett id (UUID)", en="must be an id (a UUID)"),
    "enum": Text(sv="ska vara {expected}", en="must be {expected}"),
    "literal_error": Text(sv="ska vara {expected}", en="must be {expected}"),
    "greater_than": Text(sv="ska vara mer än {gt}", en="must be more than {gt}"),
    "greater_than_equal": Text(sv="ska vara minst {ge}", en="must be at least {ge}"),
    "less_than_equal": Text(sv="ska vara högst {le}", en="must be at most {le}"),
    "list_type": Text(sv="ska vara en lista", en="must be a list"),
    "too_long": Text(
        sv="har för många poster, högst {max_length}", en="has too many items, at most {max_length}"
    ),
    "too_short": Text(
        sv="har för få poster, minst {min_length}", en="has too few items, at least {min_length}"
    ),
    "model_type": Text(sv="ska vara ett objekt", en="must be an object"),
    "model_attributes_type": Text(sv="ska vara ett objekt", en="must be an object"),
}
_UNFORESEEN = Text(sv="är fel: {msg}", en="is wrong: {msg}")


def parse_body(model: type[Model], body: bytes) -> Model:
    """The body as the model. Raises Problem: 400 when it is not JSON, 422 when fields are wrong."""
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        reason = details[0]["ctx"]["error"]
        raise Problem(
            MALFORMED,
            Text(
                sv=f"Innehållet är inte giltig JSON: {reason}.", en=f"The body is not valid JSON: {reason}."
            ),
        )
    raise _invalid(details)


def parse_query(model: type[Model], query: list[tuple[str, str]]) -> Model:
    """The query string as the model. Raises Problem (422), also for a name that is given twice."""
    values = dict(query)
    if len(values) != len(query):
        raise _problem(
            (FieldFault("", Text(sv="samma namn är givet två gånger", en="the same name is given twice")),)
        )
    try:
        return model.model_validate_strings(values)
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False)) from None


def told(detail: ErrorDetails) -> Text:
    """What is wrong, in words."""
    context: dict[str, Any] = detail.get("ctx", {})
    if isinstance(cause := context.get("error"), Wrong):
        return cause.what
    sentence = _SENTENCES.get(detail["type"], _UNFORESEEN)
    values = {**context, "msg": detail["msg"]}
    return Text(sv=_filled(sentence.sv, values, "eller"), en=_filled(sentence.en, values, "or"))


def _invalid(details: list[ErrorDetails]) -> Problem:
    return _problem(tuple(FieldFault(_where(detail), told(detail)) for detail in details[:20]))


def _problem(faults: tuple[FieldFault, ...]) -> Problem:
    def listed(language: str) -> str:
        return "; ".join(f"{fault.where} {getattr(fault.what, language)}".strip() for fault in faults) + "."

    return Problem(INVALID, Text(sv=listed("sv"), en=listed("en")), faults=faults)


def _where(detail: ErrorDetails) -> str:
    return ".".join(str(step) for step in detail["loc"])


def _filled(sentence: str, values: dict[str, Any], conjunction: str) -> str:
    expected = re.sub(r"\bor\b", conjunction, str(values.get("expected", "")))
    return sentence.format(**{**values, "expected": expected})
