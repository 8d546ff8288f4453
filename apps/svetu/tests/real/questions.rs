//! What people ask, in four languages and scripts: written down, and drawn from the ads themselves.

use std::collections::BTreeSet;

use serde_json::Value;
use svetu_text::{fold, latin_to_cyrillic};

/// Query strings as people's own words make them, with the language that they read.
const WRITTEN: &[(&str, &[&str])] = &[
    (
        "sr-Latn",
        &[
            "stan",
            "stanovi",
            "stana",
            "dvosoban stan",
            "stan novi beograd",
            "stan do 80000",
            "kuća sa placem",
            "kuca",
            "plac",
            "izdavanje stana",
            "golf 7",
            "golf7",
            "golf 6 dizel",
            "golf 7 dizel do 8000",
            "automobil",
            "auto dizel",
            "punto",
            "yugo",
            "škoda oktavija",
            "skoda octavia",
            "bmw 320",
            "motor",
            "bicikl",
            "bicikla",
            "traktor",
            "šporet na drva",
            "sporet",
            "frižider",
            "frizider",
            "veš mašina",
            "ves masina",
            "krevet",
            "ugaona garnitura",
            "sto i stolice",
            "iphone 13",
            "iphone13",
            "iphone 12 pro",
            "samsung galaxy",
            "laptop",
            "lap top",
            "monitor 27",
            "slušalice",
            "haljina",
            "patike nike 42",
            "jakna",
            "dečija kolica",
            "decija kolica",
            "knjige",
            "gitara",
            "đubrivo",
            "djubrivo",
            "dubrivo",
            "drva za ogrev",
            "štene",
            "stenci",
            "mačka",
            "posao vozač",
            "majstor",
            "selidbe",
            "poklanjam",
            "novo",
            "povoljno",
            "hitno",
            "smederevac",
            "smederevca",
            "beogrd",
            "sansung",
            "bicikel",
            "krvet",
            "nis",
            "niš",
            "čačak",
        ],
    ),
    (
        "sr-Cyrl",
        &[
            "стан",
            "станови",
            "стан нови београд",
            "двособан стан",
            "кућа",
            "голф 7",
            "голф",
            "ајфон 13",
            "аутомобил",
            "бицикл",
            "шпорет",
            "фрижидер",
            "веш машина",
            "кревет",
            "ђубриво",
            "телефон",
            "лаптоп",
            "хаљина",
            "патике",
            "књиге",
            "трактор",
            "штене",
            "посао",
            "поклањам",
            "дизел",
            "нови сад",
            "беогрд",
            "стан до 90000",
            "шпорет на дрва",
            "половно",
        ],
    ),
    (
        "ru",
        &[
            "квартира",
            "квартира нови сад",
            "дом",
            "машина",
            "автомобиль дизель",
            "велосипед",
            "холодильник",
            "стиральная машина",
            "кровать",
            "диван",
            "телефон",
            "айфон 13",
            "ноутбук",
            "платье",
            "кроссовки",
            "книги",
            "щенок",
            "работа",
            "новое",
            "белград",
            "квартира до 90000",
            "самовывоз",
            "запчасти",
            "детская коляска",
            "мебель",
            "велосипет",
        ],
    ),
    (
        "en",
        &[
            "flat",
            "apartment",
            "apartment novi sad",
            "house",
            "car diesel",
            "golf 7 tdi",
            "bicycle",
            "bike",
            "fridge",
            "washing machine",
            "bed",
            "sofa",
            "phone",
            "iphone 13",
            "laptop",
            "dress",
            "shoes",
            "books",
            "puppy",
            "job",
            "brand new",
            "belgrade",
            "flat under 90000",
            "pick-up",
            "for parts",
            "pram",
            "furniture",
            "bycicle",
            "free",
            "tractor",
        ],
    ),
];

/// Everything beyond words: filters, orders, places, facets. `{}` stands for nothing or words.
const SHAPES: &[&str] = &[
    "sort=newest&facets=true",
    "sort=price_asc&facets=true",
    "sort=price_desc",
    "category=cars&facets=true",
    "category=vehicles&facets=true&sort=price_asc",
    "category=real-estate&facets=true",
    "category=smartphones&facets=true",
    "category=cars&facets=true&attr.fuel=diesel",
    "category=cars&facets=true&attr.fuel=diesel,petrol&attr.year_min=2010",
    "category=cars&facets=true&price_max=800000&currency=EUR",
    "condition=new,like_new&facets=true",
    "seller_kind=trader&facets=true",
    "with_photo=true&facets=true",
    "since_days=7&facets=true",
    "delivery=courier&facets=true",
    "price_min=100000&price_max=5000000&facets=true",
    "lat=44.8125&lon=20.4612&facets=true",
    "lat=44.8125&lon=20.4612&radius_m=30000&facets=true",
    "lat=45.2671&lon=19.8335&sort=distance",
    "lat=43.3209&lon=21.8958&radius_m=50000&sort=price_asc",
    "bbox=20.2,44.6,20.7,44.95&facets=true",
    "bbox=18.8,42.2,23.1,46.2&sort=newest",
];

/// Of so many ads one is asked for.
const EACH_AD: usize = 3;
const AREAS: &[&str] =
    &["18.8,42.2,23.1,46.2", "20.2,44.6,20.7,44.95", "19.7,45.2,19.95,45.32", "20.45,44.8,20.47,44.82"];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// All its pages.
    Search(String),
    Cells(String),
    Suggest(String),
    Similar(String),
}

fn encoded(words: &str) -> String {
    serde_html_form::to_string([("q", words)]).unwrap()
}

/// The neighbours in the middle of a word change places.
fn mistyped(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = letters.len() / 2;
    letters.swap(at - 1, at);
    letters.into_iter().collect()
}

pub fn questions(ads: &[Value]) -> Vec<Question> {
    let mut searches = BTreeSet::new();
    let mut out = Vec::new();
    for (language, queries) in WRITTEN {
        for words in *queries {
            searches.insert(format!("{}&lang={language}&facets=true", encoded(words)));
        }
    }
    for (at, shape) in SHAPES.iter().enumerate() {
        searches.insert((*shape).to_owned());
        let words = ["stan", "golf", "novo", "квартира"][at % 4];
        searches.insert(format!("{}&{shape}", encoded(words)));
    }
    for (at, ad) in ads.iter().step_by(EACH_AD).enumerate() {
        let title = ad["title"].as_str().unwrap();
        let words: Vec<&str> =
            title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3).collect();
        let Some((first, last)) = words.first().zip(words.last()) else { continue };
        let language = ["sr-Latn", "sr-Cyrl", "ru", "en"][at % 4];
        let asked = match at % 6 {
            0 => title.to_owned(),
            1 => fold(&format!("{first} {last}")),
            2 => latin_to_cyrillic(first),
            3 => mistyped(first),
            4 => first.chars().take(4).collect(),
            _ => format!("{last} {first}").to_uppercase(),
        };
        searches.insert(format!("{}&lang={language}&facets=true", encoded(&asked)));
        if at % 8 == 0 {
            out.push(Question::Similar(ad["id"].as_str().unwrap().to_owned()));
            out.push(Question::Suggest(format!(
                "{}&lang={language}",
                encoded(&first.chars().take(3).collect::<String>())
            )));
            out.push(Question::Suggest(format!("{}&lang={language}", encoded(&mistyped(first)))));
        }
    }
    for area in AREAS {
        for words in ["", "stan", "golf", "novo"] {
            out.push(Question::Cells(format!("{}&bbox={area}&zoom=9", encoded(words))));
        }
    }
    out.extend(searches.into_iter().map(Question::Search));
    out
}
