"""Invented articles in thirteen languages and seven scripts, as many as are asked for; no sentence is in two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count, islice


@dataclass(frozen=True)
class Picture:
    """What is below a picture."""

    caption: str
    credit: str


@dataclass(frozen=True)
class Story:
    """An article as its author wrote it."""

    number: int
    language: str
    title: str
    authors: tuple[str, ...]
    published_at: datetime
    url: str
    paragraphs: tuple[str, ...]
    picture: Picture | None

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True)
class Words:
    """What the sentences of a language are made of: `{n}` is a number that no other sentence has."""

    names: tuple[str, ...]
    subjects: tuple[str, ...]
    acts: tuple[str, ...]
    ends: tuple[str, ...]
    blank: str = " "
    stop: str = "."


WORDS = {
    "en": Words(
        ("Nell Ashgrove", "Bo O'Day", "Anne-Marie Thornbury"),
        ("The council of Venn", "The harbour master", "A ferry captain", "The mayor of Larkhaven"),
        (
            "approved plan {n} for the old pier",
            "counted {n} visitors on the quay",
            "found {n} letters in a locked cellar",
        ),
        (
            "after a debate that lasted until midnight",
            "because the bridge was closed to carts",
            "before the first snow fell",
        ),
    ),
    "de": Words(
        ("Jörg Müßner", "Käthe von Brahm"),
        ("Der Stadtrat von Venn", "Die Hafenmeisterin", "Ein Kapitän der Fähre"),
        (
            "hat den Plan {n} für die Brücke geprüft",
            "hat {n} Gäste am Kai gezählt",
            "hat {n} Briefe im Keller entdeckt",
        ),
        (
            "nach einer Sitzung, die bis Mitternacht dauerte",
            "weil die Straße gesperrt war",
            "bevor der erste Schnee fiel",
        ),
    ),
    "fr": Words(
        ("Léa Desormeaux", "Noël Châtelain"),
        ("Le conseil municipal de Venn", "La capitaine du port", "Un marin de l'île"),
        ("a adopté le plan {n} pour la jetée", "a compté {n} visiteurs sur le quai", "a trouvé {n} lettres à la cave"),
        ("après un débat qui a duré jusqu'à minuit", "parce que le pont était fermé", "avant les premières neiges"),
    ),
    "es": Words(
        ("Íñigo Peñalver", "Lucía Marañón"),
        ("El ayuntamiento de Venn", "La capitana del puerto", "Un marinero de la isla"),
        ("aprobó el plan {n} para el muelle", "contó {n} visitantes en la plaza", "halló {n} cartas en el sótano"),
        (
            "después de un debate que duró hasta la noche",
            "porque el puente estaba cerrado",
            "antes de las primeras nieves",
        ),
    ),
    "pl": Words(
        ("Łucja Żebrowska", "Michał Śliwa"),
        ("Rada miasta Venn", "Kapitan portu", "Stary żeglarz"),
        ("omawia plan {n} dotyczący mola", "liczy {n} gości na nabrzeżu", "znajduje {n} listów w piwnicy"),
        ("po długiej dyskusji, która trwała do północy", "ponieważ most był zamknięty", "zanim spadł pierwszy śnieg"),
    ),
    "ru": Words(
        ("Мария Кольцова", "Егор Щукин"),
        ("Городской совет Венна", "Начальник порта", "Старый капитан"),
        ("рассмотрел план {n} для пристани", "насчитал {n} гостей на набережной", "нашёл {n} писем в подвале"),
        ("после спора, который длился до полуночи", "потому что мост был закрыт", "прежде чем выпал первый снег"),
    ),
    "el": Words(
        ("Ελένη Μάρκου", "Νίκος Αθανασίου"),
        ("Το συμβούλιο της πόλης", "Ο λιμενάρχης", "Ένας παλιός καπετάνιος"),
        ("ενέκρινε το σχέδιο {n} για την προβλήτα", "μέτρησε {n} επισκέπτες", "βρήκε {n} γράμματα στο υπόγειο"),
        ("ύστερα από συζήτηση ως τα μεσάνυχτα", "επειδή η γέφυρα ήταν κλειστή", "πριν πέσει το πρώτο χιόνι"),
    ),
    "ar": Words(
        ("ليلى حداد", "سامي الخطيب"),
        ("مجلس المدينة", "مدير الميناء", "قبطان العبارة"),
        ("وافق على الخطة {n} للرصيف القديم", "أحصى {n} زائر على الشاطئ", "وجد {n} رسالة في القبو"),
        ("بعد نقاش استمر حتى منتصف الليل", "لأن الجسر كان مغلقا", "قبل سقوط أول الثلوج"),
    ),
    "he": Words(
        ("נועה ברקאי", "איתן שדמי"),
        ("מועצת העיר", "מנהל הנמל", "קברניט המעבורת"),
        ("אישר את תוכנית {n} עבור הרציף", "ספר {n} מבקרים על החוף", "מצא {n} מכתבים במרתף"),
        ("אחרי דיון שנמשך עד חצות", "מפני שהגשר היה סגור", "לפני שירד השלג הראשון"),
    ),
    "hi": Words(
        ("मीरा जोशी", "अनिल वर्मा"),
        ("नगर परिषद ने", "बंदरगाह के प्रमुख ने", "नाव के कप्तान ने"),
        ("पुराने घाट की योजना {n} को मंजूरी दी", "तट पर {n} आगंतुक गिने", "तहखाने में {n} पत्र पाए"),
        ("और बहस आधी रात तक चली", "क्योंकि पुल बंद था", "जब पहली बर्फ गिरने वाली थी"),
        stop="।",
    ),
    "ja": Words(
        ("佐藤美咲", "高橋健一"),
        ("市議会は", "港の責任者は", "渡し船の船長は"),
        ("古い桟橋の第{n}号の計画を認め", "岸壁で{n}人の客を数え", "地下室で{n}通の手紙を見つけ"),
        ("真夜中まで議論を続けた", "橋が閉まっていたと話した", "初雪の前に家へ帰った"),
        blank="",
        stop="。",
    ),
    "zh": Words(
        ("李晓明", "王雪梅"),
        ("市议会", "港口负责人", "渡船的船长"),
        ("批准了旧码头的第{n}号计划", "在岸边数到{n}名游客", "在地下室里找到{n}封信"),
        (",讨论一直持续到半夜", ",因为大桥已经关闭", ",那时还没有下第一场雪"),
        blank="",
        stop="。",
    ),
    "ko": Words(
        ("김서연", "박민준"),
        ("시의회는", "항구 책임자는", "나룻배 선장은"),
        ("낡은 부두의 계획 {n}호를 승인하고", "부둣가에서 손님 {n}명을 세고", "지하실에서 편지 {n}통을 찾고"),
        ("자정까지 토론을 이어 갔다", "다리가 닫혀 있었다고 말했다", "첫눈이 오기 전에 돌아갔다"),
    ),
}
ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, 60, -300, 540, 330))
FIRST_DAY = datetime(2003, 1, 5, 10, 4)


def write_sentences(words: Words, numbers: Iterator[int]) -> Iterator[str]:
    """Sentences without end, each once."""
    for number in numbers:
        subject = words.subjects[number % len(words.subjects)]
        act = words.acts[number // 2 % len(words.acts)].format(n=number)
        end = words.ends[number // 5 % len(words.ends)]
        yield words.blank.join((subject, act, end)) + words.stop


def make_story(number: int, numbers: Iterator[int]) -> Story:
    """The article of this number. `numbers`: those that no sentence has yet."""
    language = tuple(WORDS)[number % len(WORDS)]
    words = WORDS[language]
    sentences = write_sentences(words, numbers)
    title = words.blank.join((words.subjects[number % len(words.subjects)], words.acts[number % len(words.acts)]))
    paragraphs = tuple(words.blank.join(islice(sentences, 2 + (number + at) % 2)) for at in range(4 + number % 3))
    zone = ZONES[number % len(ZONES)]
    moment = FIRST_DAY + timedelta(days=7 * number + number % 3, minutes=37 * number)
    first = number % len(words.names)
    authors = words.names[first : first + 1 + number % 2]
    picture = Picture(next(sentences), words.names[0]) if number % 2 else None
    return Story(
        number,
        language,
        title.format(n=next(numbers)),
        authors,
        moment.replace(tzinfo=zone),
        f"https://www.venn-courier.example/{language}/{number}",
        paragraphs,
        picture,
    )


def make_stories(amount: int) -> list[Story]:
    """So many articles, in all languages in turn; the same ones every time."""
    numbers = count(101)
    return [make_story(number, numbers) for number in range(amount)]
