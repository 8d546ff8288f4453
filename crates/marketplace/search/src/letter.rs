//! The letter "your search found something", in the reader's language.

use svetu_contracts::{
    identity::Mailbox,
    listings::{ListingSnapshot, Price},
};
use svetu_kernel::{Currency, Language, Money};
use svetu_ports::Mail;
use uuid::Uuid;

use crate::saved::Saved;

/// Ads in one letter.
pub(crate) const LINES_MAX: usize = 20;

/// An ad that is news.
pub(crate) struct Line {
    pub listing: ListingSnapshot,
    pub cheaper: bool,
    pub version: i64,
}

struct Words {
    subject: &'static str,
    heading: &'static str,
    cheaper: &'static str,
    more: &'static str,
    all: &'static str,
    why: &'static str,
    agreement: &'static str,
    free: &'static str,
    contact: &'static str,
}

const SERBIAN: Words = Words {
    subject: "„{name}“ – novi oglasi: {count}",
    heading: "Vaša sačuvana pretraga „{name}“ ima novosti",
    cheaper: "niža cena",
    more: "I još oglasa: {count}",
    all: "Pogledajte sve",
    why: "Ovo pismo dobijate jer ste sačuvali pretragu. Obaveštenja možete isključiti na stranici sačuvanih pretraga:",
    agreement: "po dogovoru",
    free: "poklanjam",
    contact: "cena na upit",
};
const RUSSIAN: Words = Words {
    subject: "«{name}» — новые объявления: {count}",
    heading: "По вашему сохранённому поиску «{name}» есть новости",
    cheaper: "цена снижена",
    more: "И ещё объявлений: {count}",
    all: "Посмотреть все",
    why: "Вы получили это письмо, потому что сохранили поиск. Отключить уведомления можно на странице сохранённых поисков:",
    agreement: "по договорённости",
    free: "даром",
    contact: "цена по запросу",
};
const ENGLISH: Words = Words {
    subject: "“{name}” – new ads: {count}",
    heading: "News for your saved search “{name}”",
    cheaper: "lower price",
    more: "And more ads: {count}",
    all: "See all",
    why: "You get this letter because you saved the search. You can switch such letters off on the page of your saved searches:",
    agreement: "by agreement",
    free: "free",
    contact: "price on request",
};

/// `more` ads are not in `lines`.
pub(crate) fn found(
    saved: &Saved,
    lines: &[Line],
    more: usize,
    to: &Mailbox,
    site_url: &str,
    unsubscribe: &str,
) -> Mail {
    let language = to.language;
    let words = match language {
        Language::SrLatn | Language::SrCyrl => SERBIAN,
        Language::Ru => RUSSIAN,
        Language::En => ENGLISH,
    };
    let say = |sentence: &str| match language {
        // Names in braces stay as they are: they are filled in afterwards.
        Language::SrCyrl => sentence
            .split_inclusive('}')
            .map(|piece| {
                let (text, name) = piece.split_at(piece.find('{').unwrap_or(piece.len()));
                svetu_text::latin_to_cyrillic(text) + name
            })
            .collect(),
        Language::SrLatn | Language::Ru | Language::En => sentence.to_owned(),
    };
    let prefix = language.path_prefix();
    let (count, left) = ((lines.len() + more).to_string(), more.to_string());
    let subject = say(words.subject).replace("{count}", &count).replace("{name}", &saved.name);
    let heading = say(words.heading).replace("{name}", &saved.name);
    let (all, why) = (say(words.all), say(words.why));
    let results = format!("{site_url}{prefix}/search?{}", saved.query);
    let settings = format!("{site_url}{prefix}/account/searches");

    let mut text = format!("{heading}\n\n");
    let mut html = format!("<h1 style=\"font-size:18px\">{}</h1><ul>", escaped(&heading));
    for line in lines {
        let listing = &line.listing;
        let title =
            svetu_text::in_script(&listing.title, listing.language, language).unwrap_or_else(|| listing.title.clone());
        let place = match language {
            Language::SrCyrl | Language::Ru => &listing.place.name_cyrl,
            Language::SrLatn | Language::En => &listing.place.name,
        };
        let price = match listing.price {
            Price::Fixed { amount_minor, currency } => amount(Money::new(amount_minor, currency), language),
            Price::Agreement => say(words.agreement),
            Price::Free => say(words.free),
            Price::Contact => say(words.contact),
        };
        let price = if line.cheaper { format!("{price} ({})", say(words.cheaper)) } else { price };
        let url = format!("{site_url}{prefix}/listings/{}", listing.id);
        text.push_str(&format!("{title}\n{price} · {place}\n{url}\n\n"));
        html.push_str(&format!(
            "<li><a href=\"{}\">{}</a><br>{} · {}</li>",
            escaped(&url),
            escaped(&title),
            escaped(&price),
            escaped(place)
        ));
    }
    html.push_str("</ul>");
    if more > 0 {
        let more = say(words.more).replace("{count}", &left);
        text.push_str(&format!("{more}\n"));
        html.push_str(&format!("<p>{}</p>", escaped(&more)));
    }
    text.push_str(&format!("{all}: {results}\n\n{why} {settings}\n"));
    html.push_str(&format!(
        "<p><a href=\"{}\">{}</a></p><p style=\"color:#666\">{} <a href=\"{}\">{}</a></p>",
        escaped(&results),
        escaped(&all),
        escaped(&why),
        escaped(&settings),
        escaped(&settings)
    ));
    Mail {
        id: id(saved, lines),
        to: to.email.clone(),
        subject: one_line(&subject),
        text,
        html,
        // The site's page asks a person and obeys a mail program's POST (RFC 8058).
        unsubscribe: Some(format!("{site_url}{prefix}/unsubscribe/searches?token={unsubscribe}")),
    }
}

/// The same letter has the same id, however often it is tried.
fn id(saved: &Saved, lines: &[Line]) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("svetu search letter v1");
    hasher.update(saved.id.uuid().as_bytes());
    for line in lines {
        hasher.update(line.listing.id.uuid().as_bytes()).update(&line.version.to_be_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// `12.500 RSD`, `1.250,50 €`; in English `12,500 RSD`, in Russian `12 500 RSD`.
fn amount(money: Money, language: Language) -> String {
    let unit = money.currency.minor_per_unit().unsigned_abs();
    let (whole, rest) = (money.amount_minor.unsigned_abs() / unit, money.amount_minor.unsigned_abs() % unit);
    let mut text = crate::card::grouped(i64::try_from(whole).unwrap_or(i64::MAX), language);
    if rest > 0 {
        text.push(if language == Language::En { '.' } else { ',' });
        text.push_str(&format!("{rest:02}"));
    }
    let sign = match money.currency {
        Currency::Rsd => "RSD",
        Currency::Eur => "€",
    };
    format!("{text}\u{a0}{sign}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
