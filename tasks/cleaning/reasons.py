"""Why a line was decided on by what stands around it, not by a row of its own: one row a reason, for `copydesk why`."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "headline.record-title": "The record brings a title, and this line says it.",
    "headline.on-top": "The first line that is nobody else's and no sentence is the headline.",
    "headline.page": "On a whole page, the line above the article that is most like a headline.",
    "headline.printed": "Under the page's own title stands the headline as readers see it: the same words, or most of them.",
    "headline.page-title": "The page's own title, with the site's name or written for search engines; the headline stands below.",
    "byline.signature": "A name, its post or its label where bylines stand: below the headline, beside a date, on the last line.",
    "timestamp.signature": "A date where bylines stand, with nothing beside it but a place or a reading time.",
    "standfirst.under-headline": "Right under the headline, without a final stop or above the byline, stands the standfirst.",
    "caption.twice": "A line that stands twice in a row is a caption: prose is not printed twice.",
    "caption.beside-credit": "The line repeats an earlier one, and a copy stands beside a credit or a picture's button.",
    "credit.repeated": "A line of nothing but a name and a house stands more than once, as credits do.",
    "caption.dated-copies": "The line repeats an earlier one and dates itself in full, as agencies date pictures.",
    "caption.same-words": "The line says word for word what a caption with its credit says.",
    "caption.cut-short": "The line is a caption cut short, and marked as cut.",
    "caption.above-credit": "The line stands alone with a credit right under it.",
    "repeat.headline": "The headline is said once more.",
    "repeat.caption": "Another copy of the same caption is fuller, or stands first.",
    "repeat.credit": "The same credit stands above already.",
    "repeat.caption-in-body": "A sentence of the body says the same; the sentence stays.",
    "repeat.paragraph": "The same long line stands right above.",
    "learned.line": "The line returns in many documents of its publisher, always in the same place: `copydesk learned`.",
    "navigation.any.menu": "A list of short items above the first paragraph, some of them known sections of a site, is its menu.",
    "related.any.timed": "Titles that stand between times such as `3 hours ago`, three in a row, are other stories.",
    "page.outside": "On a whole page, the line lies above or below the article that the page model found.",
    "page.line": "On a whole page, the page model finds the line foreign to the article around it.",
}
LIST_WHY = "The line hangs under the header that this rule took out."


def explain_reason(rule: str) -> str | None:
    """The why of a decision that has no row, or None when `rule` has one."""
    return LIST_WHY if rule.endswith(".list") else REASONS.get(rule)
