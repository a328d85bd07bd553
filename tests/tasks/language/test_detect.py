"""The language of a text, against langdetect itself, against what the text says, and alone against in company."""

from __future__ import annotations

import gzip
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langdetect import detector_factory
from langdetect.lang_detect_exception import LangDetectException
from langdetect.utils.ngram import NGram

from tasks.language.detect import EXCERPT_PARTS, LANGUAGES, PART_CHARS, detect_languages, excerpt
from tasks.language.evidence import sum_evidence
from tasks.language.ngrams import compose_marks, read_ngrams
from tasks.language.profiles import PIECE, PLANE, SCALE, fold_plane, load_language_model

BENCH = Path(os.environ.get("COPYDESK_BENCH") or Path(__file__).parents[4] / "shared" / "bench") / "data"

# A headline and an article of our own in each language. None of them is taken from anywhere.
NEWS = {
    "en": (
        "Harbour bridge to close for repairs all summer",
        "The old harbour bridge will be closed to cars from June until the end of August, the city council said on Tuesday. "
        "Engineers found cracks in two of the pillars when they looked at them in spring. Buses will take another way round "
        "the bay, and a small ferry is going to carry people on foot and on bicycles for nothing. Shopkeepers on the east "
        "side fear that they will lose half of their customers. The mayor promised that nobody would be left without help.",
    ),
    "de": (
        "Hafenbrücke wird den ganzen Sommer über gesperrt",
        "Die alte Hafenbrücke wird von Juni bis Ende August für Autos gesperrt, wie der Stadtrat am Dienstag mitteilte. Die "
        "Ingenieure hatten im Frühjahr Risse in zwei Pfeilern entdeckt. Busse fahren einen Umweg um die Bucht, und eine kleine "
        "Fähre bringt Fußgänger und Radfahrer kostenlos über das Wasser. Die Händler auf der Ostseite befürchten, dass ihnen "
        "die Hälfte der Kunden wegbleibt. Die Bürgermeisterin versprach, niemand werde ohne Hilfe dastehen.",
    ),
    "fr": (
        "Le pont du port fermé pendant tout l'été",
        "Le vieux pont du port sera fermé aux voitures de juin à la fin du mois d'août, a annoncé mardi le conseil municipal. "
        "Les ingénieurs ont trouvé au printemps des fissures dans deux piliers. Les autobus feront le tour de la baie et un "
        "petit bac transportera gratuitement les piétons et les cyclistes. Les commerçants de la rive est craignent de perdre "
        "la moitié de leurs clients. La maire a promis que personne ne resterait sans aide.",
    ),
    "es": (
        "El puente del puerto cerrará durante todo el verano",
        "El viejo puente del puerto permanecerá cerrado a los coches desde junio hasta finales de agosto, anunció el martes el "
        "ayuntamiento. Los ingenieros encontraron en primavera grietas en dos de los pilares. Los autobuses darán la vuelta a "
        "la bahía y una pequeña barca llevará gratis a los peatones y a los ciclistas. Los comerciantes del lado este temen "
        "perder la mitad de sus clientes. La alcaldesa prometió que nadie se quedaría sin ayuda.",
    ),
    "it": (
        "Il ponte del porto resterà chiuso tutta l'estate",
        "Il vecchio ponte del porto resterà chiuso alle automobili da giugno alla fine di agosto, ha detto martedì il consiglio "
        "comunale. In primavera gli ingegneri hanno trovato delle crepe in due piloni. Gli autobus faranno il giro della baia e "
        "un piccolo traghetto porterà gratis chi va a piedi o in bicicletta. I negozianti della riva orientale temono di perdere "
        "metà dei clienti. La sindaca ha promesso che nessuno rimarrà senza aiuto.",
    ),
    "pt": (
        "Ponte do porto vai ficar fechada durante todo o verão",
        "A velha ponte do porto vai ficar fechada aos automóveis de junho até ao fim de agosto, anunciou na terça-feira a câmara "
        "municipal. Os engenheiros encontraram fendas em dois dos pilares na primavera. Os autocarros vão dar a volta à baía e "
        "um pequeno barco levará de graça as pessoas a pé e de bicicleta. Os comerciantes do lado leste receiam perder metade "
        "dos clientes. A presidente prometeu que ninguém ficará sem ajuda.",
    ),
    "nl": (
        "Havenbrug blijft de hele zomer dicht voor herstel",
        "De oude havenbrug gaat van juni tot eind augustus dicht voor auto's, zei het stadsbestuur dinsdag. Ingenieurs vonden in "
        "het voorjaar scheuren in twee van de pijlers. De bussen rijden om de baai heen en een kleine pont brengt voetgangers en "
        "fietsers gratis naar de overkant. Winkeliers aan de oostkant zijn bang dat ze de helft van hun klanten kwijtraken. De "
        "burgemeester beloofde dat niemand zonder hulp zou blijven.",
    ),
    "sv": (
        "Hamnbron stängs för reparation hela sommaren",
        "Den gamla hamnbron stängs för bilar från juni till slutet av augusti, meddelade kommunen på tisdagen. Ingenjörerna "
        "hittade sprickor i två av pelarna när de undersökte dem i våras. Bussarna får köra en annan väg runt viken och en liten "
        "färja ska ta gående och cyklister över vattnet utan kostnad. Handlarna på östra sidan är rädda för att förlora hälften "
        "av sina kunder. Borgmästaren lovade att ingen skulle bli utan hjälp.",
    ),
    "pl": (
        "Most portowy będzie zamknięty przez całe lato",
        "Stary most portowy będzie zamknięty dla samochodów od czerwca do końca sierpnia, poinformowała we wtorek rada miasta. "
        "Wiosną inżynierowie znaleźli pęknięcia w dwóch filarach. Autobusy pojadą inną drogą wokół zatoki, a mały prom będzie "
        "bezpłatnie przewoził pieszych i rowerzystów. Sklepikarze po wschodniej stronie boją się, że stracą połowę klientów. "
        "Pani burmistrz obiecała, że nikt nie zostanie bez pomocy.",
    ),
    "cs": (
        "Přístavní most bude zavřený po celé léto",
        "Starý přístavní most bude od června do konce srpna uzavřen pro auta, oznámila v úterý městská rada. Inženýři našli na "
        "jaře trhliny ve dvou pilířích. Autobusy pojedou jinudy kolem zátoky a malý přívoz bude zdarma vozit chodce a cyklisty. "
        "Obchodníci na východní straně se bojí, že přijdou o polovinu zákazníků. Starostka slíbila, že nikdo nezůstane bez "
        "pomoci.",
    ),
    "tr": (
        "Liman köprüsü bütün yaz boyunca kapalı kalacak",
        "Eski liman köprüsü hazirandan ağustos sonuna kadar araçlara kapatılacak, belediye meclisi salı günü açıkladı. "
        "Mühendisler ilkbaharda ayaklardan ikisinde çatlaklar bulmuştu. Otobüsler körfezin çevresinden dolaşacak, küçük bir "
        "vapur da yayaları ve bisikletlileri ücretsiz taşıyacak. Doğu yakasındaki esnaf müşterilerinin yarısını kaybetmekten "
        "korkuyor. Belediye başkanı kimsenin yardımsız kalmayacağına söz verdi.",
    ),
    "ru": (
        "Портовый мост закроют на всё лето",
        "Старый портовый мост будет закрыт для машин с июня до конца августа, сообщил во вторник городской совет. Весной "
        "инженеры нашли трещины в двух опорах. Автобусы пойдут другой дорогой вокруг залива, а небольшой паром будет бесплатно "
        "перевозить пешеходов и велосипедистов. Владельцы магазинов на восточном берегу боятся потерять половину покупателей. "
        "Мэр обещала, что никто не останется без помощи.",
    ),
    "uk": (
        "Портовий міст буде закрито на все літо",
        "Старий портовий міст буде закрито для автомобілів із червня до кінця серпня, повідомила у вівторок міська рада. Навесні "
        "інженери знайшли тріщини у двох опорах. Автобуси їхатимуть іншою дорогою навколо затоки, а невеликий пором безкоштовно "
        "перевозитиме пішоходів і велосипедистів. Власники крамниць на східному березі бояться втратити половину покупців. "
        "Міська голова пообіцяла, що ніхто не залишиться без допомоги.",
    ),
    "el": (
        "Κλειστή όλο το καλοκαίρι η γέφυρα του λιμανιού",
        "Η παλιά γέφυρα του λιμανιού θα μείνει κλειστή για τα αυτοκίνητα από τον Ιούνιο έως το τέλος Αυγούστου, ανακοίνωσε την "
        "Τρίτη ο δήμος. Οι μηχανικοί βρήκαν την άνοιξη ρωγμές σε δύο κολόνες. Ένα μικρό πλοίο θα μεταφέρει δωρεάν τους πεζούς.",
    ),
    "ar": (
        "إغلاق جسر الميناء طوال فصل الصيف",
        "سيغلق جسر الميناء القديم أمام السيارات من يونيو حتى نهاية أغسطس، كما أعلن مجلس المدينة يوم الثلاثاء. وكان المهندسون قد "
        "وجدوا شقوقا في اثنين من الأعمدة في الربيع. وستسلك الحافلات طريقا آخر حول الخليج، وستنقل عبارة صغيرة المشاة مجانا.",
    ),
    "he": (
        "גשר הנמל ייסגר לתיקונים במשך כל הקיץ",
        "גשר הנמל הישן ייסגר לתנועת מכוניות מיוני ועד סוף אוגוסט, כך הודיעה העירייה ביום שלישי. המהנדסים מצאו באביב סדקים בשניים "
        "מן העמודים. האוטובוסים ייסעו בדרך אחרת סביב המפרץ ומעבורת קטנה תסיע בחינם הולכי רגל ורוכבי אופניים.",
    ),
    "hi": (
        "बंदरगाह का पुल पूरी गर्मी बंद रहेगा",
        "बंदरगाह का पुराना पुल जून से अगस्त के अंत तक गाड़ियों के लिए बंद रहेगा, नगर परिषद ने मंगलवार को यह जानकारी दी। इंजीनियरों "
        "को वसंत में दो खंभों में दरारें मिली थीं। बसें खाड़ी के चारों ओर दूसरे रास्ते से जाएँगी और एक छोटी नाव लोगों को मुफ़्त में पार ले जाएगी।",
    ),
    "ja": (
        "港の古い橋、夏の間は通行止めに",
        "港にある古い橋は六月から八月の末まで車の通行ができなくなると、市議会が火曜日に発表した。春の点検で、技術者が二本の柱にひびが"
        "入っているのを見つけたためだ。バスは湾を回る別の道を走り、小さな船が歩行者と自転車を無料で運ぶことになっている。",
    ),
    "ko": (
        "항구 다리, 여름 내내 통행 금지",
        "항구의 오래된 다리가 유월부터 팔월 말까지 자동차 통행이 금지된다고 시의회가 화요일에 밝혔다. 봄에 기술자들이 기둥 두 곳에서 "
        "금이 간 것을 발견했기 때문이다. 버스는 만을 돌아가는 다른 길로 다니고, 작은 배가 보행자를 무료로 실어 나를 예정이다.",
    ),
    "zh-cn": (
        "港口大桥整个夏天将关闭维修",
        "市议会星期二宣布，港口的旧桥从六月到八月底将禁止汽车通行。工程师们在春天检查时发现两个桥墩有裂缝。公共汽车将绕过海湾走另一条路，"
        "一艘小船会免费运送行人和骑自行车的人。东岸的商店老板担心会失去一半的顾客。市长承诺不会让任何人得不到帮助。",
    ),
    "th": (
        "ปิดสะพานท่าเรือเพื่อซ่อมแซมตลอดฤดูร้อน",
        "สะพานท่าเรือเก่าจะปิดไม่ให้รถยนต์ผ่านตั้งแต่เดือนมิถุนายนจนถึงสิ้นเดือนสิงหาคม สภาเมืองแจ้งเมื่อวันอังคาร วิศวกรพบรอยร้าวในเสาสองต้น"
        "เมื่อฤดูใบไม้ผลิ รถโดยสารจะใช้เส้นทางอื่นรอบอ่าว และเรือเล็กจะรับส่งคนเดินเท้าโดยไม่คิดเงิน",
    ),
    "id": (
        "Jembatan pelabuhan ditutup sepanjang musim panas",
        "Jembatan tua di pelabuhan akan ditutup untuk mobil mulai Juni sampai akhir Agustus, kata dewan kota pada hari Selasa. "
        "Para insinyur menemukan retakan di dua tiang ketika memeriksanya. Bus akan melewati jalan lain di sekitar teluk, dan "
        "sebuah kapal kecil akan membawa pejalan kaki dan pengendara sepeda tanpa bayaran.",
    ),
    "vi": (
        "Cầu cảng sẽ đóng cửa suốt mùa hè để sửa chữa",
        "Cây cầu cũ ở cảng sẽ cấm ô tô từ tháng sáu đến cuối tháng tám, hội đồng thành phố cho biết hôm thứ ba. Các kỹ sư đã tìm "
        "thấy vết nứt ở hai trụ cầu vào mùa xuân. Xe buýt sẽ đi đường khác vòng quanh vịnh và một chiếc phà nhỏ sẽ chở người đi "
        "bộ miễn phí.",
    ),
}
ROWS = [(code, kind, NEWS[code][place]) for code in NEWS for place, kind in enumerate(("headline", "article"))]
SILENT = {
    "null": None,
    "nothing": "",
    "blank lines": " \n\n \t\n",
    "a time": "12:34",
    "numbers only": "2,451 - 3.5 % / 1998\n77 (12)",
    "signs": "*** --- >>> !!!",
    "emoji": "😀 🎉 🎉",
    "an address only": "https://example.org/this/is/an/english/address/with/many/words.html",
    "a mail address only": "someone.with.a.long.name@example.org",
    "two letters": "OK",
    "a credit": "AP/EPA",
    "two characters": "東京",
    "a script of none of them": "ይህ ጽሑፍ በአማርኛ የተጻፈ ነው ማንም አያውቀውም",
    "capitals that look German and Danish": "PRIME MINISTER RESIGNS AFTER VOTE",
}


@cache
def langdetect_factory() -> detector_factory.DetectorFactory:
    factory = detector_factory.DetectorFactory()
    factory.load_profile(detector_factory.PROFILES_DIRECTORY)
    return factory


def ask_langdetect(text: str) -> str | None:
    """langdetect's answer, if it gives the same one with five seeds."""
    answers = set()
    for seed in range(5):
        factory = langdetect_factory()
        factory.set_seed(seed)
        detector = factory.create()
        detector.append(text)
        try:
            answers.add(detector.detect())
        except LangDetectException:
            answers.add("und")
    return answers.pop() if len(answers) == 1 else None


def name_languages(texts: list[str | None]) -> list[str]:
    return detect_languages(pl.Series(texts, dtype=pl.String))["language"].to_list()


@pytest.mark.parametrize(("code", "text"), [pytest.param(c, t, id=f"{c} {kind}") for c, kind, t in ROWS])
def test_languages_are_named(code: str, text: str) -> None:
    found = detect_languages(pl.Series([text]))
    assert found["language"].to_list() == [code]
    assert 0.5 < found["language_score"][0] <= 1


@pytest.mark.parametrize("code", NEWS)
def test_langdetect_agrees_on_articles(code: str) -> None:
    assert ask_langdetect(NEWS[code][1]) == code == name_languages([NEWS[code][1]])[0]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SILENT.items()])
def test_a_text_that_does_not_say_is_undetermined(text: str | None) -> None:
    assert detect_languages(pl.Series([text], dtype=pl.String)).rows() == [("und", 0.0, [])]


@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ru", "uk", "el"])
def test_capitals_change_nothing(code: str) -> None:
    headline, article = NEWS[code]
    assert name_languages([headline.upper(), article.upper()]) == [code, code]


def test_capitals_are_what_langdetect_gets_wrong() -> None:
    """Why capitals are read otherwise here: should langdetect ever mend this, go back to its rule."""
    assert ask_langdetect("PRIME MINISTER RESIGNS AFTER VOTE") == "de"


# An article of our own in each language that langdetect has no profile of, or takes for another.
NEIGHBOURS = {
    "is": "Gamla hafnarbrúin verður lokuð fyrir bílum frá júní til loka ágúst, sagði bæjarráðið á þriðjudag. Verkfræðingar fundu "
    "sprungur í tveimur stöplum þegar þeir skoðuðu þá í vor. Kaupmenn óttast að þeir missi helming viðskiptavina sinna.",
    "sr": "Стари мост у луци биће затворен за аутомобиле од јуна до краја августа, саопштила је у уторак градска управа. Инжењери су "
    "у пролеће нашли пукотине на два стуба. Трговци на источној страни страхују да ће изгубити половину купаца.",
    "sr latin": "Stari most u luci biće zatvoren za automobile od juna do kraja avgusta, saopštila je u utorak gradska uprava. "
    "Inženjeri su u proleće našli pukotine na dva stuba. Trgovci strahuju da će izgubiti polovinu kupaca za vreme radova.",
    "hr": "Stari most u luci bit će zatvoren za automobile od lipnja do kraja kolovoza, priopćila je u utorak gradska uprava. "
    "Inženjeri su u proljeće pronašli pukotine na dva stupa. Trgovci strahuju da će tijekom radova izgubiti polovicu kupaca.",
    "bs": "Stari most u luci bit će zatvoren za automobile od juna do kraja augusta, saopćila je u utorak općinska uprava. Inženjeri "
    "su prije nekoliko sedmica našli pukotine na dva stuba. Trgovci strahuju da će izgubiti polovinu kupaca za vrijeme radova.",
    "ms": "Jambatan lama di pelabuhan akan ditutup kepada kereta mulai Jun hingga akhir Ogos, kata majlis bandaraya pada hari Selasa. "
    "Jurutera menemui retak pada dua tiang kerana besi berkarat. Sebuah feri kecil akan membawa pejalan kaki secara percuma.",
    "id": "Jembatan tua di pelabuhan akan ditutup untuk mobil mulai Juni hingga akhir Agustus, kata pemerintah kota pada hari Selasa. "
    "Para insinyur menemukan retakan pada dua tiang karena besinya berkarat. Sebuah feri akan membawa pejalan kaki secara gratis.",
    "eo": "La malnova haveneja ponto estos fermita por aŭtoj de junio ĝis la fino de aŭgusto, diris la urba konsilio mardon. "
    "Inĝenieroj trovis fendojn en du el la kolonoj printempe. La vendistoj timas, ke ili perdos duonon de siaj klientoj.",
    "da": "Den gamle havnebro bliver lukket for biler fra juni til slutningen af august, oplyste byrådet tirsdag. Ingeniører fandt "
    "revner i to af pillerne, da de blev undersøgt. De handlende er bange for at miste halvdelen af kunderne.",
    "no": "Den gamle havnebrua blir stengt for biler fra juni til slutten av august, opplyste bystyret tirsdag. Ingeniører fant "
    "sprekker i to av pilarene da de ble undersøkt. De handlende er redde for å miste halvparten av kundene.",
    "no nynorsk": "Den gamle hamnebrua blir stengd for bilar frå juni til slutten av august, sa kommunen tysdag. Ingeniørar fann "
    "sprekker i to av pilarane då dei vart undersøkte. Dei handlande er redde for å miste halvparten av kundane.",
    "ca": "El vell pont del port romandrà tancat als cotxes des del juny fins a finals d'agost, va anunciar dimarts l'ajuntament. Els "
    "enginyers van trobar esquerdes en dos dels pilars. Els botiguers tenen por de perdre la meitat dels clients.",
    "ur": "بندرگاہ کا پرانا پل جون سے اگست کے آخر تک گاڑیوں کے لیے بند رہے گا، شہری کونسل نے منگل کو بتایا۔ انجینئروں کو بہار میں دو "
    "ستونوں میں دراڑیں ملی تھیں۔ دکانداروں کو ڈر ہے کہ ان کے آدھے گاہک چلے جائیں گے۔",
    "fa": "پل قدیمی بندر از ژوئن تا پایان اوت به روی خودروها بسته می‌شود، شورای شهر روز سه‌شنبه اعلام کرد. مهندسان در بهار در دو ستون آن "
    "ترک‌هایی یافتند. مغازه‌داران می‌ترسند که نیمی از مشتریان خود را از دست بدهند.",
    "be": "Стары мост у порце будзе зачынены для аўтамабіляў з чэрвеня да канца жніўня, паведаміў у аўторак гарадскі савет. Інжынеры "
    "знайшлі расколіны ў дзвюх апорах. Уладальнікі крам баяцца страціць палову пакупнікоў.",
    "az": "Limandakı köhnə körpü iyundan avqustun sonuna qədər maşınlar üçün bağlanacaq, şəhər şurası çərşənbə axşamı bildirib. "
    "Mühəndislər yazda iki dayaqda çatlar tapıblar. Mağaza sahibləri müştərilərinin yarısını itirməkdən qorxurlar.",
    "eu": "Portuko zubi zaharra itxita egongo da autoentzat ekainetik abuztuaren amaierara arte, jakinarazi zuen udalak asteartean. "
    "Ingeniariek pitzadurak aurkitu zituzten bi zutabetan. Dendariak bezeroen erdia galtzeko beldur dira.",
    "ga": "Dúnfar seandroichead an chuain do ghluaisteáin ó mhí an Mheithimh go deireadh mhí Lúnasa, a dúirt comhairle na cathrach Dé "
    "Máirt. Fuair innealtóirí scoilteanna i dhá cheann de na colúin san earrach.",
    "ka": "ნავსადგურის ძველი ხიდი ივნისიდან აგვისტოს ბოლომდე დაიკეტება მანქანებისთვის, განაცხადა სამშაბათს ქალაქის საბჭომ. "
    "ინჟინრებმა გაზაფხულზე ორ ბურჯში ბზარები აღმოაჩინეს.",
    "hy": "Նավահանգստի հին կամուրջը հունիսից մինչև օգոստոսի վերջը փակ կլինի մեքենաների համար, երեքշաբթի հայտնել է քաղաքային խորհուրդը։",
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_neighbours_are_told_apart(name: str) -> None:
    language, score, languages = detect_languages(pl.Series([NEIGHBOURS[name]])).row(0)
    code = name.split()[0]
    assert (language, languages) == (code, [{"language": code, "share": 1.0}])
    assert score >= 0.9


def test_croatian_without_a_word_of_its_own_has_a_low_score() -> None:
    """The sentence is good Bosnian and good Croatian."""
    assert detect_languages(pl.Series(["Stari most na rijeci ostaje zatvoren zbog radova."])).row(0)[1] < 0.9


def test_a_language_without_a_profile_is_undetermined_or_has_a_low_score() -> None:
    """Maltese, Luxembourgish and Breton."""
    texts = [
        "Il-pont il-qadim tal-port se jingħalaq għall-karozzi minn Ġunju sal-aħħar ta' Awwissu, qal il-kunsill nhar it-Tlieta.",
        "Déi al Hafebréck gëtt vu Juni bis Enn August fir Autoe gespaart, huet de Gemengerot en Dënschdeg matgedeelt.",
        "Serret e vo pont kozh ar porzh ouzh ar c'hirri adal miz Even betek fin miz Eost, eme kuzul-kêr dimeurzh.",
    ]
    assert max(detect_languages(pl.Series(texts))["language_score"]) < 0.9


def test_chinese_with_many_latin_names() -> None:
    text = (
        "市议会星期二宣布，Larkhaven Harbour Bridge 将关闭维修，Northfield Engineering Company 的 Margaret Holloway 和 Benjamin "
        "Okonkwo 说，Eastgate Shopping Centre 附近的两个桥墩有裂缝。"
    )
    language, score, _ = detect_languages(pl.Series([text])).row(0)
    assert language == "zh-cn"
    assert score >= 0.9


@pytest.mark.parametrize(
    ("first", "second"), [("en", "de"), ("es", "en"), ("fr", "nl"), ("ru", "en"), ("fr", "ko"), ("pl", "fr")]
)
@pytest.mark.parametrize("joint", ["\n", "\n\n"])
def test_shares_of_two_languages(first: str, second: str, joint: str) -> None:
    """Two articles in the first language, an article in the second, by lines and by paragraphs."""
    found = detect_languages(pl.Series([joint.join([NEWS[first][1], NEWS[second][1], NEWS[first][1]])]))
    language, score, languages = found.row(0)
    assert [row["language"] for row in languages] == [first, second]
    assert sum(row["share"] for row in languages) == pytest.approx(1)
    assert 0.2 < languages[1]["share"] < 0.5
    assert language == first
    assert score >= 0.9


def test_chinese_and_english_paragraphs() -> None:
    """By what they say: a Chinese character counts as three letters."""
    found = detect_languages(pl.Series([f"{NEWS['zh-cn'][1]}\n{NEWS['en'][1]}\n{NEWS['en'][1]}"])).row(0)
    assert found[0] == "en"
    assert [row["language"] for row in found[2]] == ["en", "zh-cn"]
    assert 0.2 < found[2][1]["share"] < 0.5


def test_a_short_quotation_is_no_second_language() -> None:
    english, german = NEWS["en"][1], NEWS["de"][0]
    found = detect_languages(pl.Series([f"{english}\n\n{german}\n\n{english}\n\n{english}"]))
    assert found["languages"].to_list() == [[{"language": "en", "share": 1.0}]]


@pytest.mark.parametrize(
    ("text", "code"), [("東部海岸商店面臨客源流失危機", "zh-tw"), ("两国专家共同研究海洋安全问题", "zh-cn")]
)
def test_chinese_is_not_called_korean(text: str, code: str) -> None:
    assert ask_langdetect(text) == "ko"
    assert name_languages([text]) == [code]


def test_the_language_of_most_of_the_text_wins() -> None:
    english, german, russian = (NEWS[code][1] for code in ("en", "de", "ru"))
    mixed = [
        f"{english}\n{english}\n{german[:150]}",
        f"{german[:150]}\n{english}\n{english}",
        f"{russian}\nFacebook Twitter",
    ]
    assert name_languages(mixed) == ["en", "en", "ru"]


def test_names_of_columns_and_empty_series() -> None:
    empty = detect_languages(pl.Series([], dtype=pl.String))
    assert empty.schema == LANGUAGES
    assert len(empty) == 0
    assert detect_languages(pl.Series([None, None])).rows() == [("und", 0.0, [])] * 2


def test_folding_is_langdetects_for_every_character() -> None:
    folded = fold_plane()
    assert [chr(folded[point]) for point in range(PLANE)] == [NGram.normalize(chr(point)) for point in range(PLANE)]


def test_marks_are_composed_as_in_langdetect() -> None:
    text = "Viê\u0323t Nam, ca\u0302\u0300u ca\u0309ng"
    assert compose_marks(text) == NGram.normalize_vi(text) != text


@pytest.mark.parametrize("code", NEWS)
def test_evidence_is_langdetects(code: str) -> None:
    """The sum over all n-grams that langdetect would draw from, within the rounding of 3 n-grams a letter."""
    model, factory = load_language_model(), langdetect_factory()
    text = f"{NEWS[code][1]} https://example.org/a?b=c  {NEWS[code][0]} news.desk@example.org Harbour Bridge \n"
    detector = factory.create()
    detector.append(text)
    detector.cleaning_text()
    grams = detector._extract_ngrams()
    weight = detector.ALPHA_DEFAULT / detector.BASE_FREQ
    order = [factory.langlist.index(name) for name in model.languages[: len(factory.langlist)]]
    expected = np.log1p(np.array([factory.word_lang_prob_map[gram] for gram in grams])[:, order] / weight).sum(axis=0)
    evidence = sum_evidence(read_ngrams([text], model), model.evidence)[0]
    np.testing.assert_allclose(evidence, expected, rtol=0, atol=0.5 * len(grams) / SCALE)


def test_sums_are_exact() -> None:
    """Whole numbers below 2**24: what makes an answer independent of the company and of the machine's vector units."""
    model = load_language_model()
    for evidence in (model.evidence, model.further):
        assert (evidence == np.rint(evidence)).all()
        assert evidence.max() * PIECE < 2**24


def test_excerpt_takes_both_ends() -> None:
    text = "a" * 200 + "b" * 5_000 + "c" * 200
    assert excerpt(text).startswith("a" * 200 + "\n")
    assert excerpt(text).endswith("\n" + "c" * 200)
    assert excerpt("short") == "short"


def test_the_whole_text_is_read_where_the_excerpt_leaves_a_doubt() -> None:
    """Here the excerpt meets nothing but figures."""
    figures, prose = "12.5 " * 60, NEWS["sv"][1]
    step = (3_000 - PART_CHARS) // (EXCERPT_PARTS - 1)
    text = "".join((figures[:250] + prose * 2)[:step] for _ in range(EXCERPT_PARTS))[:2_800] + figures[:200]
    assert not any(letter.isalpha() for letter in excerpt(text))
    assert name_languages([text]) == ["sv"]


def test_doubt_is_worth_a_guess_for_a_line_and_nothing_for_an_article() -> None:
    names = "Lindqvist, Okafor, Brandão, Tanaka, Moreau, Kowalczyk, Petrov, Schneider, Rossi, Nguyen"
    guess, silence = detect_languages(pl.Series([names, f"{names} {names} {names} {NEWS['sv'][1][:160]}"])).rows()
    assert guess[0] != "und"
    assert 0.05 <= guess[1] < 0.5
    assert silence == ("und", 0.0, [])


PIECES = st.sampled_from([*(text for _, _, text in ROWS), *(text for text in SILENT.values() if text)])
TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8"), max_size=60),
    PIECES,
    st.lists(PIECES, min_size=1, max_size=6).map("\n\n".join),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=12))
def test_results_do_not_depend_on_other_documents(texts: list[str | None]) -> None:
    together = detect_languages(pl.Series(texts, dtype=pl.String)).rows()
    assert together == [detect_languages(pl.Series([text], dtype=pl.String)).row(0) for text in texts]
    assert together == detect_languages(pl.Series(texts[::-1], dtype=pl.String)).rows()[::-1]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ROWS), st.integers(1, 5))
def test_blank_lines_around_change_nothing(row: tuple[str, str, str], count: int) -> None:
    text, blank = row[2], "\n" * count
    assert detect_languages(pl.Series([text])).rows() == detect_languages(pl.Series([blank + text + blank])).rows()


def test_answers_are_the_same_across_batches_and_threads() -> None:
    texts = pl.Series([text for _, _, text in ROWS] * 8)
    once = detect_languages(texts)
    with ThreadPoolExecutor(4) as pool:
        assert all(once.equals(again) for again in pool.map(detect_languages, [texts] * 4))
    assert once.rows() == once[: len(ROWS)].rows() * 8


@pytest.mark.bench
@pytest.mark.skipif(not BENCH.exists(), reason="the evaluation data is not here")
@pytest.mark.slow
def test_bench_articles_and_sentences() -> None:
    """At least 99.5 % agreement on articles; on labelled sentences no worse than langdetect."""
    with gzip.open(BENCH / "pages" / "shub.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line)["body_text"] for line in lines]
    bodies = [body for body in bodies if len(body) > 200]
    pairs = [(mine, ask_langdetect(body)) for mine, body in zip(name_languages(bodies), bodies, strict=True)]
    same = [mine == theirs for mine, theirs in pairs if theirs is not None]
    assert sum(same) / len(same) >= 0.995

    with_langdetect = load_language_model().languages[: load_language_model().evidence.shape[1]]
    known = {*with_langdetect, "zh", "nb", "nn"}
    with gzip.open(BENCH / "langid" / "lingua_sentences.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["lang"] in known][::5]
    family = {"zh-cn": "zh", "zh-tw": "zh", "no": "nb", "nn": "nb"}
    mine = name_languages([row["text"] for row in rows])
    right = sum(
        family.get(found, found) == family.get(row["lang"], row["lang"]) for found, row in zip(mine, rows, strict=True)
    )
    assert right / len(rows) >= 0.975
