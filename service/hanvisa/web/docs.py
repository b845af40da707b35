"""The page that shows the API to people: one self-contained file, no scripts, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

from hanvisa.policy.model import Language
from hanvisa.web.problems import KINDS

_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid }
section { margin: 1.5rem 0 }
code { font-family: ui-monospace, monospace }
.method { font-weight: bold }
table { border-collapse: collapse; margin: .5rem 0 }
th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0 }
"""


def style_source(style: str) -> str:
    """For the policy of a page (CSP): these styles and no others."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src {style_source(_STYLE)}; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def page(document: dict[str, Any]) -> str:
    """The OpenAPI document as HTML: operations by resource, then models, then problems."""
    schemas = document["components"]["schemas"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>hanvisa API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>hanvisa API {escape(document['info']['version'])}</h1>"
        f"<p>{escape(document['info']['description'])} Machine-readable: "
        '<a href="/api/v1/openapi.json">openapi.json</a>.</p>'
        + "".join(_operations(document["paths"]))
        + "<h2>Models</h2>"
        + "".join(_model(name, schema) for name, schema in sorted(schemas.items()))
        + "<h2>Problems</h2>"
        + "".join(_problem())
        + "</main></body></html>"
    )


def _operations(paths: dict[str, Any]) -> list[str]:
    by_tag: dict[str, list[str]] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(method, path, operation))
    return [part for tag, operations in by_tag.items() for part in (f"<h2>{escape(tag)}</h2>", *operations)]


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td><td>{_type(one['schema'])}</td>"
        f"<td>{escape(one['schema'].get('description', ''))}</td></tr>"
        for one in operation["parameters"]
    )
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td><td>{_content(answer)}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    body = f"<p>Body: {_content(operation['requestBody'])}</p>" if "requestBody" in operation else ""
    return (
        f'<section><h3><code><span class="method">{escape(method.upper())}</span> {escape(path)}</code></h3>'
        f"<p>{escape(operation['summary'])}. {escape(operation['description'])}</p>"
        + (f"<table>{parameters}</table>" if parameters else "")
        + f"{body}<details><summary>Answers</summary><table>{answers}</table></details></section>"
    )


def _model(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(described)}</td>"
        f"<td>{'required' if field in required else ''}</td><td>{escape(described.get('description', ''))}</td></tr>"
        for field, described in schema.get("properties", {}).items()
    )
    about = schema.get("description", "")
    values = ", ".join(escape(str(value)) for value in schema.get("enum", ()))
    return (
        f'<section id="model-{escape(name)}"><h3>{escape(name)}</h3><p>{escape(about)}</p>'
        + (f"<p>One of: {values}</p>" if values else "")
        + (f"<table>{rows}</table>" if rows else "")
        + "</section>"
    )


def _problem() -> list[str]:
    return [
        f'<section id="problem-{kind.error_id}"><h3>{kind.status} {escape(kind.error_id)}: '
        f"{escape(kind.title.in_(Language.EN))}</h3><p>{escape(kind.what_to_do.in_(Language.EN))}</p></section>"
        for kind in KINDS
    ]


def _content(holder: dict[str, Any]) -> str:
    return ", ".join(_type(content["schema"]) for content in holder.get("content", {}).values())


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#model-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("format", schema.get("type", "anything"))))
