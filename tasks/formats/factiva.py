"""Exports of Factiva: fields with codes of two or three letters, or the plain layout that ends in "Document XXXX0000..."."""

import re
from collections.abc import Iterator

from tasks.formats.export_fields import RIGHTS, add_graphics, find_clock, find_written_day, join_body, join_line
from tasks.formats.wire import Item, read_names

CODES = "SE|HD|CR|BY|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|CX|LP|TD|CO|IN|NS|RE|IPC|IPD|PUB|AN|CT|RF|ART|CLM|RIC|DE|NOT"
CODE = re.compile(rf"\s{{0,3}}({CODES})(?:(?<=\b[A-Z][A-Z])(?:\s{{2,}}|\t)|(?<=[A-Z]{{3}})\s+|\s*$)(.*)$")
# Codes that may follow the text of an article; before them, a line that begins with another code is text.
AFTER_TEXT = frozenset(
    ["TD", "ART", "CO", "IN", "NS", "RE", "IPC", "IPD", "PUB", "AN", "CT", "RF", "RIC", "DE", "NOT", "CLM"]
)
LONG_NAMES = {
    "HD": "headline,titel,schlagzeile,titre,titular,título",
    "BY": "byline,author,autor,auteur",
    "WC": "word count,wortzahl,nombre de mots,número de palabras",
    "PD": "publication date,erscheinungsdatum,date de publication,fecha de publicación",
    "ET": "publication time",
    "SN": "source name,quellenname,nom de la source,nombre de la fuente",
    "SC": "source code,quellencode",
    "PG": "page,seite,página",
    "LA": "language,sprache,langue,idioma",
    "CY": "copyright",
    "LP": "lead paragraph,einführungsabsatz,premier paragraphe,párrafo principal",
    "TD": "text,full text,texte,texto",
    "AN": "accession number,zugriffsnummer,numéro d'accès,número de acceso",
    "SE": "section",
    "ED": "edition",
    "CO": "company",
    "NS": "subject",
    "RE": "region",
    "IN": "industry",
}
LONG_LABELS = {label: code for code, labels in LONG_NAMES.items() for label in labels.split(",")}
LABEL = re.compile(r"\s{0,3}([A-Za-zÀ-ÿ' ]{4,24}?)\s*:\s*(.*)$")
NUMBER = re.compile(
    r"\s*(?:Document|Dokument|Documento|Documenti|Dokumentnummer)\s+([A-Z][A-Z0-9]{3,11}\d{8}[A-Za-z0-9]{6,12})\s*"
)
COUNTED = re.compile(
    r"\s*\d[\d.,  ]*\s(?:words?|Wörter|Wort|mots?|palabras?|parole|woorden|palavras|ord|slov|слов)\s*", re.I
)
SOURCE_CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}")
SMALL = re.compile(r"[\w .,;-]{1,40}")
# What stands behind the last article: the search that found them.
SUMMARY = re.compile(
    r"\s*(?:Search Summary|Suchübersicht|Zusammenfassung der Suche|Résumé de la recherche|Resumen de (?:la )?búsqueda"
    r"|Riepilogo ricerca|© \d{4} Factiva)",
    re.I,
)


def split_factiva(text: str) -> Iterator[list[str]]:
    """The lines of each document of an export, up to the line with its number."""
    start, lines = 0, text.split("\n")
    for number, line in enumerate(lines):
        code, _ = find_code(line)
        if code == "AN" or (len(line) < 80 and NUMBER.fullmatch(line)):
            yield lines[start : number + 1]
            start = number + 1
        elif SUMMARY.match(line) and number > start and not any(find_code(above)[0] for above in lines[start:number]):
            return
    if any(find_code(line)[0] in ("LP", "TD") for line in lines[start:]):
        yield lines[start:]


def find_code(line: str) -> tuple[str | None, str]:
    """The code that a line begins with, and what stands behind it.

    >>> find_code("HD  Old swing bridge"), find_code("LP"), find_code("IN the harbour")
    (('HD', 'Old swing bridge'), ('LP', ''), (None, ''))
    """
    if match := CODE.match(line[:3000]):
        return match[1], line[match.start(2) :].strip()
    match = LABEL.match(line[:3000])
    code = LONG_LABELS.get(match[1].lower()) if match else None
    return (code, line[match.start(2) :].strip()) if code and match else (None, "")


def read_factiva(lines: list[str]) -> Item:
    """The item of one document, with codes or in the plain layout."""
    codes = {find_code(line)[0] for line in lines}
    return read_coded(lines) if {"HD", "PD"} & codes and {"LP", "TD"} & codes else read_plain_layout(lines)


def read_coded(lines: list[str]) -> Item:
    """The item of a document whose fields have codes."""
    fields: dict[str, list[str]] = {}
    current = None
    for line in lines:
        code, value = find_code(line)
        if code and (current not in ("LP", "TD") or code in AFTER_TEXT):
            current = code
            fields.setdefault(code, []).append(value)
        elif current:
            fields[current].append(line)
    body = "\n\n".join(filter(None, (join_body(fields.get(code, ())) for code in ("LP", "TD"))))
    number = NUMBER.match(join_line(fields.get("AN", ())) or "")
    day, clock = find_written_day(join_line(fields.get("PD", ()))), find_clock(join_line(fields.get("ET", ())) or "")
    values = {
        "title": join_line(fields.get("HD", ())),
        "authors": list(read_names(join_line(fields.get("BY", ())))),
        "published": f"{day}{clock}" if day and clock else day,
        "publisher": join_line(fields.get("SN", ())),
        "id": number[1] if number else join_line(fields.get("AN", ())),
    }
    return Item(values, *add_graphics(body, [join_line(fields.get("ART", ()))]))


def read_plain_layout(lines: list[str]) -> Item:
    """The item of a document without codes: section, headline, byline, number of words, day, paper, code, rights, text."""
    number = NUMBER.fullmatch(lines[-1]) if lines else None
    count = next((place for place, line in enumerate(lines) if len(line) < 40 and COUNTED.fullmatch(line)), 0)
    head = [" ".join(line.split()) for line in lines[:count] if line.strip()]
    names = read_names(head[-1]) if len(head) > 1 else ()
    titles = head[:-1] if names else head
    rest = lines[count + 1 : len(lines) - (1 if number else 0)]
    rights = next((place for place, line in enumerate(rest[:16]) if RIGHTS.match(line)), None)
    details = [" ".join(line.split()) for line in rest[: rights if rights is not None else 8] if line.strip()]
    published = next(filter(None, map(find_written_day, details)), None)
    clock = next((find_clock(line) for line in details if len(line) < 12 and find_clock(line)), None)
    papers = [line for line in details if not find_written_day(line) and not find_clock(line) and not line.isdigit()]
    if rights is None:  # no rights: the text begins behind the short lines
        rights = next(
            (place - 1 for place, line in enumerate(rest) if line.strip() and not SMALL.fullmatch(line.strip())), 0
        )
    values = {
        "title": titles[-1] if titles else None,
        "authors": list(names),
        "published": f"{published}{clock}" if published and clock else published,
        "publisher": papers[0] if papers else None,
        "id": number[1] if number else None,
    }
    return Item(values, join_body(rest[rights + 1 :]))


def is_factiva(start: str) -> bool:
    """Whether a text begins as an export of Factiva does."""
    lines = start.split("\n")
    codes = [find_code(line)[0] for line in lines if CODE.match(line[:3000])]
    if "HD" in codes and len({"WC", "PD", "SN", "LP", "TD", "SC"} & set(codes)) > 2:
        return True
    labels = {find_code(line)[0] for line in lines}
    if "HD" in labels and len({"WC", "PD", "SN", "LP", "TD", "AN"} & labels) > 3:
        return True
    counts = [place for place, line in enumerate(lines) if len(line) < 40 and COUNTED.fullmatch(line)]
    if not counts:
        return False
    near = [" ".join(line.split()) for line in lines[counts[0] + 1 : counts[0] + 12] if line.strip()]
    has_code = any(SOURCE_CODE.fullmatch(line) for line in near)
    return (
        bool(near)
        and find_written_day(near[0]) is not None
        and (has_code or any(NUMBER.fullmatch(line) for line in lines))
    )
