"""CSV files to rows of text: UTF-8, with or without a byte order mark, comma or semicolon, a header."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanvisa.counting import counted
from hanvisa.directory.imports.problems import MISSING
from hanvisa.directory.imports.sheets import SHEETS
from hanvisa.directory.imports.spreadsheets import wrong_encoding
from hanvisa.policy.model import Text

if TYPE_CHECKING:
    from _csv import Reader as CsvReader
    from collections.abc import Mapping
    from pathlib import Path

    from hanvisa.directory.imports.problems import Problems

_SEPARATOR = re.compile(r"sep=[,;]")  # for Excel, before the columns' names
_TELEPHONE_HOURS = re.compile(r"(tele(f|ph)on|phone|tel)[ _-]?(tid(er)?|hours?|times?)", re.IGNORECASE)


_NO_HOURS = Text(
    sv="det finns inga telefontider (regel G2: Inga telefontider, ”träffas säkrast”). Ta bort kolumnen; när någon"
    " träffas säkrast hör till best_reached, och stänger ingenting.",
    en="there are no telephone hours (rule G2: Inga telefontider, ”träffas säkrast”). Leave the column out;"
    " when somebody is best reached belongs in best_reached, and closes nothing.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """``number`` is the line in the file; ``texts`` are by column, without the space around them."""

    number: int
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class File:
    columns: frozenset[str]
    lines: tuple[Line, ...]


def read_folder(folder: Path, problems: Problems) -> dict[str, bytes]:
    """The folder's CSV files by name. Raises ImportRefused when there are none, or some can't be read."""
    paths = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if not folder.is_dir():
        problems.add(str(folder), Text(sv="mappen finns inte.", en="there is no such folder."))
    elif not paths:
        problems.add(
            str(folder), Text(sv="det finns inga CSV-filer i den.", en="there are no CSV files in it.")
        )
    raw = {path.name: content for path in paths if (content := _bytes_of(path, problems)) is not None}
    problems.raise_if_any()
    return raw


def read_files(raw: Mapping[str, bytes], problems: Problems) -> dict[str, File]:
    """The files by name. Raises ImportRefused when any can't be read: what is in them makes no sense then."""
    known = {sheet.file: sheet for sheet in SHEETS}
    files = {}
    for name, content in raw.items():
        if name not in known:
            names = ", ".join(known)
            what = Text(
                sv=f"filen är inte känd. De som är kända är {names}.",
                en=f"this file is not known. Known are {names}.",
            )
            problems.add(name, what)
            continue
        file = _read(name, content, problems)
        if file is not None and _check_header(name, file, problems):
            files[name] = file
    problems.raise_if_any()
    return files


def read_file(path: Path, problems: Problems) -> File | None:
    """The file's lines by whatever columns it has; None when it is none (``problems`` says why)."""
    raw = _bytes_of(path, problems)
    return None if raw is None else _read(path.name, raw, problems)


def _bytes_of(path: Path, problems: Problems) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        what = Text(
            sv=f"den går inte att läsa ({error.strerror}).", en=f"it can't be read: {error.strerror}."
        )
        problems.add(path.name, what)
        return None


def _read(name: str, raw: bytes, problems: Problems) -> File | None:
    try:
        text = unicodedata.normalize("NFC", raw.decode("utf-8-sig"))  # a Mac writes å as two
    except UnicodeDecodeError as error:
        problems.add(name, wrong_encoding(raw, error), line=raw.count(b"\n", 0, error.start) + 1)
        return None
    if "\0" in text:
        problems.add(
            name, Text(sv="den är ingen text utan något annat.", en="it is no text but something else.")
        )
        return None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        if _SEPARATOR.fullmatch(first.rstrip("\r")):
            next(reader)
        return _lines(name, reader, problems)
    except csv.Error as error:
        what = Text(sv=f"den är ingen CSV ({error}).", en=f"it is no CSV: {error}.")
        problems.add(name, what, line=reader.line_num)
        return None


def _lines(name: str, reader: CsvReader, problems: Problems) -> File | None:
    header = _trimmed([column.strip() for column in next(reader, [])], 0)
    if not any(header):
        what = Text(
            sv="den är tom; på första raden ska kolumnernas namn stå.",
            en="it is empty; its first line is to name the columns.",
        )
        problems.add(name, what)
        return None
    lines = []
    for fields in reader:
        texts = _trimmed(fields, len(header))
        if not any(text.strip() for text in texts):
            continue
        if len(texts) != len(header):
            what = Text(
                sv=f"den har {len(texts)} fält, rubriken har {len(header)}.",
                en=f"it has {counted(len(texts), 'field', 'fields')}, the header has {len(header)}.",
            )
            problems.add(name, what, line=reader.line_num)
            continue
        row = {column: text.strip() for column, text in zip(header, texts, strict=True)}
        lines.append(Line(reader.line_num, row))
    repeated = {column for column in header if header.count(column) > 1}
    for column in sorted(repeated):
        what = Text(sv="kolumnen finns mer än en gång.", en="the column is there more than once.")
        problems.add(name, what, line=1, column=column)
    return File(frozenset(header), tuple(lines))


def _trimmed(texts: list[str], width: int) -> list[str]:
    """Without the empty columns that spreadsheets leave at the right, beyond ``width``."""
    while len(texts) > width and not texts[-1].strip():
        texts = texts[:-1]
    return texts


def _check_header(name: str, file: File, problems: Problems) -> bool:
    columns = {column.name: column for sheet in SHEETS if sheet.file == name for column in sheet.columns}
    hours = {column for column in file.columns if _TELEPHONE_HOURS.fullmatch(column)}
    for column in sorted(hours):
        problems.add(
            name,
            _NO_HOURS,
            line=1,
            column=column,
        )
    unknown = file.columns - columns.keys() - hours
    for column in sorted(unknown):
        problems.add(
            name,
            Text(
                sv=f"kolumnen är inte känd. De som är kända är {', '.join(columns)}.",
                en=f"this column is not known. Known are {', '.join(columns)}.",
            ),
            line=1,
            column=column or "?",
        )
    missing = [
        column.name for column in columns.values() if column.required and column.name not in file.columns
    ]
    for column in missing:
        problems.add(name, MISSING, line=1, column=column)
    return not (hours or unknown or missing)
