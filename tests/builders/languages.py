"""One short invented article in each of nineteen languages, and tables as newspapers print them."""

from __future__ import annotations

ARTICLES = {
    "en": (
        "The town council of Emberwick voted on Tuesday to approve a plan for "
        "the old pier, which ends nine years of quarrel. Traders said that the "
        "plan would bring the summer boats back to the town. The mayor, who had "
        "opposed the idea for months, told reporters that she would now support "
        'it. "We have waited long enough," she said. Work is due to begin in '
        "March and will cost about four million pounds."
    ),
    "de": (
        "Der Stadtrat von Emberwick hat am Dienstag einem Plan für die alte "
        "Landungsbrücke zugestimmt, der neun Jahre Streit beendet. Die Händler "
        "hoffen, dass die Ausflugsschiffe im Sommer zurückkehren. Die "
        "Bürgermeisterin, die sich monatelang gegen die Pläne ausgesprochen "
        "hatte, erklärte, sie werde das Vorhaben nun unterstützen. Die Arbeiten "
        "sollen im März beginnen und rund vier Millionen Euro kosten. Über die "
        "Straßenführung wird später entschieden."
    ),
    "fr": (
        "Le conseil municipal a adopté mardi un projet pour la vieille jetée, "
        "qui met fin à neuf années de querelles. Les commerçants espèrent que "
        "les bateaux de l'été reviendront bientôt. La maire, qui s'était "
        "opposée à cette idée pendant des mois, a déclaré qu'elle la "
        "soutiendrait désormais. Les travaux doivent commencer en mars et "
        "coûter environ quatre millions d'euros. Le tracé de la rue sera décidé "
        "après l'été, a-t-elle précisé."
    ),
    "es": (
        "El ayuntamiento aprobó el martes un plan para el viejo muelle, que "
        "pone fin a nueve años de disputas. Los comerciantes esperan que los "
        "barcos de verano vuelvan pronto a la ciudad. La alcaldesa, que se "
        "había opuesto a la idea durante meses, declaró que ahora la apoyará. "
        "Las obras comenzarán en marzo y costarán unos cuatro millones de "
        "euros. «Ya hemos esperado bastante», dijo la señora Muñoz en la "
        "sesión."
    ),
    "it": (
        "Il consiglio comunale ha approvato martedì un progetto per il vecchio "
        "molo, che mette fine a nove anni di liti. I commercianti sperano che "
        "le barche dell'estate tornino presto in città. La sindaca, che per "
        "mesi si era opposta all'idea, ha dichiarato che ora la sosterrà. I "
        "lavori cominceranno a marzo e costeranno circa quattro milioni di "
        "euro. «Abbiamo aspettato abbastanza», ha detto, perché così non si può "
        "più andare avanti."
    ),
    "pt": (
        "A câmara municipal aprovou na terça-feira um plano para o velho cais, "
        "que põe fim a nove anos de disputas. Os comerciantes esperam que os "
        "barcos de verão voltem em breve à cidade. A presidente, que se opôs à "
        "ideia durante meses, afirmou que agora a apoiará. As obras começam em "
        "março e custarão cerca de quatro milhões de euros. A decisão sobre a "
        "rua não será tomada antes do verão, disse."
    ),
    "nl": (
        "De gemeenteraad heeft dinsdag ingestemd met een plan voor de oude "
        "pier, dat een einde maakt aan negen jaar ruzie. Winkeliers hopen dat "
        "de zomerboten snel naar de stad terugkeren. De burgemeester, die zich "
        "maandenlang tegen het idee had verzet, zei dat zij het nu zal steunen. "
        "De werkzaamheden beginnen in maart en kosten ongeveer vier miljoen "
        "euro. Over de ingang van de haven wordt later beslist, zei één van de "
        "raadsleden; dat heeft geïnteresseerde bewoners verrast."
    ),
    "pl": (
        "Rada miejska przyjęła we wtorek plan dla starego molo, który kończy "
        "dziewięć lat sporów. Kupcy mają nadzieję, że letnie statki wkrótce "
        "wrócą do miasta. Burmistrz, która przez wiele miesięcy sprzeciwiała "
        "się temu pomysłowi, oświadczyła, że teraz go poprze. Prace rozpoczną "
        "się w marcu i będą kosztować około czterech milionów złotych. O "
        "przebiegu ulicy zdecyduje się później, powiedziała dziennikarzom, "
        "dodając, że mieszkańcy czekali już wystarczająco długo."
    ),
    "cs": (
        "Městská rada v úterý schválila plán pro staré molo, který ukončí devět "
        "let sporů. Obchodníci doufají, že se letní lodě brzy vrátí do města. "
        "Starostka, která se myšlence několik měsíců bránila, prohlásila, že ji "
        "nyní podpoří. Práce začnou v březnu a budou stát přibližně čtyři "
        "miliony korun. O průběhu ulice se rozhodne později, řekla novinářům a "
        "dodala, že obyvatelé už čekali dost dlouho."
    ),
    "ru": (
        "Городской совет во вторник одобрил план восстановления старой "
        "пристани, который завершает девять лет споров. Торговцы надеются, что "
        "летние пароходы скоро вернутся в город. Мэр, которая несколько месяцев "
        "выступала против этой идеи, заявила, что теперь поддержит её. Работы "
        "начнутся в марте и обойдутся примерно в четыре миллиона рублей. «Мы "
        "ждали достаточно долго», сказала она журналистам после заседания."
    ),
    "uk": (
        "Міська рада у вівторок схвалила план відновлення старої пристані, який "
        "завершує дев'ять років суперечок. Торговці сподіваються, що літні "
        "пароплави скоро повернуться до міста. Мерка, яка кілька місяців "
        "виступала проти цієї ідеї, заявила, що тепер її підтримає. Роботи "
        "почнуться в березні й коштуватимуть близько чотирьох мільйонів "
        "гривень. «Ми чекали досить довго», сказала вона журналістам після "
        "засідання."
    ),
    "ja": (
        "市議会は火曜日、古い桟橋の再建計画を承認し、九年にわたる争いに終止符を打った。商店主らは、夏の船がまもなく町に戻ってくる"
        "と期待している。数か月にわたって計画に反対してきた市長は、今後は支持すると記者団に語った。工事は三月に始まり、費用は約四"
        "億円になる見込みである。道路の経路については後日決定される。市長は「もう十分に待った」と述べた。"
    ),
    "ko": (
        "시의회는 화요일 오래된 부두를 다시 짓는 계획을 승인해 구 년 동안 이어진 다툼을 끝냈다. 상인들은 여름 배가 곧 도시로 "
        "돌아오기를 기대하고 있다. 몇 달 동안 이 계획에 반대해 온 시장은 이제 지지하겠다고 기자들에게 말했다. 공사는 삼월에 "
        "시작되며 비용은 약 사십억 원이 들 것으로 보인다. 도로의 경로는 나중에 결정된다고 시장은 덧붙였다."
    ),
    "zh": (
        "市议会星期二批准了重建旧码头的计划，结束了长达九年的争执。商人们希望夏天的船只很快回到城里。几个月来一直反对这一想法的市"
        "长告诉记者，她现在将支持这项计划。工程将于三月开始，费用约为四百万元。道路的走向将在以后决定。市长说：“我们已经等得够久"
        "了。”居民对这个决定表示欢迎，但也有人担心施工期间的噪音和交通问题。"
    ),
    "ar": (
        "وافق مجلس المدينة يوم الثلاثاء على خطة لإعادة بناء الرصيف القديم، وهو "
        "ما ينهي تسع سنوات من الخلاف. ويأمل التجار أن تعود سفن الصيف قريبا إلى "
        "المدينة. وقالت رئيسة البلدية، التي عارضت الفكرة لعدة أشهر، إنها "
        "ستدعمها الآن. وستبدأ الأعمال في مارس وستبلغ تكلفتها نحو أربعة ملايين "
        "دينار. وسيتقرر مسار الطريق في وقت لاحق."
    ),
    "hi": (
        "नगर परिषद ने मंगलवार को पुराने घाट के पुनर्निर्माण की योजना को मंज़ूरी "
        "दे दी, जिससे नौ साल का विवाद समाप्त हो गया। व्यापारियों को उम्मीद है "
        "कि गर्मियों की नावें जल्द ही शहर लौट आएंगी। महापौर ने, जो कई महीनों से "
        "इस विचार का विरोध कर रही थीं, पत्रकारों से कहा कि अब वे इसका समर्थन "
        "करेंगी। काम मार्च में शुरू होगा और इस पर लगभग चार करोड़ रुपये खर्च "
        "होंगे।"
    ),
    "el": (
        "Το δημοτικό συμβούλιο ενέκρινε την Τρίτη σχέδιο για την παλιά "
        "προβλήτα, που βάζει τέλος σε εννέα χρόνια διαμάχης. Οι έμποροι "
        "ελπίζουν ότι τα καλοκαιρινά πλοία θα επιστρέψουν σύντομα στην πόλη. Η "
        "δήμαρχος, που για μήνες ήταν αντίθετη, δήλωσε ότι τώρα θα το "
        "υποστηρίξει."
    ),
    "he": (
        "מועצת העיר אישרה ביום שלישי תוכנית לשיקום המזח הישן, המסיימת תשע שנים "
        "של מחלוקת. הסוחרים מקווים שספינות הקיץ ישובו בקרוב לעיר. ראשת העיר, "
        "שהתנגדה לרעיון במשך חודשים, אמרה לעיתונאים כי מעתה תתמוך בו."
    ),
    "th": (
        "สภาเมืองลงมติเมื่อวันอังคารเห็นชอบแผนบูรณะท่าเรือเก่า "
        "ซึ่งยุติข้อพิพาทที่ยืดเยื้อมานานเก้าปี "
        "พ่อค้าหวังว่าเรือฤดูร้อนจะกลับมาที่เมืองในไม่ช้า "
        "นายกเทศมนตรีกล่าวว่าเธอจะสนับสนุนแผนนี้"
    ),
    "tr": (
        "Belediye meclisi salı günü eski iskele için hazırlanan planı onayladı "
        "ve dokuz yıllık tartışmaya son verdi. Esnaf, yaz gemilerinin yakında "
        "şehre döneceğini umuyor. Aylarca bu fikre karşı çıkan başkan, artık "
        "planı destekleyeceğini söyledi. Çalışmalar martta başlayacak ve "
        "yaklaşık dört milyon liraya mal olacak."
    ),
}

# The encodings in which news in a language was written before UTF-8.
LEGACY = {
    "de": ("cp1252",),
    "fr": ("cp1252",),
    "es": ("cp1252",),
    "it": ("cp1252",),
    "pt": ("cp1252",),
    "nl": ("cp1252",),
    "pl": ("iso8859_2", "cp1250"),
    "cs": ("iso8859_2", "cp1250"),
    "ru": ("cp1251", "koi8_r", "iso8859_5"),
    "uk": ("cp1251",),
    "ja": ("shift_jis", "euc_jp"),
    "ko": ("euc_kr",),
    "zh": ("gb18030",),
    "ar": ("cp1256",),
    "el": ("cp1253",),
    "he": ("cp1255",),
    "th": ("cp874",),
    "tr": ("cp1254",),
}

CLUBS = ("FC Köln", "Union Berlin", "Leipzig", "Mainz 05", "Bochum", "1. FC Nürnberg", "Real Betis", "Žilina")
SHARES = ("AAPL", "BRK.B", "MSFT", "Ahold Delhaize NV", "ASML", "BP plc", "7203.T", "005930.KS")
TABLES = {
    "league": "\n".join(
        f"{at}. {club} 34 {at} {34 - at} {2 * at}:{at + 7} +{at}" for at, club in enumerate(CLUBS * 3, 1)
    ),
    "shares": "\n".join(f"{name}\t{17 * at % 97}.{at:02}\t+0.{at}%" for at, name in enumerate(SHARES * 4)),
    "prices": "\n".join(f"2024-01-{day:02},{day}9.53,{day}8.10,{day}9.02,{day}8.77,AAPL,Apple" for day in range(1, 31)),
    "votes": "\n".join(f"Ward {at} {club} 1,2{at:02} 4{at}.{at % 10}% Hold" for at, club in enumerate(CLUBS * 3)),
    "chess": "1.e4 c5 2.Nf3 d6 3.d4 cxd4 4.Nxd4 Nf6 5.Nc3 a6 6.Be2 e5 7.Nb3 Be7 8.O-O O-O 9.Be3 Be6 10.Qd2 Nbd7\n" * 8,
    "addresses": "\n".join(
        f"https://www.example.org/2024/10/{at}/some-long-slug-about-A320-neo/AbCd{at}?utm_source=Twitter"
        for at in range(30)
    ),
    "capitals": "FLOOD WATERS CLOSE THE BRIDGE AT EMBERWICK AS THE COUNCIL MEETS. " * 9,
}
