"""Which letters the languages write, most used first, and which encodings their programs save files in."""

from __future__ import annotations

# Letters beyond ASCII of languages in Latin script, in small.
_GERMAN, _FRENCH, _SPANISH = "üöäßé", "éèçêëïœôîâàùûæÿ", "íáóéñúüçº"
_PORTUGUESE, _ITALIAN, _DUTCH = "ãçéáíóâêõúôàªº", "èàòùìé", "ëéïöüè"
_SWEDISH, _DANISH, _FINNISH = "öåäé", "øåæéöü", "äöåšž"
_ICELANDIC, _CATALAN, _IRISH = "áíóðúþéæýö", "àóèéíòúïçü·", "áéíóú"
_POLISH, _CZECH, _SLOVAK = "łńóśążęćź", "áíéřýčěšžůúňťďó", "áíčýéšžúľťňôäďĺŕó"
_HUNGARIAN, _CROATIAN, _ROMANIAN = "áéóöőíüúű", "ćšžčđ", "ăşâţîșț"
_ALBANIAN, _TURKISH, _LITHUANIAN = "ëç", "üşığıöçâîû", "ėųžšįčūęą"
_LATVIAN, _ESTONIAN = "āīēšņūģžķļč", "äõöüšž"
_VIETNAMESE = (
    "ễđạảấầẩậẫăằắặẳẵéèẻẽẹêềếệểíìỉĩịóòỏõọôồốộổỗơờớợởỡúùủũụưừứựửữýỳỷỹỵáàãâ\u0300\u0301\u0303\u0309\u0323"
)

WEST = (
    _GERMAN, _FRENCH, _SPANISH, _PORTUGUESE, _ITALIAN, _DUTCH, _SWEDISH, _DANISH, _FINNISH, _ICELANDIC,
    _CATALAN, _IRISH,
)  # fmt: skip
CENTRAL = (_POLISH, _CZECH, _SLOVAK, _HUNGARIAN, _CROATIAN, _ROMANIAN, _ALBANIAN, _GERMAN)
BALTIC = (_LITHUANIAN, _LATVIAN, _ESTONIAN, _POLISH)
TURKEY = (_TURKISH, _GERMAN, _FRENCH)
VIETNAM = (_VIETNAMESE,)

_RUSSIAN, _UKRAINIAN = "аеинорлвткмсдяугйбзьыхчпшюжэфцщёъ", "аоиінвретклмсдяуйгбзьхїчпшюжєцфщґ"
_BULGARIAN, _SERBIAN = "аеиовнртлкдсямгупбйзъцхчшжющфь", "аиоенврјстклмдузбпгцћчшжхњљђфџ"
CYRILLIC = (_RUSSIAN, _UKRAINIAN, _BULGARIAN, _SERBIAN)
GREEK = ("αοιησνρτςλεκπμυγδωάίόέθήχφβύώξζψϊϋΐΰ",)
HEBREW = ("יולאהמרנבתשחדעקכפסגטזצםןךףץ",)
ARABIC = ("اليمندرحعبسفةهتوكقشخصجزطغثضأذىئءإآؤظپچگکیژ",)
THAI = ("".join(chr(code) for code in range(0x0E01, 0x0E4F)),)

# What a language costs that few files are in.
RARE = {_ICELANDIC: 3.0, _CATALAN: 1.5, _IRISH: 1.0, _ESTONIAN: 1.5, _ALBANIAN: 2.0, _ROMANIAN: 0.5}

# Characters that names and headers are full of; each stands for how likely a reading is, not for a rule.
CHINESE = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤明小华伟芳娜敏静丽强磊军洋勇"
    "艳杰娟涛超秀英霞平刚桂玉萍红兰珍梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤贞莉璐文辉建国志海春生光天达安岩中茂进有"
    "坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌栋维启克伦翔旭鹏泽晨辰"
    "士以培信永宁鑫波康新欣子轩浩宇然博涵雨欣怡梓诗涵婷宜可姬舒影荔枝丹姓名邮箱电子件公司名字姓氏语言职位城市地址电话手机"
    "先女经理部门上海北京广州深圳杭州南省市区路号的是在不了有人这大来个说们到时地年得就那要下看起"
    "張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭董蔣葉蘇呂盧鍾譚陸賈韋鄒邱閻龍賀顧龔萬錢嚴湯偉麗軍艷娟濤剛紅蘭環榮愛鶯瓊勤貞華國輝"
    "興學樂東蓮鳳雲誠賢維寶齡儀祥銘宗廷柏翰宥睿妤婕雅筑淑惠美珠電郵箱語聯絡職稱縣臺灣台港"
)
JAPANESE = frozenset(
    "佐藤鈴木高橋田中伊渡辺山本村小林加吉松井清水崎森池阿部石川前野後岡長谷近遠青坂福太西三浦岩原上金竹内和島工横宮内大"
    "塚柴酒増今菅市久保平新古桜川丸武河杉安達津土屋飯藍関千葉荒服永望月奥樋口郎一次二子美恵香奈優愛陽翔蓮悠斗颯真結衣葵"
    "咲花莉彩凛健介裕直樹哲也浩幸雄隆博明誠正義孝弘和夫茂勇実進豊洋良学修智仁亮拓大輔翼徹剛秀昭典久由紀佳代智理絵真弓"
    "純明さくら名前姓氏会社電話番号住所都道府県市区町村様方東京大阪語言所属部署役職性別生年日"
)
KOREAN = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄원천방공현함변염여추도소석"
    "선설마길연위표명기반왕금옥육인맹제모탁국준예은수영미경숙희순자호철훈상동재빈윤아율건후혁규태환승찬시온가람별솔슬채린"
    "다해라름이메일주소회사전화번호성직책부서도시언어주님씨"
)

# encoding → its languages, and how much less likely than the others it is before anything is read
SINGLE_BYTE: dict[str, tuple[tuple[str, ...], float]] = {
    "cp1252": (WEST, 0.0),
    "iso8859_15": ((*WEST, _ESTONIAN), 1.2),
    "cp1250": (CENTRAL, 1.0),
    "cp1251": (CYRILLIC, 0.5),
    "cp1253": (GREEK, 0.5),
    "cp1254": (TURKEY, 1.0),
    "cp1255": (HEBREW, 0.5),
    "cp1256": (ARABIC, 0.5),
    "cp1257": (BALTIC, 2.2),
    "cp1258": (VIETNAM, 2.0),
    "cp874": (THAI, 1.0),
    "iso8859_2": (CENTRAL, 2.0),
    "iso8859_5": (CYRILLIC, 3.0),
    "iso8859_7": (GREEK, 2.0),
    "koi8_r": (CYRILLIC, 2.0),
    "koi8_u": (CYRILLIC, 2.5),
    "mac_roman": (WEST, 2.5),
    "mac_latin2": (CENTRAL, 3.5),
    "mac_cyrillic": (CYRILLIC, 3.0),
    "mac_greek": (GREEK, 3.5),
    "mac_turkish": (TURKEY, 4.5),
    "cp850": (WEST, 3.0),
    "cp852": (CENTRAL, 4.0),
    "cp866": (CYRILLIC, 3.0),
    "cp857": (TURKEY, 5.0),
}
DOUBLE_BYTE: dict[str, tuple[frozenset[str], float]] = {
    "cp932": (JAPANESE, 1.0),
    "gb18030": (CHINESE, 1.0),
    "cp950": (CHINESE, 1.0),
    "cp949": (KOREAN, 1.0),
    "euc_jp": (JAPANESE, 3.0),
}
NAMES = {
    "utf-8": "UTF-8", "cp1252": "Windows, Western Europe",
    "iso8859_15": "ISO 8859-15, Western Europe", "cp1250": "Windows, Central Europe",
    "cp1251": "Windows, Cyrillic", "cp1253": "Windows, Greek", "cp1254": "Windows, Turkish",
    "cp1255": "Windows, Hebrew", "cp1256": "Windows, Arabic", "cp1257": "Windows, Baltic",
    "cp1258": "Windows, Vietnamese", "cp874": "Windows, Thai", "iso8859_2": "ISO 8859-2, Central Europe",
    "iso8859_5": "ISO 8859-5, Cyrillic", "iso8859_7": "ISO 8859-7, Greek", "koi8_r": "KOI8-R, Russian",
    "koi8_u": "KOI8-U, Ukrainian", "mac_roman": "Mac, Western Europe", "mac_latin2": "Mac, Central Europe",
    "mac_cyrillic": "Mac, Cyrillic", "mac_greek": "Mac, Greek", "mac_turkish": "Mac, Turkish",
    "cp850": "DOS, Western Europe", "cp852": "DOS, Central Europe", "cp866": "DOS, Cyrillic",
    "cp857": "DOS, Turkish", "cp932": "Shift-JIS, Japanese", "gb18030": "GBK, Chinese (simplified)",
    "cp950": "Big5, Chinese (traditional)", "cp949": "EUC-KR, Korean", "euc_jp": "EUC-JP, Japanese",
}  # fmt: skip
