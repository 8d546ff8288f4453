//! Letters about the account, in the reader's language.

use svetu_kernel::Language;
use svetu_ports::Mail;
use uuid::Uuid;

/// What a letter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// Prove that the address is yours.
    Verify,
    /// Somebody signs up with an address that has an account.
    AlreadyHere,
    /// Set a new password.
    Recover,
    /// The password was changed.
    PasswordChanged,
}

struct Words {
    subject: &'static str,
    body: &'static str,
    button: &'static str,
    end: &'static str,
}

const fn words(letter: Letter, language: Language) -> Words {
    match (letter, language) {
        (Letter::Verify, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Potvrdite svoju adresu",
            body: "Dobro došli na Sve Tu! Potvrdite da je ova adresa vaša i nalog je spreman. Link važi 24 sata.",
            button: "Potvrdi adresu",
            end: "Ako niste vi otvorili nalog, samo zanemarite ovo pismo i ne otvarajte link.",
        },
        (Letter::Verify, Language::Ru) => Words {
            subject: "Подтвердите свой адрес",
            body: "Добро пожаловать на Sve Tu! Подтвердите, что этот адрес ваш, и аккаунт готов. Ссылка действует 24 часа.",
            button: "Подтвердить адрес",
            end: "Если вы не создавали аккаунт, просто не обращайте внимания на это письмо и не открывайте ссылку.",
        },
        (Letter::Verify, Language::En) => Words {
            subject: "Confirm your address",
            body: "Welcome to Sve Tu! Confirm that this address is yours and your account is ready. The link is valid for 24 hours.",
            button: "Confirm the address",
            end: "If you did not open an account, ignore this letter and do not follow the link.",
        },
        (Letter::AlreadyHere, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Već imate nalog",
            body: "Neko je pokušao da otvori nalog sa ovom adresom, a vi ga već imate. Ako ste to bili vi, prijavite se; zaboravljenu lozinku možete da zamenite novom.",
            button: "Prijavi se",
            end: "Ako to niste bili vi, ne morate ništa da radite.",
        },
        (Letter::AlreadyHere, Language::Ru) => Words {
            subject: "У вас уже есть аккаунт",
            body: "Кто-то попытался создать аккаунт с этим адресом, но он у вас уже есть. Если это были вы, войдите; забытый пароль можно заменить новым.",
            button: "Войти",
            end: "Если это были не вы, ничего делать не нужно.",
        },
        (Letter::AlreadyHere, Language::En) => Words {
            subject: "You already have an account",
            body: "Somebody tried to open an account with this address, and you already have one. If it was you, sign in; a forgotten password can be replaced.",
            button: "Sign in",
            end: "If it was not you, there is nothing to do.",
        },
        (Letter::Recover, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Nova lozinka",
            body: "Zatražena je nova lozinka za vaš nalog. Link važi 15 minuta i može se upotrebiti samo jednom.",
            button: "Postavi novu lozinku",
            end: "Ako to niste bili vi, zanemarite ovo pismo: vaša lozinka ostaje ista.",
        },
        (Letter::Recover, Language::Ru) => Words {
            subject: "Новый пароль",
            body: "Для вашего аккаунта запрошен новый пароль. Ссылка действует 15 минут и только один раз.",
            button: "Задать новый пароль",
            end: "Если это были не вы, не обращайте внимания на это письмо: пароль останется прежним.",
        },
        (Letter::Recover, Language::En) => Words {
            subject: "A new password",
            body: "A new password was asked for your account. The link is valid for 15 minutes and works once.",
            button: "Set a new password",
            end: "If it was not you, ignore this letter: your password stays as it is.",
        },
        (Letter::PasswordChanged, Language::SrLatn | Language::SrCyrl) => Words {
            subject: "Lozinka je promenjena",
            body: "Lozinka vašeg naloga upravo je promenjena, a ostali uređaji su odjavljeni.",
            button: "Pregledaj prijave",
            end: "Ako to niste bili vi, odmah zatražite novu lozinku na stranici za prijavu.",
        },
        (Letter::PasswordChanged, Language::Ru) => Words {
            subject: "Пароль изменён",
            body: "Пароль вашего аккаунта только что изменён, на остальных устройствах выполнен выход.",
            button: "Посмотреть сеансы",
            end: "Если это были не вы, сразу запросите новый пароль на странице входа.",
        },
        (Letter::PasswordChanged, Language::En) => Words {
            subject: "Your password was changed",
            body: "The password of your account was just changed and other devices were signed out.",
            button: "Look at your sessions",
            end: "If it was not you, ask for a new password on the sign-in page at once.",
        },
    }
}

/// The letter; `token` of those that carry a link for one use.
pub fn write(letter: Letter, id: Uuid, to: &str, language: Language, site_url: &str, token: Option<&str>) -> Mail {
    let words = words(letter, language);
    let say = |text: &str| match language {
        Language::SrCyrl => svetu_text::latin_to_cyrillic(text),
        Language::SrLatn | Language::Ru | Language::En => text.to_owned(),
    };
    let page = match letter {
        Letter::Verify => "verify",
        Letter::AlreadyHere => "sign-in",
        Letter::Recover => "recover",
        Letter::PasswordChanged => "account/security",
    };
    let query = token.map(|token| format!("?token={token}")).unwrap_or_default();
    let url = format!("{site_url}/{}{page}{query}", prefix(language));
    let (body, button, end) = (say(words.body), say(words.button), say(words.end));
    let text = format!("{body}\n\n{button}:\n{url}\n\n{end}\n");
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><body style=\"font-family:sans-serif;line-height:1.5;max-width:34rem;margin:2rem auto\">\
         <p>{body}</p><p><a href=\"{url}\" style=\"display:inline-block;padding:.7rem 1.2rem;background:#0b57d0;color:#fff;\
         border-radius:.4rem;text-decoration:none\">{button}</a></p><p style=\"word-break:break-all\">{url}</p>\
         <p style=\"color:#555\">{end}</p></body></html>"
    );
    Mail { id, to: to.to_owned(), subject: say(words.subject), text, html, unsubscribe: None }
}

/// As the site's addresses begin.
const fn prefix(language: Language) -> &'static str {
    match language {
        Language::SrLatn => "",
        Language::SrCyrl => "sr-cyrl/",
        Language::Ru => "ru/",
        Language::En => "en/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_languages() {
        for (language, subject, start) in [
            (Language::SrLatn, "Potvrdite svoju adresu", "http://h/verify?token=t"),
            (Language::SrCyrl, "Потврдите своју адресу", "http://h/sr-cyrl/verify?token=t"),
            (Language::Ru, "Подтвердите свой адрес", "http://h/ru/verify?token=t"),
            (Language::En, "Confirm your address", "http://h/en/verify?token=t"),
        ] {
            let mail = write(Letter::Verify, Uuid::nil(), "a@b.rs", language, "http://h", Some("t"));
            assert_eq!(mail.subject, subject);
            assert!(mail.text.contains(start), "{}", mail.text);
        }
    }
}
