//! The letter "an ad that you keep is cheaper", in the reader's language.

use svetu_contracts::identity::Mailbox;
use svetu_kernel::{Currency, Language, Money};
use svetu_ports::Mail;
use uuid::Uuid;

use crate::{model::Card, store::Letter};

struct Words {
    subject: &'static str,
    body: &'static str,
    look: &'static str,
    why: &'static str,
}

const SERBIAN: Words = Words {
    subject: "Niža cena: {title}",
    body: "Oglas koji ste sačuvali pojeftinio je sa {before} na {after}.",
    look: "Pogledajte oglas",
    why: "Ovo pismo dobijate jer ste sačuvali oglas. Obaveštenja možete isključiti u podešavanjima naloga.",
};
const RUSSIAN: Words = Words {
    subject: "Цена снижена: {title}",
    body: "Объявление, которое вы сохранили, подешевело с {before} до {after}.",
    look: "Посмотреть объявление",
    why: "Вы получили это письмо, потому что сохранили объявление. Отключить уведомления можно в настройках аккаунта.",
};
const ENGLISH: Words = Words {
    subject: "Lower price: {title}",
    body: "An ad that you keep got cheaper: {after} instead of {before}.",
    look: "Look at the ad",
    why: "You get this letter because you keep the ad. You can switch such letters off in your account's settings.",
};

pub fn price_dropped(letter: &Letter, card: &Card, to: &Mailbox, site_url: &str, unsubscribe: &str) -> Mail {
    let words = match to.language {
        Language::SrLatn | Language::SrCyrl => SERBIAN,
        Language::Ru => RUSSIAN,
        Language::En => ENGLISH,
    };
    let say = |sentence: &str| match to.language {
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
    let title = card.title_in(to.language);
    let url = format!("{site_url}{}/listings/{}", to.language.path_prefix(), letter.listing);
    let subject = say(words.subject).replace("{title}", &title);
    let body = say(words.body)
        .replace("{before}", &amount(letter.fall.before, to.language))
        .replace("{after}", &amount(letter.fall.after, to.language));
    let (look, why) = (say(words.look), say(words.why));
    let text = format!("{title}\n\n{body}\n\n{look}: {url}\n\n{why}\n");
    let html = format!(
        "<h1 style=\"font-size:18px\">{}</h1><p>{}</p><p><a href=\"{}\">{}</a></p><p style=\"color:#666\">{}</p>",
        escaped(&title),
        escaped(&body),
        escaped(&url),
        escaped(&look),
        escaped(&why)
    );
    // The site's page asks a person and obeys a mail program's POST (RFC 8058).
    let unsubscribe = format!("{site_url}{}/unsubscribe/prices?token={unsubscribe}", to.language.path_prefix());
    Mail {
        id: id(letter),
        to: to.email.clone(),
        subject: one_line(&subject),
        text,
        html,
        unsubscribe: Some(unsubscribe),
    }
}

/// The same letter has the same id, however often it is tried.
fn id(letter: &Letter) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("svetu users price letter v1");
    hasher
        .update(letter.listing.uuid().as_bytes())
        .update(&letter.version.to_be_bytes())
        .update(letter.owner.uuid().as_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// `12.500 RSD`, `1.250,50 €`; in English `12,500 RSD`, in Russian `12 500 RSD`.
fn amount(money: Money, language: Language) -> String {
    let unit = money.currency.minor_per_unit().unsigned_abs();
    let (thousands, decimal) = match language {
        Language::SrLatn | Language::SrCyrl => ('.', ','),
        Language::Ru => ('\u{a0}', ','),
        Language::En => (',', '.'),
    };
    let (whole, rest) = (money.amount_minor.unsigned_abs() / unit, money.amount_minor.unsigned_abs() % unit);
    let digits = whole.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    if rest > 0 {
        text.push(decimal);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let of = |minor, currency, language| amount(Money::new(minor, currency), language).replace('\u{a0}', " ");
        assert_eq!(of(1_250_000, Currency::Rsd, Language::SrLatn), "12.500 RSD");
        assert_eq!(of(125_050, Currency::Eur, Language::SrCyrl), "1.250,50 €");
        assert_eq!(of(100_000_000, Currency::Rsd, Language::En), "1,000,000 RSD");
        assert_eq!(of(99_900, Currency::Eur, Language::Ru), "999 €");
    }
}
