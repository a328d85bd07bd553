"""Exports of Nexis: the old form ("1 of 2 DOCUMENTS", BYLINE:, LOAD-DATE:) and Nexis Uni ("Body", "End of Document")."""

import re
from collections.abc import Iterator

from tasks.formats.export_fields import RIGHTS, add_graphics, find_written_day, join_body, join_line
from tasks.formats.wire import Item, read_all_names

# Labels by what they hold, as the user interface writes them in its languages.
LABELS = {
    "title": "HEADLINE|ÜBERSCHRIFT|TITEL|TITRE|TITULAR|TÍTULO|TITOLO|KOP",
    "authors": "BYLINE|AUTOR|AUTORIN|VERFASSER|AUTEUR|AUTORE|AUTOR\\(A\\)|AUTHOR",
    "standfirst": "HIGHLIGHT|ABSTRACT|ZUSAMMENFASSUNG|ENCART|SUMARIO|RESUMEN|RÉSUMÉ|SOMMARIO|SAMENVATTING",
    "dateline": "DATELINE|DATUMSZEILE",
    "body": "BODY|TEXT|HAUPTTEXT|VOLLTEXT|TEXTO|TEXTE|CORPS|CUERPO|TESTO|CORPO|TEKST",
    "graphic": "GRAPHIC|GRAFIK|GRAPHIQUE|GRÁFICO|GRAFICO|ILLUSTRATION|BILD|FOTO|GRAFIEK",
    "language": "LANGUAGE|SPRACHE|IDIOMA|LANGUE|LENGUAJE|LINGUA|LINGUAGGIO|TAAL",
    "skipped": (
        "SECTION|RUBRIK|RESSORT|SECCIÓN|RUBRIQUE|SEZIONE|SECTIE|LENGTH|LÄNGE|LONGITUD|LONGUEUR|LUNGHEZZA|LENGTE|LOAD-DATE|UPDATE"
        "|DATUM-LADEN|FECHA-CARGA|DATE-CHARGEMENT|DATA-CARICAMENTO|LAADDATUM|PUBLICATION-TYPE|PUBLIKATIONSTYP|PUBLIKATIONS-TYP"
        "|ZEITUNGSTYP|TYPE-PUBLICATION|TYPE-PUBLI|TIPO-PUBLICACIÓN|TIPO-PUBLICACION|TIPO-PUBBLICAZIONE|PUBLICATIETYPE|PUB-TYPE"
        "|PUB-SUBJECT|SUBJECT|COMPANY|GEOGRAPHIC|PERSON|ORGANIZATION|TICKER|INDUSTRY|COUNTRY|STATE|CITY|DOCUMENT-TYPE"
        "|JOURNAL-CODE|DISTRIBUTION|CORRECTION-DATE|SERIES|TYPE|NOTES|ANMERKUNG|ISSN|ACC-NO|URL|CLASSIFICATION|CUSTOM-TERMS"
        "|EDITION|AUSGABE|COPYRIGHT|GENRE|SOURCE|PAGE|SERIE"
    ),
}
BY_LABEL = {
    label.replace("\\", "").replace("-", " "): field for field, labels in LABELS.items() for label in labels.split("|")
}
FIELD = re.compile(r"\s{0,8}([A-ZÄÖÜÉÁÍÓÚ][A-Za-zÄÖÜÉÁÍÓÚÑäöüéáíóúñ() -]{2,24}):(?:\s+(.*))?$")
NUMBERED = re.compile(
    r"\s*(?:(?:dokument|documento?|document)\s+\d{1,5}\s+(?:of|von|de|di|van|av|af)\s+\d{1,5}"
    r"|\d{1,5}\s+(?:of|von|de|di|van|av|af)\s+\d{1,5}\s+(?:documents?|dokumenten?|documentos?|documenti|documenten))\s*",
    re.I,
)
ENDED = re.compile(
    r"\s*(?:End of Document|Ende des Dokuments|Fin del documento|Fin du document|Fine del documento|Einde van (?:het )?document"
    r"|Fim do documento)\s*",
    re.I,
)
PICTURES = re.compile(r"(?:(?:photos?|pictures?|images?|graphic|fotos?|bild)\b[:,.]?\s*)+", re.I)
COUNTED = re.compile(r"\s{0,8}(?:LENGTH|LÄNGE|LONGITUD|LONGUEUR|LUNGHEZZA|LENGTE|EXTENSÃO):\s+\d[\d.,]*\s+\w+\s*", re.I)
UNI_LABELS = frozenset({"Body", "Graphic", "Notes", "Classification", "Correction", "Highlight"})
# Lines of the list of contents before the first article of Nexis Uni.
COVER = re.compile(
    r"\s*(?:Client/Matter|Search Terms|Search Type|Narrowed by|Content Type|User Name|Date and Time|Job Number|Documents? \(\d"
    r"|Page \d+ of \d+|\|? ?About LexisNexis|Print(?:ed)? (?:by|on)|Timeline|Language:|\d{1,4}\. )",
    re.I,
)
LONG_CHARS = 100  # a longer line below the text without a label is text
EDITION = re.compile(
    r"(?:[\w'’&-]+ ){0,5}(?:Edition|Editions|Ausgabe|Édition|Edición|Edizione|Editie)(?: \d{1,2})?", re.I
)


def split_nexis(text: str) -> Iterator[list[str]]:
    """The lines of each document of an export, without the lines that part them and what stands before the first."""
    lines = text.split("\n")
    marks = [number for number, line in enumerate(lines) if len(line) < 120 and NUMBERED.fullmatch(line)]
    if marks:
        for start, end in zip(marks, [*marks[1:], len(lines)], strict=True):
            yield lines[start + 1 : end]
        return
    start = 0
    for number, line in enumerate(lines):
        if len(line) < 80 and ENDED.fullmatch(line):
            yield lines[start:number]
            start = number + 1
    if any(find_label(line)[0] for line in lines[start:]):
        yield lines[start:]


def find_label(line: str) -> tuple[str | None, str]:
    """The field that a line begins, and what stands behind the label.

    >>> find_label("BYLINE: Nell Ashgrove"), find_label("Body"), find_label("Remember: the boat is no toy")
    (('authors', 'Nell Ashgrove'), ('body', ''), (None, ''))
    """
    if line.strip() in UNI_LABELS:
        return BY_LABEL.get(line.strip().upper(), "skipped"), ""
    match = FIELD.match(line) if len(line) < 5000 else None
    field = BY_LABEL.get(match[1].upper().replace("-", " ")) if match else None
    # In capitals, or as Nexis Uni writes them; anything else is prose with a colon.
    is_label = field is not None and match is not None and (match[1].isupper() or match[1] == match[1].title())
    return (field, (match[2] or "").strip()) if is_label and match else (None, "")


def read_nexis(lines: list[str]) -> Item:
    """The item of one document."""
    fields: dict[str, list[str]] = {}
    head: list[str] = []
    body: list[str] = []
    current, is_tail = "head", False
    for line in lines:
        field, value = find_label(line)
        has_text = any(map(str.strip, body))
        if field and has_text and not (is_tail or begins_tail(line, field)):
            field = None  # a line of the text that looks like a label
        if field == "body":
            current, body = "body", [value] if value else []
        elif field:
            current, is_tail = field, is_tail or has_text
            fields.setdefault(field, []).append(value)
        elif current == "head":
            head.append(line)
        elif current not in ("body", "tail") and line.strip():
            fields[current][-1] = f"{fields[current][-1]} {line.strip()}".strip()
        elif current not in ("body", "tail") and fields[current][-1]:
            current = "tail" if is_tail else "body"  # a blank line ends a field
            body.append("")
        elif current == "body" or len(line) > LONG_CHARS:
            body.append(line)
    while body and (not body[-1].strip() or RIGHTS.match(body[-1])):
        body.pop()
    publisher, published, title = read_masthead(head)
    values = {
        "title": join_line(fields.get("title", ())) or title,
        "standfirst": join_line(fields.get("standfirst", ())),
        "authors": read_all_names(fields.get("authors", ())),
        "published": published,
        "publisher": publisher,
    }
    return Item(values, *add_graphics(join_body(body), map(tidy_graphic, fields.get("graphic", ()))))


def begins_tail(line: str, field: str) -> bool:
    """Whether a label below the first line of the text ends it: in capitals, or one that prose does not begin with."""
    label = line.strip().partition(":")[0]
    return (
        label.isupper()
        or field == "graphic"
        or label.lower().replace("-", " ") in ("load date", "classification", "notes")
    )


def tidy_graphic(words: str) -> str | None:
    """The caption in a field for pictures.

    >>> tidy_graphic("PHOTO: The bridge on Monday."), tidy_graphic("PHOTO")
    ('The bridge on Monday.', None)
    """
    caption = " ".join(words.split())
    label = PICTURES.match(caption)
    return caption[label.end() if label else 0 :] or None


def read_masthead(head: list[str]) -> tuple[str | None, str | None, str | None]:
    """Newspaper, day and headline in the lines above the first field: the headline is above the paper or below the day."""
    lines = [" ".join(line.split()) for line in head]
    last = max(
        (number for number, line in enumerate(lines) if COVER.match(line) and not find_written_day(line)), default=-1
    )
    kept = [(number, line) for number, line in enumerate(lines) if number > last and line and not RIGHTS.match(line)]
    dated = next((place for place, (_, line) in enumerate(kept) if len(line) < 100 and find_written_day(line)), None)
    if dated is None:
        return None, None, join_line(line for _, line in kept[:1]) if len(kept) < 3 else kept[-1][1]
    above = [line for _, line in kept[:dated]]
    below = [line for _, line in kept[dated + 1 :] if not EDITION.fullmatch(line)]
    publisher = above[-1] if above else None
    title = join_line(below) or join_line(above[:-1])
    return publisher, find_written_day(kept[dated][1]), title


def is_nexis(start: str) -> bool:
    """Whether a text begins as an export of Nexis does."""
    lines = start.split("\n")
    if any(NUMBERED.fullmatch(line) for line in lines[:60] if len(line) < 120):
        return sum(find_label(line)[0] is not None for line in lines) > 1
    labels = {find_label(line)[0] for line in lines}
    counted = sum(COUNTED.fullmatch(line) is not None for line in lines if len(line) < 100)
    has_cover = sum(bool(re.match(r"\s*(?:Client/Matter|Search Terms|Search Type):", line)) for line in lines) > 1
    return (counted > 0 and "skipped" in labels and len(labels - {None}) > 1) or has_cover
