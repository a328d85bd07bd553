"""Exports of ProQuest: documents between ruled lines, with labelled fields and "Full text:"."""

import re
from collections.abc import Iterator

from tasks.formats.export_fields import find_written_day, join_body, join_line
from tasks.formats.wire import Item

RULE = re.compile(r"\s*_{20,}\s*")
NUMBERED = re.compile(r"\s*(?:Document|Dokument|Documento) \d{1,5} (?:of|von|de|di) \d{1,5}\s*", re.I)
LABELS = {
    "title": "Title|Titel|Título|Titre|Headline",
    "authors": "Author|Autor|Auteur|Autore|Verfasser",
    "standfirst": "Abstract|Resumen|Résumé|Zusammenfassung",
    "text": "Full text|Texto completo|Texte intégral|Volltext|Testo completo",
    "published": "Publication date|Fecha de publicación|Date de publication|Publikationsdatum|Data di pubblicazione|Date",
    "publisher": (
        "Publication title|Título de publicación|Titre de la publication|Titel der Publikation|Titolo della pubblicazione"
    ),
    "id": (
        "ProQuest document ID|ID de documento ProQuest|ID de documento de ProQuest|ID de document ProQuest"
        "|ProQuest-Dokument-ID"
    ),
    "url": "Document URL|URL del documento|URL du document|Dokument-URL",
    "source": "Publication info|Información de publicación|Informations sur la publication|Publikationsinformationen",
    "skipped": (
        "Subject|Business indexing term|Subjects|Location|People|Company|Company / organization|Classification"
        "|Identifier / keyword|Identifier|Volume|Issue|Pages|First page|Number of pages|Publication year|Year|Section|Publisher"
        "|Place of publication|Country of publication|Publication subject|ISSN|e-ISSN|ISBN|CODEN|Source type"
        "|Language of publication|Language|Document type|Document feature|Dateline|Credit|Copyright|Last updated|Database|Links"
        "|Database copyright|Materia|Sujet|Thema|Páginas|Seiten|Editorial|Éditeur|Verlag|Tipo de fuente|Idioma|Langue|Sprache"
        "|Tipo de documento|Type de document|Dokumententyp|Base de datos|Base de données|Datenbank|Última actualización"
        "|Dernière mise à jour|Zuletzt aktualisiert|Correspondence author|Supplemental file|Publication frequency"
        "|Accession number|Literary indexing|DOI|Ejournal|Issue number"
    ),
}
BY_LABEL = {label.lower(): field for field, labels in LABELS.items() for label in labels.split("|")}
HEADINGS = {
    "full text": "text",
    "abstract": "standfirst",
    "details": "skipped",
    "links": "skipped",
    "abstract (english)": "standfirst",
}
LABEL = re.compile(r"\s{0,3}([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ /-]{2,34}):(?:\s+(.*))?$")
NO_ABSTRACT = re.compile(r"(?:none available|not available|no disponible|nicht verfügbar|non disponible)\.?", re.I)


def split_proquest(text: str) -> Iterator[list[str]]:
    """The lines of each document between two ruled lines; covers, lists and notices are skipped."""
    part: list[str] = []
    for line in [*text.split("\n"), "_" * 20]:
        if len(line) < 400 and RULE.fullmatch(line):
            fields = {find_field_of(row)[0] for row in part}
            if "text" in fields or ("id" in fields and "publisher" in fields):
                yield part
            part = []
        else:
            part.append(line)


def find_field_of(line: str) -> tuple[str | None, str]:
    """The field that a line begins, and what stands behind its label.

    >>> find_field_of("Full text: The bridge"), find_field_of("FULL TEXT"), find_field_of("Remember: the boat is no toy")
    (('text', 'The bridge'), ('text', ''), (None, ''))
    """
    bare = line.strip()
    if bare.isupper() and bare.lower() in HEADINGS:
        return HEADINGS[bare.lower()], ""
    match = LABEL.match(line[:400])
    field = BY_LABEL.get(match[1].lower()) if match else None
    return (field, line[match.end(1) + 1 :].strip()) if field and match else (None, "")


def read_proquest(lines: list[str]) -> Item:
    """The item of one document."""
    fields: dict[str, list[str]] = {"head": []}
    current, above = "head", ""
    for line in lines:
        field, value = find_field_of(line)
        if field and (not above.strip() or current != "text"):
            current = field
            fields.setdefault(field, []).append(value)
        else:
            fields[current].append(line)
        above = line
    heads = [line for line in fields["head"] if line.strip() and not NUMBERED.fullmatch(line)]
    standfirst = join_line(fields.get("standfirst", ()))
    published = find_written_day(join_line(fields.get("published", ()))) or find_written_day(
        join_line(fields.get("source", ()))
    )
    values = {
        "title": join_line(fields.get("title", ())) or join_line(heads[:1]),
        "standfirst": None
        if not standfirst or NO_ABSTRACT.fullmatch(standfirst) or standfirst.endswith(("...", "…"))
        else standfirst,
        "authors": [
            turn_name(name) for name in (join_line(fields.get("authors", ())) or "").split(";") if name.strip()
        ],
        "published": published,
        "publisher": (join_line(fields.get("publisher", ())) or "").partition(";")[0].strip() or None,
        "id": join_line(fields.get("id", ())[:1]),
        "url": join_line(fields.get("url", ())[:2]),
    }
    return Item(values, join_body(fields.get("text", ())))


def turn_name(name: str) -> str:
    """A name that begins with the family name, as it is spoken.

    >>> turn_name("Ashgrove, Nell"), turn_name("Nell Ashgrove")
    ('Nell Ashgrove', 'Nell Ashgrove')
    """
    family, comma, given = name.strip().rstrip(".").partition(", ")
    return f"{given} {family}" if comma and "," not in given else name.strip()


def is_proquest(start: str) -> bool:
    """Whether a text begins as an export of ProQuest does."""
    lines = start.split("\n")
    has_rule = any(RULE.fullmatch(line) for line in lines if len(line) < 400)
    fields = {find_field_of(line)[0] for line in lines} - {None, "skipped"}
    is_named = any("ProQuest" in line for line in lines)
    return (
        (has_rule and is_named and bool(fields - {"title"}))
        or {"text", "id"} <= fields
        or (has_rule and {"text", "source"} <= fields)
    )
