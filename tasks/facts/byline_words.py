"""The words of bylines: what stands before names and beside them."""

from __future__ import annotations

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
    r"|from|von|vom|durch|par|por|di|da|de|door|av|af|fra|autor(?:in)?(?:/autor)?|autorzy|auteur|autore"
    r"|autores|author|penulis|reporter|text|tekst|texto|texte|testo|автор|текст|yazan|yazar|haber|oleh|bởi|بقلم|كتبت?|取材[・･]?文|文"
    r"|作者|記者|记者|撰文|글)(?: ?[:：=＝・/／] ?|\s+|(?<=[文者글]))",
    re.IGNORECASE,
)
# News agencies, as bylines and datelines name them. tasks/roles/rows.toml has those that sign pictures too.
AGENCY_NAMES = (
    "AP|AFP|Reuters|REUTERS|EPA|EFE|ANSA|DPA|APA|PA|UPI|TASS|Xinhua|Kyodo|Yonhap|AAP|NTB|TT|Ritzau|Belga|BELGA|Lusa|LUSA"
    "|PAP|SID|KNA|epd|Europa Press|IANS|PTI|ANI|The Canadian Press|Bloomberg|BNS|ELTA"
)
AGENCIES = re.compile(
    rf"(?:{AGENCY_NAMES}|dpa(?:-\w+)?|Anadolu|sid|ddp|AdnKronos|Keystone-SDA|SDA|sda|The Associated Press"
    r"|Associated Press|Press Association|PA Media|Antara|NTB scanpix|Agence France-Presse)"
)
