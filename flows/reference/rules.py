"""The page on the cleaning rows, `docs/rules.md`: how many there are, what each does and why, and how often it was right."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from flows.reference.tables import fill_page, format_table
from tasks.roles.rows import load_role_rows
from tasks.rules import FAMILIES, Rule, load_rules
from tasks.rules.precision import FLOOR, FLOOR_LINES, Counts, RulePrecision, load_exceptions, load_precision, sum_counts

ANY = "any"
FIGURES = ("right by the labels", "after reading")
NONE = ("", "", "")  # figures of a row that was not measured


def write_rules() -> str:
    """The page as Markdown, from committed rows and counts alone."""
    measured, rules = load_precision(), load_rules()
    labelled, read = sum_counts(measured.counts), sum_counts(measured.counts, load_exceptions())
    languages = sorted({language for rule in rules for language in rule.languages} - {ANY})
    figures = {name: format_figures(labelled[name], read[name]) for name in labelled}
    return fill_page(
        "rules",
        name=measured.name,
        pages=measured.pages,
        floor=FLOOR,
        least=FLOOR_LINES,
        rules=len(rules),
        families=len(FAMILIES),
        languages=len(languages),
        family_table=format_families(rules, [ANY, *languages]),
        language_table=format_languages(rules, measured.counts),
        rule_table=format_table(
            ("rule", "languages", "zone", "does", "lines cut", *FIGURES, "why"),
            format_rules(rules, figures),
            right=("lines cut", *FIGURES),
        ),
        role_table=format_table(
            ("row", "role", "zone", "lines set apart", *FIGURES, "why"),
            ((f"`{row.id}`", row.role, row.zone, *figures.get(row.id, NONE), row.why) for row in load_role_rows()),
            right=("lines set apart", *FIGURES),
        ),
        exception_table=format_table(
            ("rule", "lines", "why"),
            ((f"`{row.rule}`", row.lines, row.why) for row in load_exceptions()),
            right=("lines",),
        ),
    )


def format_families(rules: Sequence[Rule], languages: Sequence[str]) -> str:
    """The number of rules of each family (down) and language (across)."""
    cells = Counter((rule.family, language) for rule in rules for language in rule.languages)
    rows = ((family, *(cells[family, language] or "" for language in languages)) for family in sorted(FAMILIES))
    return format_table(("family", *languages), rows, right=languages)


def format_languages(rules: Sequence[Rule], counts: Counts) -> str:
    """The lines that all rules together removed from the pages of each language."""
    cut: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for name in {name for rule in rules for name in (rule.id, f"{rule.id}.list")} & counts.keys():
        for language, (lines, bad) in counts[name].items():
            cut[language] += lines
            wrong[language] += bad
    rows = (
        (language, cut[language], format_precision(RulePrecision(cut[language], wrong[language])))
        for language in sorted(cut)
    )
    return format_table(("language", "lines cut", FIGURES[0]), rows, right=("lines cut", FIGURES[0]))


def format_rules(rules: Sequence[Rule], figures: Mapping[str, Sequence[object]]) -> Iterator[Sequence[object]]:
    """One row per rule, and one more for the lists below its lines."""
    for rule in rules:
        does = f"{rule.action} {rule.takes}" if rule.action == "remove" else rule.action
        yield f"`{rule.id}`", " ".join(rule.languages), rule.zone, does, *figures.get(rule.id, NONE), rule.why
        if (name := f"{rule.id}.list") in figures:
            yield f"`{name}`", "", "", "", *figures[name], ""


def format_figures(labelled: RulePrecision, read: RulePrecision) -> tuple[object, ...]:
    """Lines, share by the labels, and share after reading where that differs."""
    return labelled.cut, format_precision(labelled), format_precision(read) if read != labelled else ""


def format_precision(measured: RulePrecision) -> str:
    """A share in two decimals, never rounded up to 1."""
    value = measured.share
    return "" if value is None else "1" if value == 1 else f"{min(value, 0.99):.2f}"
