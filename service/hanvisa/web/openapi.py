"""OpenAPI 3.1 of the operations, made from the same models that validate."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from hanvisa import __version__
from hanvisa.policy.model import Language
from hanvisa.web import problems
from hanvisa.web.cookies import SESSION
from hanvisa.web.problems import Kind
from hanvisa.web.roles import Action, who_may
from hanvisa.web.routing import BASE, PARAMETERS, Anyone, Operation
from hanvisa.web.uploads import MULTIPART

_REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The description of the whole API."""
    listed = tuple(operations)
    references, definitions = _schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for one in listed:
        paths.setdefault(BASE + one.path, {})[one.method.lower()] = _operation(one, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hanvisa",
            "version": __version__,
            "description": "The register and its upkeep, absences, forwardings, exceptions, messages, operators and "
            "calls, and what the policy decides.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "hanvisa token create --role admin --name NAME",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SESSION,
                    "description": "POST /api/v1/session signs in; changes then bring `csrf` along as X-CSRF-Token.",
                },
            },
            "schemas": {**definitions, "Problem": _PROBLEM},
        },
    }


References = dict[Any, dict[str, Any]]  # by model and mode


def _schemas(operations: tuple[Operation, ...]) -> tuple[References, dict[str, Any]]:
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for one in operations:
        wanted += [(model, "validation") for model in (one.body, one.query) if model]
        wanted += [(one.reply, "serialization")] if one.reply else []
    unique = list(dict.fromkeys(wanted))
    references, definitions = models_json_schema(unique, ref_template=_REFERENCE)
    return references, definitions.get("$defs", {})


def _operation(operation: Operation, references: References) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.handler.__module__.rsplit(".", 1)[-1] + "_" + operation.handler.__name__,
        "summary": operation.summary,
        "description": " ".join(filter(None, (_who(operation.action), operation.about))),
        "tags": [operation.path.split("/")[1]],
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation),
            *_header_parameters(operation),
        ],
        "responses": _responses(operation, references),
    }
    if operation.action is Anyone.AT_ALL:
        described["security"] = []
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {_JSON: {"schema": references[operation.body, "validation"]}},
        }
    if operation.uploads:
        described["requestBody"] = {"required": True, "content": {MULTIPART: {"schema": _FILES}}}
    return described


def _who(action: Action | Anyone) -> str:
    if isinstance(action, Action):
        return "Roles: " + ", ".join(role.value for role in who_may(action)) + "."
    return "Anybody." if action is Anyone.AT_ALL else "Whoever is signed in or has a token."


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [
        {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name].json_schema()}
        for name in names
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=_REFERENCE)
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(described),
        }
        for name, described in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: what is not given is left out."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) != 1:
        return schema
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kept, **options[0]}


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "header", "schema": {"type": "string", "description": what}}
        for name, what in operation.headers.items()
    ]
    if operation.if_match:
        schema = {
            "type": "string",
            "examples": ['"3"'],
            "description": "the ETag that the change starts from",
        }
        parameters.append({"name": "If-Match", "in": "header", "required": True, "schema": schema})
    return parameters


def _responses(operation: Operation, references: References) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary}
    if operation.reply is not None:
        success["content"] = {
            operation.media or _JSON: {"schema": references[operation.reply, "serialization"]}
        }
    elif operation.media:
        success["content"] = {
            operation.media: {"schema": {"type": "string"} if operation.media.startswith("text/") else {}}
        }
    headers = {name: {"schema": {"type": "string"}} for name in _header_names(operation)}
    if headers:
        success["headers"] = headers
    responses = {str(operation.status): success}
    for status, kinds in _by_status(_refusals(operation)).items():
        responses[str(status)] = {
            "description": " / ".join(kind.title.in_(Language.EN) for kind in kinds),
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return responses


def _header_names(operation: Operation) -> tuple[str, ...]:
    return (("ETag",) if operation.etag else ()) + (("Location",) if operation.status in (201, 302) else ())


def _refusals(operation: Operation) -> tuple[Kind, ...]:
    """Every kind of problem that the operation can answer with."""
    kinds = [problems.INTERNAL, problems.UNAVAILABLE, problems.INVALID, *operation.refusals]
    if operation.method != "GET":
        kinds += [problems.BUSY]
    if operation.action is not Anyone.AT_ALL:
        kinds += [problems.UNAUTHENTICATED, problems.FORBIDDEN]
        kinds += [problems.NOT_MEANT] if operation.method != "GET" else []
    if "{" in operation.path:
        kinds += [problems.INVALID_ID, problems.NOT_FOUND]
    if operation.body is not None:
        kinds += [problems.MALFORMED, problems.TOO_LARGE, problems.NOT_JSON]
    if operation.uploads:
        kinds += [problems.TOO_LARGE, problems.NOT_FILES]
    if operation.if_match:
        kinds += [problems.CHANGED, problems.MISSING_MATCH]
    return tuple(dict.fromkeys(kinds))


def _by_status(kinds: Iterable[Kind]) -> dict[int, list[Kind]]:
    grouped: dict[int, list[Kind]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.status):
        grouped.setdefault(kind.status, []).append(kind)
    return grouped


_FILES: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
}
_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details, in Swedish or English by Accept-Language.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "error_id", "what_to_do"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "error_id": {"type": "string", "enum": [kind.error_id for kind in problems.KINDS]},
        "what_to_do": {"type": "string"},
        "rules": {
            "type": "array",
            "items": {"type": "string"},
            "description": "the policy's rules that decided",
        },
        "because": {"type": "string", "description": "why the policy refused"},
        "alternatives": {
            "type": "array",
            "description": "what is allowed instead",
            "items": {
                "type": "object",
                "required": ["kind", "text", "number"],
                "properties": {
                    "kind": {"type": "string"},
                    "text": {"type": "string"},
                    "number": {"type": ["string", "null"], "description": "E.164"},
                },
            },
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
