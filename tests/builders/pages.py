"""A whole page as text, its article alone, and articles that look a little like pages."""

from __future__ import annotations

MENU = """Skip to content
Home
News
World
Business
Sport
Culture
Weather
Podcasts
Newsletters
Sign in
Subscribe
Search
Menu
My account"""
HEADLINE = "Harbour town votes to rebuild its wooden pier after the storm"
PARAGRAPHS = [
    "The town council of Eastmere voted on Tuesday night to rebuild the wooden pier that was torn apart by the January storm, "
    "setting aside four million pounds for the work over the next two years.",
    "Councillors heard from more than thirty residents, most of whom said that the pier was the heart of the harbour and that "
    "the town would be poorer without it, before they voted nine to four in favour.",
    "“We have lived with a ruin outside our windows for ten months,” said Margaret Hale, who has run the fish stall at its foot "
    "since 1988. “Tonight the council has finally listened.”",
    "Opponents argued that the money would be better spent on the sea wall, which engineers say must be raised by half a metre "
    "before the end of the decade if the lower streets are to stay dry.",
    "Work on the first of three sections is expected to start in April, and the council hopes that the outer end of the pier "
    "will be open to visitors in the summer of the following year.",
    "The old timbers, some of which date from the reign of Queen Victoria, will be offered to local craftsmen and to the "
    "maritime museum, which wants to show them in its new hall.",
]
FOOTER = """Most Popular
Ten walks for a rainy week
Council leader steps down
Ferry fares to rise again
School wins regional prize
Comments
Follow us on Facebook
Privacy Policy
Cookie Policy
Terms of Use
Contact us
About us
Advertise with us
Careers
Copyright 2024 Eastmere Courier. All rights reserved."""
SUBHEAD = "A question of money"
PAGE = "\n".join([MENU, HEADLINE, "By Anna Webb", *PARAGRAPHS[:3], SUBHEAD, *PARAGRAPHS[3:], FOOTER])
ARTICLE = "\n\n".join([HEADLINE, *PARAGRAPHS[:3], SUBHEAD, *PARAGRAPHS[3:]])
RESULTS = (
    "Results of the third round\n"
    + "\n".join(f"Team {n} {n % 4} - {n % 3} Town {n}" for n in range(40))
    + "\n"
    + PARAGRAPHS[0]
)
RECIPE = "\n".join(
    [
        "A soup for cold evenings",
        PARAGRAPHS[0],
        "Ingredients",
        *[f"{n} spoons of flour" for n in range(1, 16)],
        PARAGRAPHS[1],
    ]
)
VERSE = "\n".join(
    f"And the tide goes out in the {part}"
    for part in ("morning", "noon", "evening", "night", "spring", "summer", "autumn", "winter") * 4
)
LIVE = "\n".join(
    f"{hour}.{minute:02} The count goes on\n{PARAGRAPHS[hour % 6]}" for hour in range(10, 16) for minute in (0, 20, 40)
)
