"""Lines below an article that say who wrote it: "Mara Quist is a fellow at the Institute of Harbours"."""

import re

import polars as pl

from tasks.facts.names import is_name
from tasks.lines import change_listed_lines

LAST_LINES = 5  # a bio is one of so many last lines,
PARAGRAPHS = 3  # with so many paragraphs above it at least,
WIDEST = 600  # and no wider
OCCUPATION = (
    r"(?i:(?:co-?)?founder|ceo|president|director|professor|lecturer|researcher|fellow|scholar|historian|economist|analyst|attorney"
    r"|lawyer|physician|surgeon|psychologist|scientist|engineer|consultant|strategist|author|writer|novelist|poet|journalist|reporter"
    r"|correspondent|columnist|editor|critic|producer|photographer|contributor|curator|blogger|host|freelancer?|graduate|student"
    r"|candidate|teacher|pastor|rabbi|commander|veteran|activist|expert|commentator|publisher|principal|practising|practicing"
    r"|autorin|autor|professorin|direktorin|direktor|redakteur(?:in)?|journalistin|schriftsteller(?:in)?|wissenschaftler(?:in)?"
    r"|historiker(?:in)?|leiter(?:in)?|geschäftsführer(?:in)?|korrespondent(?:in)?|chercheur|professeur|directeur|directrice"
    r"|journaliste|écrivain|profesora?|directora?|periodista|escritora?|investigadora?|docente|direttore|direttrice|giornalista"
    r"|scrittore|scrittrice|professora?|pesquisadora?|jornalista|escritora?)"
)
TITLE = r"(?:(?:Prof|Dr|Sir|Dame)\.? |(?:Korrespondent|Redakteur|Reporter|Autor|Gastautor|Politikredakteur)(?:in)? )*"
NAME = r"(?P<name>[^\W\d_a-z][\w.’'-]+(?: (?:[^\W\d_a-z][\w.’'-]*|de|del|la|van|von|der|den|bin|al|y|e)){1,4})"
ASIDE = r"(?:,? \([^()]{1,20}\)|, [^,]{2,20},)?"
VERB = (
    r"(?:is|was|has been|serves as|works as|ist|war|arbeitet als|est|es|è|é) "
    r"(?:(?:an?|the|our|ein|eine|einer|der|die|une?|una?|la|le|el|il|o|a|um|uma) )?"
)
BIO = re.compile(rf"{TITLE}{NAME}{ASIDE} {VERB}(?:[\w’'&,.-]+ ){{0,8}}?{OCCUPATION}\b")
AT_HOUSE = re.compile(
    rf"{TITLE}{NAME} (?:ist bei|schreibt für|berichtet für|arbeitet (?:bei|für)|teaches at|writes for|reports for) \S"
)
MAY_BE = rf"(?i){OCCUPATION}|schreibt für|berichtet für|arbeitet|ist bei|teaches at|writes for|reports for"


def name_bios(lines: pl.DataFrame) -> pl.DataFrame:
    """Gives the role `bio` to last lines that say what a person is of whom the article does not speak.

    `lines` with place, role, rule, is_paragraph. Changes role, role_by and role_value (names separated by "; ").
    """
    left = pl.col("place").max().over("doc") - pl.col("place")
    above = (pl.col("is_paragraph").cast(pl.UInt32).cum_sum().over("doc") - pl.col("is_paragraph")) >= PARAGRAPHS
    is_free = pl.col("role").is_null() & pl.col("rule").is_null() & (pl.col("width") <= WIDEST)
    last = lines.filter(left < LAST_LINES, above, is_free).filter(pl.col("text").str.contains(MAY_BE))
    found = [
        (doc, line, names)
        for doc, line, text in last.select("doc", "line", "text").iter_rows()
        if (names := read_bio(text))
    ]
    if not found:
        return lines
    documents = pl.Series([doc for doc, _, _ in found]).unique()
    introducing = {(doc, line) for doc, line, _ in found}
    texts: dict[int, list[str]] = {}
    for doc, line, text in (
        lines.filter(pl.col("doc").is_in(documents.implode()), pl.col("role").is_null())
        .select("doc", "line", "text")
        .iter_rows()
    ):
        if (doc, line) not in introducing:
            texts.setdefault(doc, []).append(text)
    bodies = {doc: "\n".join(parts) for doc, parts in texts.items()}
    bios = [
        (doc, line, "; ".join(names))
        for doc, line, names in found
        if not any(re.search(rf"\b{re.escape(name.split(' ')[-1])}\b", bodies.get(doc, "")) for name in names)
    ]
    schema = {"doc": pl.UInt32, "line": pl.Int32, "_names": pl.String}
    bio = {"role": "bio", "role_by": "bio.below-article", "role_value": pl.col("_names")}
    return change_listed_lines(lines, pl.DataFrame(bios, schema, orient="row"), **bio)


def read_bio(text: str) -> list[str]:
    """The persons that a line introduces with what they are; none where it does not open so.

    >>> read_bio("Mara Quist is a senior fellow at the Institute. Tom Ehlers is a professor of law.")
    ['Mara Quist', 'Tom Ehlers']
    >>> read_bio("The ferry is a professor's joke."), read_bio("On Monday Mara Quist was a guest.")
    ([], [])
    """
    text = text.lstrip("*•–—-[( \t")
    opening = BIO.match(text) or AT_HOUSE.match(text)
    if not opening or not is_name(opening["name"]):
        return []
    others = (hit["name"] for sentence in re.split(r"(?<=[.!?]) ", text)[1:] if (hit := BIO.match(sentence)))
    return list(dict.fromkeys([opening["name"], *filter(is_name, others)]))
