"""Names with letters beyond ASCII as files of many countries hold them, and the encodings of those files."""

from __future__ import annotations

NAMES = {
    "de": "Jürgen Müller Björn Köhler Günther Weiß Jörg Strauß "
    "Käthe Schröder Bärbel Groß Özil Läufer Süß Hänsel",
    "fr": "André Hélène Françoise Béatrice Élodie Noël Chloé Jérôme "
    "Benoît Loïc Gaëlle Œdipe Lœtitia Cœur Maëlys Côme",
    "fr15": "Lœtitia Cœuret Bœuf Lebœuf Nœlla Cœlia Œuvrard Sacré-Cœur Marlœ Vœux",
    "es": "José María Íñigo Muñoz Sofía Peña Ángel Núñez "
    "Raúl Martínez Óscar Ibáñez Begoña Ordóñez Inés Agüero",
    "pt": "João Conceição Antônio Gonçalves Inês Magalhães Tomás "
    "Araújo Mônica Simões Luís Brandão Estêvão Assunção",
    "it": "Nicolò Niccolò Zoé Forlì Libertà Maranò Cantù Dè Salò Gioè",
    "sv": "Åsa Björn Öberg Göran Lindström Märta Åkesson Hjördis Sjögren Jörgen Nyström Älva",
    "da": "Søren Jørgensen Bjørn Åse Kjær Møller Ærø Pål Gjøvik Håkon Øyvind Bodø",
    "fi": "Päivi Jyväskylä Mäkinen Hämäläinen Pöysti Väinö Räsänen Östen Šimon Žanna",
    "is": "Guðrún Þór Sigurðsson Ólöf Björk Ásgeir Þórdís Ægir Jón Hrafnhildur-Ýr",
    "pl": "Łukasz Żółkiewski Paweł Dąbrowska Świątek Grażyna "
    "Kowalczyk-Żak Michał Jędrzej Łucja Wróbel Bożena Gęśla",
    "cs": "Jiří Dvořák Štěpán Novák Tomáš Šťastný Růžena "
    "Němec Bořivoj Čermák Lukáš Žižka Zdeňka Jaromír-Říha",
    "hu": "György Szőke László Kővári Erzsébet Nagy-Győri Ágnes "
    "Tóth Fűzfa Ödön Jenő Sándor Zsófia Müller-Kün",
    "hr": "Željko Šarić Đorđe Čović Tomislav-Lukač Krešimir "
    "Perišić Ivanišević Mladen-Ćosić Živković Miloš Ðuro",
    "ro": "Ștefan Țiriac Ionuț Mădălina Gheorghiță Călin Mihăiță Sârbu Ănuța Brâncuși",
    "sk": "Ľubomír Šťastný Ďurica Zuzana-Kováčová Mária Ľudmila Tomáš Peťo Vŕbová Žofia",
    "ru": "Иван Сергей Татьяна Ольга Дмитрий Екатерина Пётр "
    "Юлия Алексей Щербаков Анна Фёдоров Жуков Эдуард",
    "uk": "Олексій Їжакевич Ганна Євген Сергій Ірина Юлія Ґонта Андрій Оксана Микола Зінаїда",
    "bg": "Георги Димитър Ивайло Мария Йорданка Пламен Щерев Яна Борисов Христо",
    "sr": "Ђорђе Милица Јелена Никола Љубица Његош Драган Ћосић Џајић Жељко",
    "el": "Γιώργος Ελένη Δημήτρης Παπαδόπουλος Άννα Κωνσταντίνος "
    "Ευάγγελος Σωτήρης Ξένια Ψάλτης Ίρις Ολυμπία",
    "tr": "Gülşen Çağlar Işıl Özgür İbrahim Şükrü Ayşe Yıldız Gökçe Doğan Ümit Kılıç Tuğba Çiğdem",
    "lt": "Žydrūnas Jonaitienė Rūta Šarūnas Ąžuolas Eglė Mindaugas-Čepas Gintarė Kęstutis Ūla Živilė Dalė",
    "lv": "Jānis Bērziņš Līga Kārlis Ģirts Ķeguma Ilzīte Šķēle Māris Rūdolfs Ņikita Ļubova Anīta",
    "et": "Jüri Õnne Märt Tõnis Külli Pärt Äli Öie Žanna Šveits",
    "he": "יוסי שרה דוד מרים אברהם רחל כהן לוי משה נועה יעקב תמר",
    "ar": "محمد فاطمة أحمد عائشة خالد يوسف مريم علي حسين نور إبراهيم سارة",
    "th": "สมชาย สุดา ประเสริฐ นภา วิชัย อรุณี กิตติ พิมพ์ชนก ธนา มาลี",
    "vi": "Nguyễn Trần Đặng Phạm Hoàng Huỳnh Võ Bùi Đỗ Ngô Dương Lý",
    "ja": "太郎 花子 佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 さくら ハナコ 健一 美咲 翔太 陽菜",
    "zh": "小明 王伟 李娜 张强 刘洋 陈静 杨帆 赵磊 黄丽 周杰 吴敏 徐涛 孙悦 马超",
    "tw": "怡君 淑芬 志明 雅婷 俊傑 美玲 張偉 陳靜 劉德華 黃麗 趙雲 吳敏 林書豪 蔡英文",
    "ko": "김민수 이영희 박지훈 최수진 정우성 강하늘 조은혜 윤서연 장동건 임지현 한가인 오세훈",
}  # fmt: skip
ENCODINGS = {
    "iso8859_15": ("fr15", "fr", "fi", "et"),
    "cp1252": ("de", "fr", "es", "pt", "it", "sv", "da", "fi", "is"),
    "mac_roman": ("de", "fr", "es", "pt", "it", "sv", "da", "is"),
    "cp850": ("de", "fr", "es", "pt", "sv", "da"),
    "cp1250": ("pl", "cs", "hu", "hr", "sk"),
    "iso8859_2": ("pl", "cs", "hu", "hr", "sk"),
    "iso8859_16": ("ro",),
    "cp1251": ("ru", "uk", "bg", "sr"),
    "koi8_r": ("ru",),
    "iso8859_5": ("ru", "sr"),
    "cp1253": ("el",),
    "cp1254": ("tr",),
    "cp1257": ("lt", "lv", "et"),
    "cp1255": ("he",),
    "cp1256": ("ar",),
    "cp874": ("th",),
    "shift_jis": ("ja",),
    "euc_jp": ("ja",),
    "gb18030": ("zh",),
    "big5": ("tw",),
    "euc_kr": ("ko",),
    "utf-16-le": tuple(NAMES),
    "utf-16-be": tuple(NAMES),
}


def list_files(encoding: str, rows: int) -> list[str]:
    """Texts of so many rows that this encoding can hold; of one row each name once, of more some mixes."""
    found = []
    for language in ENCODINGS[encoding]:
        names = [name for name in NAMES[language].split() if _can_hold(name, encoding)]
        groups = [names[at : at + 1] for at in range(len(names))]
        if rows > 1:
            groups = [
                [names[(at + 3 * n) % len(names)] for n in range(rows)] for at in range(0, len(names), 2)
            ]
        for some in groups:
            people = (f"{one},a{at}@example.org\n" for at, one in enumerate(some))
            found.append("name,email\n" + "".join(people))
    return found


def _can_hold(name: str, encoding: str) -> bool:
    try:
        return not name.isascii() and bool(name.encode(encoding))
    except UnicodeEncodeError:
        return False
