"""What people and programs call the columns of a person, in many languages."""

from __future__ import annotations

import re
import unicodedata

from campaigns.sheets.choice import Role

# Compared after `fold`: small letters, no accents, single spaces. The first ones are the surest.
EMAIL = """
email | e mail | mail | email address | e mail address | mail address | emailaddress | work email
| business email | company email | office email | corporate email | professional email
| primary email | main email | contact email | email primary | email work | email 1 | email1
| e mail 1 value | e mail 1 address | e mail value | email 1 value | email addr | person email
| customer email | recipient email | to email | user email | subscriber email | member email
| lead email | email id | emailid | e mail id | your email | preferred email | default email
| login email | email1 address | internet mail | email adresse | e mail adresse | mailadresse
| email adressen | geschaftliche e mail | dienstliche e mail | e mail geschaftlich
| e mail dienstlich | e post | epost | e post adresse | epostadress | e postadress | e postadresse
| adresse e mail | adresse email | adresse mail | adresse electronique | courriel | adresse courriel
| mel | e mail professionnel | email professionnel | mail professionnel | correo
| correo electronico | e mail correo | direccion de correo | direccion de correo electronico
| direccion de email | email de trabajo | correo de trabajo | correo e | correu | correu electronic
| adreca electronica | e mail profissional | endereco de e mail | endereco de email
| endereco eletronico | correio eletronico | email profissional | indirizzo e mail | indirizzo email
| posta elettronica | indirizzo di posta elettronica | e mail aziendale | email aziendale
| e mailadres | mailadres | emailadres | e mail adres | zakelijk e mailadres | sahkoposti
| sahkopostiosoite | netfang | tolvupostur | mailadresse arbeid | jobmail | mail adresse
| adres e mail | adres email | adres mailowy | poczta elektroniczna | mejl | e mail sluzbowy
| email sluzbowy | e mailova adresa | emailova adresa | elektronicka posta | e posta | e posta cim
| email cim | levelezesi cim | adresa de e mail | adresa email | adresa e mail | posta electronica
| e posta adresi | eposta | eposta adresi | elektronik posta | e mail adresa | email adresa
| el pastas | el pasto adresas | e pasts | e pasta adrese | e posti aadress | meil
| электронная почта | адрес электронной почты | эл почта | эл адрес | почта | имейл | емейл | е мейл
| мейл | адрес эл почты | электронный адрес | рабочая почта | email адрес | електронна пошта
| адреса електронної пошти | пошта | ел пошта | електронна поща | имейл адрес | поща | е поща
| е пошта | ηλεκτρονικο ταχυδρομειο | διευθυνση email | διευθυνση ηλεκτρονικου ταχυδρομειου | ημειλ
| אימייל | דוא ל | דואל | דואר אלקטרוני | כתובת מייל | מייל | כתובת אימייל | البريد الالكتروني
| البريد الإلكتروني | بريد الكتروني | بريد إلكتروني | الايميل | الإيميل | ايميل | ایمیل
| پست الکترونیکی | ईमेल | ई मेल | ईमेल पता | ইমেইল | மின்னஞ்சல் | อีเมล | อีเมล์ | ที่อยู่อีเมล
| thu dien tu | dia chi email | hop thu | surel | alamat email | alamat surel | emel | alamat emel
| メール | メールアドレス | eメール | eメールアドレス | 電子メール | mail アドレス | emailアドレス
| e mailアドレス | アドレス メール | 連絡先メール | 邮箱 | 电子邮箱 | 邮箱地址 | 电子邮件
| 电子邮件地址 | 邮件 | 邮件地址 | 工作邮箱 | 公司邮箱 | 电邮 | 電郵 | 電子郵件 | 電郵地址
| 電子郵箱 | 郵箱 | 信箱 | 電子信箱 | 電子郵件地址 | email 地址 | 이메일 | 메일 | 이메일 주소
| 이메일주소 | 전자우편 | 전자 메일 | 메일주소 | 전자메일
"""
FIRST_NAME = """
first name | firstname | given name | givenname | forename | first | fname | christian name
| name first | contact first name | lead first name | your first name | preferred name
| preferred first name | nickname | known as | vorname | rufname | prenom | nombre | nombre de pila
| nombres | primer nombre | primeiro nome | nome proprio | voornaam | roepnaam | fornamn | fornavn
| etunimi | eiginnafn | nom de pila | imie | jmeno | krestni jmeno | meno | keresztnev | utonev
| prenume | ime | ad | adi | isim | on adi | vardas | vards | eesnimi | emri | имя | им'я | ім'я
| імя | ім я | име | ονομα | μικρο ονομα | שם פרטי | الاسم الاول | الاسم الأول | نام | पहला नाम
| ชื่อ | ten | nama depan | 名 | 名字 | めい | お名前 | 이름 | 下の名前
"""
LAST_NAME = """
last name | lastname | surname | family name | familyname | last | lname | name last | second name
| contact last name | nachname | familienname | zuname | nom de famille | apellido | apellidos
| primer apellido | sobrenome | apelido | ultimo nome | cognome | achternaam | efternamn | etternavn
| efternavn | sukunimi | kenninafn | cognoms | cognom | nazwisko | prijmeni | priezvisko
| vezeteknev | csaladnev | nume de familie | prezime | priimek | soyad | soyadi | soy isim | pavarde
| uzvards | perekonnanimi | mbiemri | фамилия | прізвище | фамилно име | презиме | επωνυμο | επιθετο
| שם משפחה | اسم العائلة | الاسم الاخير | الاسم الأخير | اللقب | نام خانوادگی | उपनाम | अंतिम नाम
| นามสกุล | ho | nama belakang | 姓 | 姓氏 | 苗字 | 名字(姓) | 성 | せい
"""
NAME = """
name | nom | nome | full name | fullname | display name | contact name | contact | customer name
| person | person name | recipient | recipient name | attendee | attendee name | client name
| lead name | employee | employee name | participant | who | vollstandiger name | name vorname
| vor und nachname | ansprechpartner | teilnehmer | nom complet | nom et prenom | prenom et nom
| nom prenom | nombre completo | nombre y apellidos | nome completo | nome e cognome | nominativo
| volledige naam | naam | namn | navn | nimi | nafn | nom i cognoms | imie i nazwisko
| jmeno a prijmeni | cele jmeno | meno a priezvisko | nev | teljes nev | nume | nume complet
| nume si prenume | ime i prezime | ime in priimek | ad soyad | adi soyadi | isim soyisim
| vardas pavarde | taisnimi | фио | ф и о | полное имя | имя фамилия | имя и фамилия | піб
| повне ім'я | пълно име | име и фамилия | ονοματεπωνυμο | שם | שם מלא | الاسم | الاسم الكامل
| نام و نام خانوادگی | नाम | पूरा नाम | ชื่อ นามสกุล | ho ten | ho va ten | nama | nama lengkap
| 姓名 | 名称 | 全名 | 联系人 | 聯絡人 | 氏名 | 名前 | 御氏名 | フルネーム | 担当者名 | 성명 | 성함
| 이름 성
"""
LANGUAGE = """
language | lang | locale | preferred language | language code | spoken language | sprache
| korrespondenzsprache | langue | langue preferee | idioma | lengua | lingua | idioma preferido
| lingua preferita | taal | sprak | kieli | tungumal | jezyk | jazyk | nyelv | limba | jezik | dil
| kalba | valoda | keel | язык | мова | език | γλωσσα | שפה | اللغة | لغة | زبان | भाषा | ภาษา
| ngon ngu | bahasa | 语言 | 語言 | 言語 | 언어
"""
PRONOUNCE_AS = """
pronounce as | pronunciation | pronounced | pronounce | say as | sounds like | aussprache
| prononciation | pronunciacion | pronuncia | uitspraak | uttal | wymowa | vyslovnost | произношение
| 読み | よみ | よみがな | 发音 | 發音 | 발음
"""
# Headers of no role, by which the row of headers is told from people.
OTHER = """
id | no | nr | number | company | organization | organisation | organization name | account
| account name | firm | firma | societe | entreprise | empresa | azienda | bedrijf | foretag
| virksomhed | yritys | title | job title | position | role | anrede | salutation | titel | funktion
| poste | cargo | puesto | phone | mobile | telephone | tel | cell | fax | telefon | telefono
| telefone | telephone number | phone number | mobile phone | work phone | city | town | stadt | ort
| ville | ciudad | cidade | citta | plaats | stad | country | land | pays | pais | paese | state
| region | street | address | address 1 | adresse | strasse | plz | zip | zip code | postcode
| postal code | postleitzahl | website | url | web | notes | note | comment | comments | date | day
| time | birthday | created | created at | updated | status | tags | source | owner | plan | amount
| price | total | product | industry | department | team | group | segment | list | type | category
| score | gender | age | middle name | suffix | prefix | subject | link | link1 | date added
| member rating | optin time | компания | телефон | город | должность | организация | 公司 | 电话
| 手机 | 职位 | 城市 | 部门 | 会社 | 会社名 | 電話 | 電話番号 | 部署 | 役職 | 회사 | 전화 | 전화번호
| 부서 | 직책 | company name | customer | client | order | invoice | seats | points | recording
"""
_SPLIT = re.compile(r"\s*\|\s*")


def fold(header: str) -> str:
    """“E-Mail-Adresse:” → “e mail adresse”: what headers are compared by."""
    plain = unicodedata.normalize(
        "NFKD", header.casefold().replace("ł", "l").replace("ø", "o").replace("ı", "i")
    )
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf") or c > "\u0900")
    plain = unicodedata.normalize("NFC", plain).replace("đ", "d").replace("ß", "ss").replace("æ", "ae")
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in plain)
    return " ".join(kept.split())


def _read(names: str) -> dict[str, int]:
    """Folded names → their place in the list."""
    found: dict[str, int] = {}
    for at, name in enumerate(_SPLIT.split(names.strip().strip("|"))):
        found.setdefault(fold(name), at)
    return found


BY_ROLE = {
    Role.EMAIL: _read(EMAIL),
    Role.NAME: _read(NAME),
    Role.FIRST_NAME: _read(FIRST_NAME),
    Role.LAST_NAME: _read(LAST_NAME),
    Role.LANGUAGE: _read(LANGUAGE),
    Role.PRONOUNCE_AS: _read(PRONOUNCE_AS),
}
OTHERS = _read(OTHER)
# Given names whose one letter beyond ASCII stands for another letter in other encodings: as they are written.
COMMON_NAMES = frozenset(
    {
        "zoë", "noël", "joël", "raphaël", "gaël", "maël", "chloë", "michaël", "daniël", "rafaël", "ismaël",
        "israël", "anaïs", "loïc", "eloïse", "heloïse", "maïa", "søren", "jørgen", "bjørn", "åse", "åsa",
        "bjørg", "møller", "sørensen", "jørgensen",
    }
)  # fmt: skip
# Whole words beyond ASCII in headers, small: in a file they say which encoding gave them.
HEADER_WORDS = frozenset(
    word.casefold()
    for names in (EMAIL, FIRST_NAME, LAST_NAME, NAME, LANGUAGE, PRONOUNCE_AS, OTHER)
    for word in re.split(r"[\s|]+", names)
    if not word.isascii()
) | frozenset(
    [
        "prénom",
        "société",
        "courriel",
        "téléphone",
        "ciudad",
        "dirección",
        "teléfono",
        "compañía",
        "número",
        "endereço",
        "sobrenome",
        "imię",
        "język",
        "jméno",
        "příjmení",
        "společnost",
        "město",
        "cím",
        "név",
        "vezetéknév",
        "cég",
        "şehir",
        "adı",
        "soyadı",
        "şirket",
        "vārds",
        "uzvārds",
        "vardas",
        "pavardė",
        "förnamn",
        "företag",
        "språk",
        "straße",
        "größe",
        "geschäft",
        "città",
        "società",
        "azienda",
        "españa",
        "país",
        "région",
        "prénoms",
    ]
)


def knows(header: str) -> bool:
    """Whether the text is what columns are called."""
    folded = fold(header)
    return folded in OTHERS or any(folded in names for names in BY_ROLE.values())
