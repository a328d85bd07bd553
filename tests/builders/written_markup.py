"""Articles as markup: pages, feeds, news formats in XML, collections in SGML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime
from html import escape

from builders.stories import Story
from builders.written_records import write_body

DENSE_LINE = re.compile(r".{1,33}(?:\D(?=\D)|$)")  # no line begins or ends at a number
FEED_NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/"'
)


def write_figure(story: Story) -> str:
    """The picture of an article, in HTML."""
    if not story.picture:
        return ""
    return (
        f'<figure><img src="/{story.number}.jpg" alt=""/><figcaption>{escape(story.picture.caption)} '
        f'<span class="credit">{escape(story.picture.credit)}</span></figcaption></figure>'
    )


def write_page(story: Story) -> str:
    """A page of a site, with navigation around the article."""
    authors = "".join(f'<meta name="author" content="{escape(name)}">' for name in story.authors)
    return (
        f'<!DOCTYPE html><html lang="{story.language}"><head><meta charset="utf-8"><title>{escape(story.title)}</title>{authors}'
        f'<meta property="og:title" content="{escape(story.title)}"><link rel="canonical" href="{story.url}">'
        f'<meta property="article:published_time" content="{story.published_at.isoformat()}"></head><body>'
        '<nav><ul><li><a href="/">Venn Courier</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
        f"<main><article><h1>{escape(story.title)}</h1>{write_figure(story)}{write_body(story)}</article></main>"
        '<footer><a href="/terms">Terms</a></footer></body></html>'
    )


def write_one_page(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    return write_page(story).encode()


def write_rss(stories: Sequence[Story]) -> bytes:
    def write_item(story: Story) -> str:
        authors = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in story.authors)
        picture = ""
        if story.picture:
            picture = (
                f'<media:content url="https://venn-courier.example/{story.number}.jpg" medium="image"><media:description>'
                f"{escape(story.picture.caption)}</media:description><media:credit>{escape(story.picture.credit)}</media:credit>"
                "</media:content>"
            )
        return (
            f"<item><title>{escape(story.title)}</title><link>{story.url}</link>{authors}<pubDate>"
            f"{format_datetime(story.published_at)}</pubDate><content:encoded><![CDATA[{write_body(story)}]]>"
            f"</content:encoded>{picture}</item>"
        )

    items = "".join(map(write_item, stories))
    return f'<?xml version="1.0"?><rss version="2.0" {FEED_NAMES}><channel><title>Venn</title>{items}</channel></rss>'.encode()


def write_rdf(stories: Sequence[Story]) -> bytes:
    items = "".join(
        f"<item><title>{escape(story.title)}</title><link>{story.url}</link><dc:creator>{escape(', '.join(story.authors))}"
        f"</dc:creator><dc:date>{story.published_at.isoformat()}</dc:date><content:encoded>{escape(write_body(story))}"
        "</content:encoded></item>"
        for story in stories
    )
    return (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {FEED_NAMES}>'
        f"<channel><title>Venn</title></channel>{items}</rdf:RDF>"
    ).encode()


def write_atom(stories: Sequence[Story]) -> bytes:
    def write_entry(story: Story) -> str:
        authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
        return (
            f'<entry><title>{escape(story.title)}</title><link href="{story.url}"/>{authors}<published>'
            f"{story.published_at.isoformat()}</published><updated>2026-01-01T00:00:00Z</updated>"
            f'<content type="html">{escape(write_body(story))}</content></entry>'
        )

    entries = "".join(map(write_entry, stories))
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Venn</title>{entries}</feed>'.encode()


def write_wxr(stories: Sequence[Story]) -> bytes:
    items = "".join(
        f"<item><title>{escape(story.title)}</title><link>{story.url}</link><dc:creator>{escape(story.authors[0])}</dc:creator>"
        f"<content:encoded><![CDATA[{story.text}]]></content:encoded><wp:post_date>{story.published_at:%Y-%m-%d %H:%M:%S}"
        f"</wp:post_date><wp:post_date_gmt>{story.published_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}</wp:post_date_gmt>"
        "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>"
        for story in stories
    )
    return (
        f'<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" {FEED_NAMES}><channel><title>Venn</title>'
        f"<wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"
    ).encode()


def write_media(story: Story) -> str:
    """The picture of an article, in NITF."""
    if not story.picture:
        return ""
    return (
        '<media media-type="image"><media-reference source="a.jpg"/><media-caption>'
        f"{escape(story.picture.caption)}</media-caption><media-producer>{escape(story.picture.credit)}</media-producer></media>"
    )


def write_nitf_body(story: Story) -> str:
    return f"<body.content>{write_body(story)}{write_media(story)}</body.content>"


def write_nitf(stories: Sequence[Story]) -> bytes:
    (story,) = stories
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><nitf><head><title>{escape(story.title)}</title><docdata><doc-id id-string="v1"/>'
        f'<date.issue norm="{story.published_at:%Y%m%dT%H%M%S%z}"/></docdata></head><body><body.head><hedline><hl1>'
        f"{escape(story.title)}</hl1></hedline>"
        + "".join(f"<byline><person>{escape(name)}</person></byline>" for name in story.authors)
        + f"</body.head>{write_nitf_body(story)}</body></nitf>"
    ).encode()


def write_newsml(stories: Sequence[Story]) -> bytes:
    def write_item(story: Story) -> str:
        bylines = "".join(f"<ByLine>{escape(name)}</ByLine>" for name in story.authors)
        return (
            f"<NewsItem><Identification><NewsIdentifier><NewsItemId>v{story.number}</NewsItemId></NewsIdentifier></Identification>"
            f"<NewsManagement><FirstCreated>{story.published_at:%Y%m%dT%H%M%S%z}</FirstCreated></NewsManagement><NewsComponent>"
            f'<NewsLines><HeadLine>{escape(story.title)}</HeadLine>{bylines}</NewsLines><NewsComponent><Role FormalName="Main"/>'
            f"<ContentItem><MediaType FormalName='Text'/><DataContent><nitf><body>{write_nitf_body(story)}</body></nitf>"
            "</DataContent></ContentItem></NewsComponent></NewsComponent></NewsItem>"
        )

    return f'<?xml version="1.0"?><NewsML Version="1.2">{"".join(map(write_item, stories))}</NewsML>'.encode()


def write_newsml_g2(stories: Sequence[Story]) -> bytes:
    def write_item(story: Story) -> str:
        bylines = "".join(f"<by>{escape(name)}</by>" for name in story.authors)
        return (
            f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:venn:{story.number}"><itemMeta>'
            f'<itemClass qcode="ninat:text"/><firstCreated>{story.published_at.isoformat()}</firstCreated></itemMeta><contentMeta>'
            f"<headline>{escape(story.title)}</headline>{bylines}</contentMeta><contentSet><inlineXML><nitf><body>"
            f"{write_nitf_body(story)}</body></nitf></inlineXML></contentSet></newsItem>"
        )

    items = "".join(map(write_item, stories))
    return (
        f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>{items}</itemSet></newsMessage>'
    ).encode()


def write_xml(stories: Sequence[Story]) -> bytes:
    articles = "".join(
        f"<article><headline>{escape(story.title)}</headline><byline>{escape(' and '.join(story.authors))}</byline><date>"
        f"{story.published_at.isoformat()}</date><url>{story.url}</url><body>{write_body(story)}</body></article>"
        for story in stories
    )
    return f"<?xml version='1.0'?><articles>{articles}</articles>".encode()


def wrap_paragraphs(story: Story, indent: str = "    ") -> str:
    """The paragraphs in lines of a terminal, each with an indent. A character of Japanese or Chinese takes two columns."""
    if story.language in ("ja", "zh"):
        return "\n".join("\n".join(DENSE_LINE.findall(indent + paragraph)) for paragraph in story.paragraphs)
    lines = []
    for paragraph in story.paragraphs:
        line = indent.rstrip("\n")
        for word in paragraph.split(" "):
            if len(line) + len(word) > 66 and line.strip():
                lines.append(line)
                line = word
            else:
                line += ("" if not line.strip() else " ") + word
        lines.append(line)
    return "\n".join(lines)


def write_reuters(stories: Sequence[Story]) -> bytes:
    items = "".join(
        f'<REUTERS TOPICS="YES" NEWID="{story.number}">\n<DATE>{story.published_at.astimezone(UTC):%d-%b-%Y %H:%M:%S.00}</DATE>\n'
        f"<TEXT>&#2;\n<TITLE>{escape(story.title, quote=False)}</TITLE>\n<AUTHOR>    By {' and '.join(story.authors)}</AUTHOR>\n"
        f"<BODY>{escape(wrap_paragraphs(story), quote=False)}\n REUTER\n&#3;</BODY></TEXT>\n</REUTERS>\n"
        for story in stories
    )
    return f'<!DOCTYPE lewis SYSTEM "lewis.dtd">\n{items}'.encode()


def write_trec(stories: Sequence[Story]) -> bytes:
    return "".join(
        f"<DOC>\n<DOCNO> VC{story.published_at:%y%m%d}-{story.number:04} </DOCNO>\n<HEAD>{escape(story.title, quote=False)}</HEAD>\n"
        f"<BYLINE>By {' and '.join(story.authors)}</BYLINE>\n<TEXT>\n{escape(wrap_paragraphs(story), quote=False)}\n</TEXT>\n</DOC>\n"
        for story in stories
    ).encode()


def write_newswire(stories: Sequence[Story]) -> bytes:
    return "".join(
        f'<DOC id="VEN_{story.language.upper()}_{story.published_at:%Y%m%d}.{story.number:04}" type="story">\n<HEADLINE>\n'
        f"{escape(story.title, quote=False)}\n</HEADLINE>\n<TEXT>\n"
        + "".join(f"<P>\n{escape(paragraph, quote=False)}\n</P>\n" for paragraph in story.paragraphs)
        + "</TEXT>\n</DOC>\n"
        for story in stories
    ).encode()
