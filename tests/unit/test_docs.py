"""What the documents say of the program is so: the rules' texts, the settings' names, the files they lead to."""

import re
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.policy.rules import RULES
from hanvisa.reports.catalogue import REPORTS

DOCS = REPOSITORY / "docs"
DOCUMENTS = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def test_the_policy_has_every_rule_with_its_texts() -> None:
    text = (DOCS / "policy.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w\d) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    assert rows == [(rule.id, rule.text.sv, rule.text.en) for rule in RULES.values()]


def test_the_settings_that_decisions_name_are_there() -> None:
    named = set(re.findall(r"HANVISA_[A-Z_]*[A-Z]", (DOCS / "decisions.md").read_text(encoding="utf-8")))
    assert named
    assert named <= {f"HANVISA_{name.upper()}" for name in Settings.model_fields}


def test_the_reports_are_told_as_they_are() -> None:
    text = (DOCS / "reports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \|", text, re.MULTILINE)
    assert rows == [(report.name, report.title.sv, ", ".join(report.rules)) for report in REPORTS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_what_a_document_links_to_is_there(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_leads_to_every_document() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in DOCS.glob("*.md") if f"\n| [docs/{file.name}](docs/" not in readme] == []


def test_each_decision_record_has_a_number_of_its_own() -> None:
    records = {int(path.name[:4]): path for path in DOCS.glob("adr/*.md")}
    assert len(records) == len(list(DOCS.glob("adr/*.md"))), (
        "two have the same number: give the later one the next"
    )
    for number, path in records.items():
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path.name
