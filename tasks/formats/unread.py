"""What is recognised and not read, one row each: such input is quarantined by the name of its format and is never an article.

A format that is read comes before these rows, so a row may stay here when a reader for it is added.
"""

import re
from dataclasses import dataclass

from tasks.formats.xml_root import name_root

CONVERT = "Save it as text, HTML or a table first."
NOT_TEXT = "It holds no article as text."
OUTSIDE = "Unpack it first."
TWICE = "It is packed inside another packing. Unpack it first."


@dataclass(frozen=True)
class Unread:
    """A format that is recognised and not read.

    `starts`: what the first bytes match. `extensions`: in lower case, with the dot. `names`: what the whole name of a file
    matches, in lower case; it decides before the content does. `is_text`: its bytes are text, which some reader could take.
    """

    name: str
    why: str
    starts: re.Pattern[bytes] | None = None
    extensions: tuple[str, ...] = ()
    names: re.Pattern[str] | None = None
    is_text: bool = False

    @property
    def detail(self) -> str:
        """The detail of a reject: the name of the format first."""
        return f"{self.name}: {self.why}"


def declare(
    name: str,
    why: str,
    starts: bytes | None = None,
    extensions: str = "",
    names: str | None = None,
    is_text: bool = False,
) -> Unread:
    """A row. `extensions`: with blanks between them and without their dots."""
    return Unread(
        name,
        why,
        re.compile(starts, re.S) if starts else None,
        tuple(f".{extension}" for extension in extensions.split()),
        re.compile(names) if names else None,
        is_text,
    )


ZIPPED = rb"PK\x03\x04.{26}"
OFFICE = ZIPPED + rb"(?:\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/|customXml/)"
UNREAD = (
    declare(
        "unfinished transfer",
        "the name is that of a download or copy that has not ended. Rename the file when it is whole.",
        names=r".*\.(?:part|partial|filepart|tmp|temp|crdownload|download|opdownload|wkdownload|incomplete|inprogress"
        r"|unfinished|aria2|!ut|bc!|dwnl|dtapart)",
    ),
    declare(
        "lock file of an office program", "the name is that of a note that the file beside it is open.", names=r"~\$.*"
    ),
    declare(
        "backup of an editor",
        "the name is that of an older state of the file beside it.",
        names=r".*~|#.*#|.*\.(?:bak|bak\d|backup|old|orig|rej|save|swp|swo|swn|kate-swp)",
    ),
    declare("file of the operating system", NOT_TEXT, names=r"thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r"),
    declare(
        "part of a split archive",
        "Join the parts and unpack them first.",
        names=r".*\.(?:(?:7z|zip|rar|tar|gz)\.\d{2,3}|z\d\d|r\d\d)",
    ),
    declare("PDF", "Extract its text first, for instance with pdftotext.", rb"\s{0,8}%PDF-", "pdf"),
    declare("PostScript", CONVERT, rb"%!PS", "eps"),
    declare("DjVu", CONVERT, rb"AT&TFORM", "djvu"),
    declare(
        "RTF (rich text)",
        "Install copydesk[office] to read it, or save it as text.",
        rb"\s{0,8}\{\\rtf",
        "rtf",
        is_text=True,
    ),
    declare(
        "Word (DOCX)",
        "Install copydesk[office] to read it, or save it as text.",
        OFFICE + rb".{0,4000}?word/",
        "docx docm dotx",
    ),
    declare(
        "Excel", "Install copydesk[excel] to read it, or save it as CSV.", OFFICE + rb".{0,4000}?xl/", "xlsx xlsm xlsb"
    ),
    declare("PowerPoint", CONVERT, OFFICE + rb".{0,4000}?ppt/", "pptx pptm ppt pps"),
    declare("Word 97", CONVERT, rb"\xdb\xa5-\x00\x00\x00", "doc dot"),
    declare("Office 97 (Word, Excel, PowerPoint, Outlook)", CONVERT, rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls msg"),
    declare("document of Office", CONVERT, OFFICE, "vsdx"),
    declare(
        "OpenDocument",
        CONVERT,
        ZIPPED + rb"mimetypeapplication/vnd\.(?:oasis\.opendocument|sun\.xml)",
        "odt ods odp fodt ott sxw",
    ),
    declare("EPUB", "Extract its text first.", ZIPPED + rb"mimetypeapplication/epub\+zip", "epub"),
    declare("Kindle book", "Extract its text first.", rb".{60}(?:BOOKMOBI|TEXtREAd)", "azw azw3"),
    declare("document of iWork", CONVERT, None, "pages numbers key"),
    declare("WordPerfect", CONVERT, rb"\xffWPC", "wpd"),
    declare("compiled help", CONVERT, rb"ITSF", "chm"),
    declare(
        "ARC (archive of a crawler before WARC)",
        "Convert it to WARC first.",
        rb"filedesc:/{0,2}\S",
        "arc",
        is_text=True,
    ),
    declare(
        "CDX (index of WARC files)",
        "Read the WARC files that it names.",
        rb" CDX [A-Za-z]( [A-Za-z]){2,}",
        "cdx cdxj",
        is_text=True,
    ),
    declare("WAT (metadata of WARC files)", "Read the WARC or WET files that it was made from.", None, "wat"),
    declare(
        "Git LFS pointer",
        "The file itself was not downloaded: run `git lfs pull`.",
        rb"version https://git-lfs\.github\.com/spec/",
        is_text=True,
    ),
    declare(
        "git-annex pointer",
        "The file itself was not downloaded: run `git annex get`.",
        rb"(?:\.\./)*(?:\.git)?/annex/objects/",
        is_text=True,
    ),
    declare("SQLite", "Export the table as CSV first.", rb"SQLite format 3\x00", "sqlite sqlite3 db db3"),
    declare(
        "Access database", "Export the table as CSV first.", rb"\x00\x01\x00\x00Standard (?:Jet|ACE) DB", "mdb accdb"
    ),
    declare("dBase table", "Export the table as CSV first.", None, "dbf"),
    declare("dump of a database", "Export the table as CSV first.", rb"PGDMP", "sql"),
    declare("Avro", "Convert it to Parquet first.", rb"Obj\x01", "avro"),
    declare("ORC", "Convert it to Parquet first.", rb"ORC[\x00-\x1f]", "orc"),
    declare("Parquet", "Install what reads it, or convert it.", rb"PAR1|PARE", "parquet"),
    declare("Arrow", "Install what reads it, or convert it.", rb"ARROW1\x00\x00|FEA1", "arrow feather"),
    declare("HDF5", "Export the table as CSV or Parquet first.", rb"\x89HDF\r\n\x1a\n", "h5 hdf5 hdf"),
    declare("NumPy array", "Export it as CSV or Parquet first.", rb"\x93NUMPY", "npy npz"),
    declare(
        "Python pickle",
        "It can run code, so it is never opened.",
        rb"\x80[\x02-\x05](?:\x95.{8}[\x8c}\]]|c|}q|]q|\()",
        "pkl pickle joblib",
    ),
    declare("PyTorch or model file", NOT_TEXT, rb"GGUF", "pth ckpt safetensors gguf onnx"),
    declare("file of R", "Export the table as CSV or Parquet first.", rb"RD[AX][23]\n", "rdata rda rds"),
    declare("table of SPSS", "Export the table as CSV first.", rb"\$FL[23]@\(#\)", "sav zsav por"),
    declare("table of Stata", "Export the table as CSV first.", rb"<stata_dta>", "dta"),
    declare("table of SAS", "Export the table as CSV first.", rb"\x00{12}\xc2\xea\x81\x60", "sas7bdat xpt"),
    declare(
        "list of references",
        "It has records of articles and not their text.",
        rb"TY  - [A-Z]|@(?:article|book|misc|incollection)\s*\{",
        "ris bib enw nbib",
        is_text=True,
    ),
    declare("calendar", NOT_TEXT, rb"BEGIN:VCALENDAR", "ics", is_text=True),
    declare("contacts", NOT_TEXT, rb"BEGIN:VCARD", "vcf", is_text=True),
    declare(
        "subtitles", "Save the transcript as text first.", rb"(?:\xef\xbb\xbf)?WEBVTT", "vtt srt sbv", is_text=True
    ),
    declare("Outlook mailbox (PST)", "Export it as MBOX first.", rb"!BDN", "pst ost"),
    declare("PNG image", NOT_TEXT, rb"\x89PNG\r\n\x1a\n", "png"),
    declare("JPEG image", NOT_TEXT, rb"\xff\xd8\xff", "jpg jpeg jpe jfif"),
    declare("GIF image", NOT_TEXT, rb"GIF8[79]a", "gif"),
    declare("TIFF image", NOT_TEXT, rb"II\*\x00|MM\x00\*", "tif tiff"),
    declare("WebP image", NOT_TEXT, rb"RIFF.{4}WEBP", "webp"),
    declare("BMP image", NOT_TEXT, rb"BM.{4}\x00\x00\x00\x00", "bmp"),
    declare("icon", NOT_TEXT, rb"\x00\x00[\x01\x02]\x00.\x00", "ico cur"),
    declare("Photoshop image", NOT_TEXT, rb"8BPS", "psd"),
    declare("JPEG 2000 image", NOT_TEXT, rb"\x00\x00\x00\x0cjP  ", "jp2 j2k"),
    declare("HEIF or AVIF image", NOT_TEXT, rb".{4}ftyp(?:hei|hev|mif|avi)", "heic heif avif"),
    declare("SVG image", NOT_TEXT, rb"(?:\xef\xbb\xbf)?\s{0,80}<svg[\s>]", "svg svgz", is_text=True),
    declare("raw photo", NOT_TEXT, None, "cr2 nef arw dng"),
    declare("MP4 or QuickTime video", NOT_TEXT, rb".{4}(?:ftyp|moov|mdat)", "mp4 m4v m4a mov 3gp"),
    declare("Matroska or WebM video", NOT_TEXT, rb"\x1aE\xdf\xa3", "mkv webm"),
    declare("AVI video", NOT_TEXT, rb"RIFF.{4}AVI ", "avi"),
    declare("Windows Media", NOT_TEXT, rb"0&\xb2u\x8ef\xcf\x11", "wmv wma asf"),
    declare("MPEG video", NOT_TEXT, rb"\x00\x00\x01[\xba\xb3]", "mpg mpeg"),
    declare("Flash", NOT_TEXT, rb"[FCZ]WS[\x01-\x30].{4}|FLV\x01", "flv swf"),
    declare("WAV audio", NOT_TEXT, rb"RIFF.{4}WAVE", "wav"),
    declare("MP3 audio", NOT_TEXT, rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2][\x10-\xef]", "mp3"),
    declare("Ogg audio or video", NOT_TEXT, rb"OggS\x00", "ogg oga ogv opus"),
    declare("FLAC audio", NOT_TEXT, rb"fLaC\x00", "flac"),
    declare("MIDI", NOT_TEXT, rb"MThd\x00", "mid midi"),
    declare("AIFF audio", NOT_TEXT, rb"FORM.{4}AIF", "aiff aif"),
    declare("7-zip archive", OUTSIDE, rb"7z\xbc\xaf\x27\x1c", "7z"),
    declare("RAR archive", OUTSIDE, rb"Rar!\x1a\x07", "rar"),
    declare("CAB archive", OUTSIDE, rb"MSCF\x00\x00\x00\x00", "cab"),
    declare("ar archive or Debian package", OUTSIDE, rb"!<arch>\n", "deb a"),
    declare("RPM package", OUTSIDE, rb"\xed\xab\xee\xdb", "rpm"),
    declare("cpio archive", OUTSIDE, rb"07070[127][0-9a-fA-F]{6}", "cpio"),
    declare("LHA or ACE archive", OUTSIDE, rb"..-lh[0-7]-|.{7}\*\*ACE\*\*", "lha lzh ace arj"),
    declare("lz4 packing", OUTSIDE, rb"\x04\"M\x18", "lz4"),
    declare("lzip packing", OUTSIDE, rb"LZIP\x01", "lz"),
    declare("compress packing", OUTSIDE, rb"\x1f[\x9d\xa0]", "z"),
    declare("lzma packing", OUTSIDE, rb"\x5d\x00\x00[\x00-\x80].\x00?\xff{2,8}", "lzma"),
    declare("packing without a signature", OUTSIDE, None, "snappy"),
    declare("gzip packing", TWICE, rb"\x1f\x8b\x08"),
    declare("bzip2 packing", TWICE, rb"BZh[1-9]1AY&SY"),
    declare("xz packing", TWICE, rb"\xfd7zXZ\x00"),
    declare("zstd packing", TWICE, rb"\x28\xb5\x2f\xfd"),
    declare("ZIP archive", OUTSIDE, rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
    declare("disk image", NOT_TEXT, rb".{32769}CD001", "iso dmg img vmdk"),
    declare(
        "program",
        NOT_TEXT,
        rb"\x7fELF|MZ.{2,1000}?PE\x00\x00|\xca\xfe\xba\xbe\x00|\xcf\xfa\xed\xfe|\x00asm\x01",
        "exe dll dylib class wasm msi pyc",
    ),
    declare("package of a program", NOT_TEXT, None, "jar apk ipa xpi whl crx"),
    declare("font", NOT_TEXT, rb"wOF[F2]|OTTO\x00|\x00\x01\x00\x00\x00.\x00|ttcf", "ttf otf woff woff2 eot"),
    declare("map data", NOT_TEXT, None, "kmz kml shp gpx"),
    declare(
        "style sheet or program text",
        NOT_TEXT,
        rb"#!\s?/\S{0,80}/(?:env|sh|bash|perl|python\S{0,4})\b|<\?php\b",
        "css scss js mjs jsx ts tsx pyw rb bash bat ps1 c h cpp java go r",
        r"[^.]+\.py",
        is_text=True,
    ),
    declare(
        "settings or log of a program",
        NOT_TEXT,
        None,
        "ini cfg conf toml yaml yml properties log lock pid",
        is_text=True,
    ),
    declare("BitTorrent file", NOT_TEXT, rb"d\d{1,3}:(?:announce|created by|info)", "torrent"),
    declare(
        "link file",
        "Give the file that it leads to.",
        rb"\[InternetShortcut\]|L\x00\x00\x00\x01\x14\x02\x00",
        "url lnk webloc desktop",
        is_text=True,
    ),
    declare(
        "checksums or signature",
        NOT_TEXT,
        rb"-----BEGIN PGP (?:SIGNATURE|MESSAGE|PUBLIC)",
        "md5 sha1 sha256 sha512 sfv asc sig pem",
        is_text=True,
    ),
    declare("network capture", NOT_TEXT, rb"\xd4\xc3\xb2\xa1\x02\x00|\n\r\r\n.{4}\x4d\x3c\x2b\x1a", "pcap pcapng"),
    declare("XML", "Its content is not XML that is read.", None, "xml"),
)
BY_EXTENSION = {extension: row for row in reversed(UNREAD) for extension in row.extensions}

# Names of hosts end like files (`onet.pl`, `folha.com.br`): no extension here is the end of one.
# One pattern for all of them: it is tried on every record of a file.
SIGNATURE = re.compile(
    b"|".join(b"(?:%b)" % row.starts.pattern for row in UNREAD if row.starts and not row.is_text), re.S
)


def find_unread_name(name: str) -> Unread | None:
    """The row whose whole names a file has: what it is whatever is in it. `name`: in lower case, without folders.

    >>> find_unread_name("ferry.txt.part").name, find_unread_name("ferry.txt")
    ('unfinished transfer', None)
    """
    return next((row for row in UNREAD if row.names and row.names.fullmatch(name)), None)


def find_unread(start: bytes) -> Unread | None:
    """The row that the first bytes of a file name; for XML that nothing reads, one with the name of its root element.

    >>> find_unread(b"%PDF-1.7").name, find_unread(b"PDF or not?")
    ('PDF', None)
    >>> find_unread(b"<?xml version='1.0'?><catalogue><ship/></catalogue>").name
    'XML <catalogue>'
    """
    row = next((row for row in UNREAD if row.starts and row.starts.match(start)), None)
    if row is None and (root := name_root(start)) is not None:
        return Unread(
            f"XML <{root}>" if root else "XML", "its root element is that of no format that is read.", is_text=True
        )
    return row


def find_signature(raw: bytes) -> Unread | None:
    """The row whose signature the bytes have, if no text can begin so."""
    start = raw[:64]
    return find_unread(start) if SIGNATURE.match(start) else None
