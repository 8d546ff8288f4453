#!/usr/bin/env python3
"""Builds places.tsv from sources/ (README.md beside this file). Python 3.9 or later, nothing else.

    python3 build.py            writes places.tsv
    python3 build.py --review   prints the places of Serbia by municipality, for reading over
"""

import math
import re
import sys
import unicodedata
import uuid
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).parent
# Never change it: every installation has the same ids, and listings point at them.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "places.svetu.rs")

LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z", "и": "i", "ј": "j", "к": "k",
    "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "ć", "у": "u",
    "ф": "f", "х": "h", "ц": "c", "ч": "č", "џ": "dž", "ш": "š",
}
CYRILLIC = {latin: cyrillic for cyrillic, latin in LATIN.items()}
# Letter groups of the neighbours' spellings as Serbian writes their sounds (Pravopis srpskoga jezika), longest first.
HUNGARIAN = {
    "dzs": "џ", "ssz": "с", "sz": "с", "cs": "ч", "zs": "ж", "gy": "ђ", "ny": "њ", "ty": "ћ", "ly": "ј", "s": "ш", "c": "ц", "á": "а",
    "é": "е", "í": "и", "ó": "о", "ö": "е", "ő": "е", "ú": "у", "ü": "и", "ű": "и", "y": "и", "x": "кс", "w": "в",
}
ROMANIAN = {
    "che": "ке", "chi": "ки", "ghe": "ге", "ghi": "ги", "ce": "че", "ci": "чи", "ge": "ђе", "gi": "ђи", "ia": "ија", "ie": "ије", "io": "ио",
    "ş": "ш", "ș": "ш", "ţ": "ц", "ț": "ц", "ă": "а", "â": "и", "î": "и", "j": "ж", "c": "к", "x": "кс", "y": "и", "w": "в",
}
BULGARIAN = {
    "sht": "шт", "sh": "ш", "zh": "ж", "ch": "ч", "ts": "ц", "kh": "х", "ya": "ја", "yu": "ју", "yo": "јо", "ŭ": "а", "y": "ј", "x": "кс",
}
ALBANIAN = {
    "gj": "ђ", "sh": "ш", "zh": "ж", "xh": "џ", "nj": "њ", "rr": "р", "ll": "л", "th": "т", "dh": "д", "q": "ћ", "ç": "ч", "ë": "е", "y": "и",
    "x": "дз", "w": "в",
}
MACEDONIAN = {"sh": "ш", "ch": "ч", "zh": "ж"}
SPELLINGS = {"HU": HUNGARIAN, "RO": ROMANIAN, "BG": BULGARIAN, "AL": ALBANIAN, "MK": MACEDONIAN}


def rows(name, columns):
    for line in (HERE / "sources" / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "geonames_id\t")):
            cells = [cell.strip() for cell in line.split("\t")]
            yield (cells + [""] * columns)[:columns]


def cased(latin, cyrillic):
    return cyrillic[:1].upper() + cyrillic[1:] if latin[:1].isupper() else cyrillic


def to_cyrillic(text, extra=None):
    table = {**CYRILLIC, **(extra or {})}
    out, at = [], 0
    while at < len(text):
        for size in (3, 2, 1):
            piece = text[at:at + size]
            if len(piece) == size and piece.lower() in table:
                out.append(cased(piece, table[piece.lower()]))
                at += size
                break
        else:
            plain = unicodedata.normalize("NFD", text[at])[0]
            out.append(cased(plain, table.get(plain.lower(), plain)))
            at += 1
    return "".join(out)


def to_latin(text):
    return "".join(cased(letter, LATIN.get(letter.lower(), letter)) for letter in text)


def to_russian(cyrillic):
    """Serbian names in Russian letters (practical transcription: Gilyarevsky, Starostin, 1985)."""
    text = cyrillic.lower()
    vowels = "аеиоу"
    out = []
    for at, letter in enumerate(text):
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        if letter == "ј":
            if after in vowels:
                continue
            out.append("" if before == "и" and after == " " else "й")
        elif before == "ј" and letter in vowels:
            soft = at >= 2 and text[at - 2] not in vowels + " -"
            out.append(("ь" if soft else "") + {"а": "я", "е": "е", "и": "и", "о": "йо", "у": "ю"}[letter])
        elif letter in "љњ":
            hard = {"љ": "л", "њ": "н"}[letter]
            out.append(hard if after in vowels and after != " " else hard + "ь")
        elif before in "љњ" and letter in vowels:
            out.append({"а": "я", "е": "е", "и": "и", "о": "ё", "у": "ю"}[letter])
        elif letter == "е" and not before.isalpha():
            out.append("э")
        else:
            out.append({"ђ": "дж", "ћ": "ч", "џ": "дж"}.get(letter, letter))
    words = re.split(r"([ -])", "".join(out))
    return "".join(word[:1].upper() + word[1:] for word in words).replace(" ", "-")


def fold(text):
    text = to_latin(text).lower().replace("đ", "d").replace("ð", "d").replace("dj", "d")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def distance_km(a, b):
    lat = math.radians((a["lat"] + b["lat"]) / 2)
    return 111.2 * math.hypot(a["lat"] - b["lat"], (a["lon"] - b["lon"]) * math.cos(lat))


def place(key, name, country, lat, lon, **more):
    base = dict(
        key=key, name=name, cyrl="", ru="", en="", country=country, kind="village", parent="", lat=float(lat), lon=float(lon),
        precise=1, population=0, weight=0, codes=[], aliases=[], municipality="",
    )
    base.update(more)
    return base


def serbian_places():
    """GeoNames and postal places made one, then the hand-kept list of cities and municipalities laid over them."""
    wrong_names = {"Belgrade": "Beograd", "Knjazevac": "Knjaževac", "Soko Banja": "Sokobanja", "Petrovac": "Petrovac na Mlavi", "Tiszahegyes": "Iđoš"}
    # Doubles of a place that is there under its Serbian name, and hamlets that only one source has, in one language.
    unwanted = {"3199103", "7577033", "8394219", "863901"}
    places = []
    for number, country, name, feature, municipality, population, lat, lon in rows("geonames-cities.tsv", 8):
        if country != "RS" or number in unwanted:
            continue
        name = {"787597": "Novi Kozjak"}.get(number) or wrong_names.get(name, name).replace("Ð", "Đ")
        population = int(population)
        places.append(place(f"geonames:{number}", name, "RS", lat, lon, municipality=municipality,
                            population=population if population > 100 else 0, seat=feature.startswith("PPLA") or feature == "PPLC"))

    repairs = {(code, name): (new, lat, lon) for code, name, new, lat, lon, _ in rows("postal-repairs.tsv", 6)}
    postal = []
    for line in (HERE / "sources" / "geonames-postal-RS.txt").read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        code, name, lat, lon, accuracy = cells[1], cells[2], cells[9], cells[10], cells[11]
        new, new_lat, new_lon = repairs.get((code, name), (name, "", ""))
        if new == "-":
            continue
        imprecise = accuracy == "1" or bool(new_lat)
        postal.append(place(f"postal:{code}:{fold(new).replace(' ', '-')}", new, "RS", new_lat or lat, new_lon or lon,
                            precise=0 if imprecise else 1, codes=[code], accuracy=accuracy, seat=False))
    # Of places that share a point at most one can lie there.
    shared = Counter((p["lat"], p["lon"]) for p in postal)
    by_name = defaultdict(list)
    for known in places:
        by_name[fold(known["name"])].append(known)
    for new in postal:
        twins = [p for p in by_name[fold(new["name"])] if distance_km(p, new) < (15 if not new["precise"] else 6)]
        if twins:
            twin = min(twins, key=lambda p: distance_km(p, new))
            twin["codes"] += new["codes"]
            if len(new["name"]) == len(twin["name"]) and new["name"] != twin["name"]:
                twin["name"] = max(new["name"], twin["name"], key=lambda n: sum(c > "\x7f" for c in n))
            continue
        if shared[(new["lat"], new["lon"])] > 1:
            new["precise"] = 0
        places.append(new)
        by_name[fold(new["name"])].append(new)
    return places


def lay_over(places):
    """Cities and municipalities: kind, census, Russian and English names, parents."""
    first_codes = {"Beograd": "11000", "Novi Sad": "21000", "Sombor": "25000", "Pančevo": "26000", "Zrenjanin": "23000", "Vranje": "17500"}
    belgrade_codes = {"Novi Beograd": "11070", "Zemun": "11080", "Čukarica": "11030", "Rakovica": "11090", "Voždovac": "11010", "Zvezdara": "11050",
                      "Palilula": "11060", "Savski Venac": "11040"}
    units = []
    for name, municipality, town, parent, lat, lon, russian, english, aliases in rows("serbia.tsv", 9):
        parent_place = next((p for p in units if p["name"] == parent and not p["parent"]), None)
        found = [p for p in places if p["name"] == name and p not in units]
        if lat:
            found = []
        elif parent_place:
            found = [p for p in found if distance_km(p, parent_place) < 60]
        found.sort(key=lambda p: (not p["seat"], not p["precise"], -p["population"]))
        if found:
            unit = found[0]
        elif lat:
            unit = place(f"serbia:{fold(parent).replace(' ', '-')}:{fold(name).replace(' ', '-')}", name, "RS", lat, lon, seat=True)
            places.append(unit)
        else:
            sys.exit(f"serbia.tsv: no source has {name}")
        inner = parent_place is not None and municipality == town or bool(lat)
        unit.update(kind="municipality" if inner else "city" if int(town) >= 30000 else "town", ru=russian, en=english, weight=int(municipality),
                    population=int(town), parent=parent_place["key"] if parent_place else "", seat=True)
        unit["aliases"] += [alias for alias in aliases.split("|") if alias]
        if name in first_codes:
            unit["codes"] = [first_codes[name]] + [code for code in unit["codes"] if code != first_codes[name]]
        if parent == "Beograd" and name in belgrade_codes:
            unit["codes"] = [belgrade_codes[name]]
        units.append(unit)
    return units


def give_parents(places, units):
    """A place's municipality: by GeoNames where it says so, by hand where that was checked, else the nearest by area of influence."""
    by_code = {unit["municipality"]: unit for unit in units if unit["municipality"]}
    by_name = {}
    for unit in units:
        by_name.setdefault(unit["name"], unit)
    hand = {code: by_name[name] for code, name in rows("municipalities.tsv", 2)}
    for each in places:
        if each["seat"] and each in units:
            continue
        unit = next((hand[code] for code in each["codes"] if code in hand), None) or by_code.get(each["municipality"])
        if unit is None:
            # Cities reach farther than small municipalities.
            unit = min(units, key=lambda u: distance_km(each, u) / max(u["weight"], 3000) ** 0.25)
        each["parent"] = unit["key"]


def quarters(units):
    for name, parent, grandparent, lat, lon, aliases in rows("quarters.tsv", 6):
        above = next(u for u in units if u["name"] == parent and (not grandparent or u["parent"] and u["parent"] == next(g["key"] for g in units if g["name"] == grandparent)))
        key = f"quarter:{fold(grandparent or parent)}:{fold(parent)}:{fold(name)}".replace(" ", "-")
        yield place(key, name, "RS", lat, lon, kind="quarter", parent=above["key"], precise=0, aliases=[a for a in aliases.split("|") if a], seat=False)


def neighbours(serbian):
    names = {(country, source): rest for country, source, *rest in rows("names.tsv", 7)}
    seen = []
    for number, country, source, feature, _, population, lat, lon in rows("geonames-cities.tsv", 8):
        name, cyrillic, russian, english, aliases = names.get((country, source), ("", "", "", "", ""))
        population = int(population)
        if country == "RS" or name == "-" or re.search(r"kerület|^Sector \d", source):
            continue
        if feature in ("PPLL", "PPLA5"):
            continue
        if country == "RO":
            source = source.translate(str.maketrans("ŞşŢţ", "ȘșȚț"))
        new = place(f"geonames:{number}", name or source, country, lat, lon, population=population, seat=True,
                    kind="city" if population >= 30000 else "town")
        near = min(distance_km(new, each) for each in serbian) < 100
        if population < (5000 if near or country in ("BA", "ME", "HR", "MK", "XK") else 15000):
            continue
        if re.search("[а-я]", new["name"]):
            new["name"] = to_latin(new["name"])
        cyrillic = cyrillic or to_cyrillic(new["name"].replace("Ð", "Đ"), SPELLINGS.get(country))
        new.update(cyrl=cyrillic, ru=russian, en=english or ("" if name in ("", source) else source))
        new["aliases"] = [alias for alias in aliases.split("|") if alias] + [source, to_latin(cyrillic)]
        seen.append(new)
    # Of namesakes in one country the largest is meant.
    largest = {}
    for each in sorted(seen, key=lambda p: (p["population"], p["key"])):
        largest[each["country"], fold(each["name"])] = each
    return list(largest.values())


def main():
    places = serbian_places()
    units = lay_over(places)
    give_parents(places, units)
    inhabitants = dict(rows("populations.tsv", 2))
    for each in places:
        each["population"] = next((int(inhabitants[code]) for code in each["codes"] if code in inhabitants), each["population"])
        if each["kind"] == "village" and each["population"] >= 5000:
            each["kind"] = "town"
    places += quarters(units)
    places += neighbours(places)

    by_key = {}
    for each in places:
        assert each["key"] not in by_key, each["key"]
        by_key[each["key"]] = each
    if "--review" in sys.argv:
        groups = defaultdict(list)
        for each in places:
            if each["parent"] and each["kind"] not in ("quarter", "municipality"):
                groups[by_key[each["parent"]]["name"]].append(each)
        for name in sorted(groups):
            print(f"{name}: " + ", ".join(f"{p['name']} {'/'.join(p['codes'])}{'' if p['precise'] else '~'}{'' if not p['municipality'] else '='}" for p in groups[name]))
        return

    lines = ["key\tid\tname\tname_cyrl\tname_ru\tname_en\tcountry\tkind\tparent\tlat\tlon\tprecise\tpopulation\tpostal_codes\taliases"]
    for each in sorted(places, key=lambda p: (p["country"] != "RS", p["country"], -p["population"], p["key"])):
        cyrillic = each["cyrl"] or to_cyrillic(each["name"])
        russian = each["ru"] or to_russian(cyrillic)
        english = each["en"] or each["name"]
        known = {fold(each["name"]), fold(cyrillic), fold(english)}
        aliases = []
        for alias in each["aliases"]:
            if fold(alias) not in known:
                known.add(fold(alias))
                aliases.append(alias)
        lines.append("\t".join([
            each["key"], str(uuid.uuid5(NAMESPACE, each["key"])), each["name"], cyrillic, russian, english, each["country"], each["kind"], each["parent"],
            f"{each['lat']:.4f}", f"{each['lon']:.4f}", str(each["precise"]), str(each["population"]), "|".join(dict.fromkeys(each["codes"])), "|".join(aliases),
        ]))
    (HERE / "places.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} places", Counter(p["country"] for p in places))


main()
