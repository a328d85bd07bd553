"""What a person's name looks like, and the words of bylines that are none: posts, agencies, "by", names of sections."""

import re

# What stands beside names in bylines and is none: what they do, where they work.
POSTS = re.compile(
    r"\b(?:editor|writer|reporter|correspondent|staff|columnist|producer|photographer|desk|redak\w*|reporterin|korrespondent\w*"
    r"|journalist\w*|rédact\w*|correspond\w*|envoyé\w*|corresponsal\w*|periodista|inviat[oa]|press|agency|agencies|news"
    r"|\w*redakteur\w*|\w*reporter\w*|\w*korrespondent\w*|volontär\w*|autor\w*|chef\w*|ressort\w*|giornalista|redactor\w*"
    r"|enviad[oa]|jornalista|skribent|journalisten|dziennikarz\w*|корреспондент\w*|обозреватель|contributor|bureau|analyst"
    r"|critic|author|service|wire|agentur\w*|kommentar\w*|analyse|interview|reportage|follow|view profile|special to|phd|md)\b",
    re.IGNORECASE,
)
# "By", and what an article may be called before it: "Ein Kommentar von ...".
GENRES = (
    r"kommentar|kolumne|analyse|analysis|analys|interview|essay|glosse|leitartikel|gastbeitrag|gastkommentar|bericht|reportage"
    r"|ratgeber\w*|rezension|text|beitrag|artikel|article|porträt|opinion|column|commentary|story|words|report|review|texte|tribune|chronique"
    r"|entrevista|crónica|análisis|columna|artículo|intervista|articolo|commento|artigo|opinião|wywiad"
)
BY = re.compile(
    rf"^(?:(?:(?:an?|ein|eine|une?|un[ao]?) )?(?:{GENRES}) (?:by|von|par|por|di|de)"
    r"|(?:posted |written |reported |published )?by"
    r"|(?:veröffentlicht|geschrieben|gepostet|publié|publicado|pubblicato) (?:von|par|por|da)"
    r"|from(?! (?:left|right|top|bottom)\b)|von|vom|durch|par|por|di|da|de|door|av|af|fra|autor(?:in)?(?:/autor)?|autorzy|auteur"
    r"|autore|autores|author|penulis|reporter|text|tekst|texto|texte|testo|автор|текст|yazan|yazar|haber|oleh|bởi|بقلم|كتبت?|取材[・･]?文|文"
    r"|作者|記者|记者|撰文|글)(?: ?[:：=＝・/／] ?|\s+|(?<=[文者글]))",
    re.IGNORECASE,
)
# Between two names, in languages where these words are no part of a name.
AND = "and|und|et|y|och|og|en"
# News agencies, as bylines and datelines name them. tasks/roles/rows.toml has those that sign pictures too.
AGENCY_NAMES = (
    "AP|AFP|Reuters|REUTERS|EPA|EFE|ANSA|DPA|APA|PA|UPI|TASS|Xinhua|Kyodo|Yonhap|AAP|NTB|TT|Ritzau|Belga|BELGA|Lusa|LUSA"
    "|PAP|SID|KNA|epd|Europa Press|IANS|PTI|ANI|The Canadian Press|Bloomberg|BNS|ELTA"
)
AGENCIES = re.compile(
    rf"(?:{AGENCY_NAMES}|dpa(?:-\w+)?|Anadolu|sid|ddp|AdnKronos|Keystone-SDA|SDA|sda|The Associated Press"
    r"|Associated Press|Press Association|PA Media|Antara|NTB scanpix|Agence France-Presse)"
)

# Words that no person is called: what sites, sections and buttons are called.
NO_NAME_WORDS = """
a abo about administration advertisement alerts all an analysis anzeige app apple article articles artikel audio back
bild breadcrumb breaking business career city club comment comments contact content cookie cookies copy council court
credit culture cup datenschutz day deals deine dienstag discussion donnerstag edition editorial email entertainment
europa europe exclusive facebook feature first flipboard follow foto freitag friday galerie gallerie gallery global
google government group health home how ihre image impressum in instagram institute international kommentar kommentare
kommentieren kontakt kultur last latest league lifestyle liga link linkedin listen live local login media menu merken
ministry mittwoch modified monday money montag more national neuestes new news newsletter newsletters notre online
opinion our page panorama partager party photo photos pinterest plus podcast podcasts policy politics politik premium
print privacy programme publicidad publicité published quelle ratgeber read reading recipe recipes redaktion reddit
report review reviews samstag saturday save science search seite share shop sie sign sonntag source special sport
sports startseite stories story street su subscribe subscription suche sunday tags team tech technology teilen
telegram terms that the themen this threads thursday time to top topics travel tu tuesday twitter un una united
university universität unser unsere up updated us use video videos votre war weather wednesday week werbung what
whatsapp when where who why wirtschaft world year your youtube
"""
NO_NAMES = frozenset(NO_NAME_WORDS.split())
PARTICLE_WORDS = """
de del la las los der den van von vom zu di da dos das do du le el al bin ben ibn ter ten af av y e of
"""
PARTICLES = frozenset(PARTICLE_WORDS.split())
FIRST = ("de", "van", "von", "di", "da", "al", "el", "la")  # particles that a name may begin with
NO_FIRST = frozenset(
    ("der", "die", "das", "ein", "eine", "une", "les", "los", "gli")
)  # articles: no name begins with one
# Of scripts without capitals: Hebrew, Arabic, those of India, Thai, Japanese, Chinese, Korean.
CASELESS_LETTER = "[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
TOKEN = re.compile(r"[^\W\d_]+(?:[’'`´.\-][^\W\d_]*)*")
DESK = re.compile(r"[^\W\d_a-zß-ÿ][\w.]{1,20}-Redaktion")  # "NZZ-Redaktion"
MOST_WORDS, MOST_CHARS = 5, 45
# "Federal PoliticsPolitics": two words without a space, not "McAllister".
GLUED = re.compile(r"(?!(?:Mc|Mac|De|Di|Du|Le|La|Van|Fitz|O)[A-Z])\w*[a-zà-ÿ][A-Z]")


def is_name(words: str, least: int = 2) -> bool:
    """Whether words may be a person's name: capitals except in particles, no word of sites and posts among them.

    >>> is_name("Mara Quist"), is_name("Christoph von Ahlen"), is_name("Read More"), is_name("Mara")
    (True, True, False, False)
    """
    if DESK.fullmatch(words):
        return True
    tokens = words.split(" ")
    if not least <= len(tokens) <= MOST_WORDS or len(words) > MOST_CHARS:
        return False
    named = [token for token in tokens if token not in PARTICLES]
    if len(named) < least or tokens[-1] not in named or not all(token[:1].isupper() for token in named):
        return False
    if max(map(len, tokens)) < 3 or len(tokens[0]) < 2 or not (tokens[0] in named or tokens[0] in FIRST):
        return False
    lowered = [token.lower() for token in tokens]
    if lowered[0] in NO_FIRST or not NO_NAMES.isdisjoint(lowered):
        return False
    # Patterns are costly, and most lines do not come so far.
    return all(map(TOKEN.fullmatch, named)) and not any(map(GLUED.match, tokens)) and not POSTS.search(words)


def drop_section(words: str) -> str:
    """Words without the name of a section behind a person's.

    >>> drop_section("Mara Quist Politics")
    'Mara Quist'
    """
    tokens = words.split(" ")
    while len(tokens) > 2 and tokens[-1].lower() in NO_NAMES:
        tokens.pop()
    return " ".join(tokens)


def fold_double(name: str) -> str:
    """A name that stands twice in a row, once.

    >>> fold_double("Martin Gram Martin Gram")
    'Martin Gram'
    """
    tokens = name.split(" ")
    half = len(tokens) // 2
    return " ".join(tokens[:half]) if len(tokens) % 2 == 0 and half >= 2 and tokens[:half] == tokens[half:] else name
