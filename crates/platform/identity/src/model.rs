//! Addresses, names, passwords and roles, parsed once.

use std::collections::BTreeSet;

use svetu_contracts::identity::AccountEvent;
use svetu_kernel::{AccountId, FieldProblem, Language, Role, SessionId, Timestamp};
use unicode_normalization::UnicodeNormalization;

use crate::{guessable, people::SealedAddress};

pub const PASSWORD_CHARS_MIN: usize = 8;
pub const PASSWORD_CHARS_MAX: usize = 256;
pub const NAME_CHARS_MIN: usize = 2;
pub const NAME_CHARS_MAX: usize = 60;
pub const EMAIL_BYTES_MAX: usize = 254;

/// An e-mail address that letters can be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As written.
    pub address: String,
    /// NFKC and lower case: one mailbox, one account.
    pub normal: String,
}

impl Email {
    pub fn parse(text: &str) -> Option<Self> {
        let address = text.trim();
        let normal = normal_form(address);
        let (local, domain) = normal.rsplit_once('@')?;
        let plain =
            |part: &str| part.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"@".contains(c));
        let labels = domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let fits = normal.len() <= EMAIL_BYTES_MAX
            && (1..=64).contains(&local.len())
            && plain(local)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.contains('.')
            && labels;
        fits.then(|| Self { address: address.to_owned(), normal: normal.clone() })
    }
}

/// What is compared of an address or of its beginning.
pub fn normal_form(text: &str) -> String {
    text.trim().nfkc().collect::<String>().to_lowercase()
}

/// The name that others see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName(pub String);

/// Whom the staff handles with more care than others.
pub fn is_staff(roles: &BTreeSet<Role>) -> bool {
    [Role::Support, Role::Moderator, Role::Operator].iter().any(|role| roles.contains(role))
}

/// Shows nothing, or turns what stands around it: a name with it is not what it looks like.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl DisplayName {
    /// White space is made single; no control or invisible formatting characters.
    pub fn parse(text: &str, field: &str) -> Result<Self, FieldProblem> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.chars().any(is_hidden) || !name.chars().any(char::is_alphanumeric) && !name.is_empty() {
            return Err(FieldProblem::new(field, "field.invalid"));
        }
        length(&name, NAME_CHARS_MIN, NAME_CHARS_MAX, field)?;
        Ok(Self(name))
    }
}

/// A password as it was typed, NFKC. Never printed.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// One that somebody chooses.
    pub fn parse(text: &str, field: &str) -> Result<Self, FieldProblem> {
        let password: String = text.nfkc().take(PASSWORD_CHARS_MAX + 1).collect();
        length(&password, PASSWORD_CHARS_MIN, PASSWORD_CHARS_MAX, field)?;
        if guessable::is_common(&password) {
            return Err(FieldProblem::new(field, "identity.password_common"));
        }
        Ok(Self(password))
    }

    /// Refuses one that is nothing but the person's own name or address.
    pub fn is_not_of(&self, address: &str, name: &str, field: &str) -> Result<(), FieldProblem> {
        let mailbox = address.rsplit_once('@').map_or(address, |(mailbox, _)| mailbox);
        if guessable::is_made_of(&self.0, &[mailbox, name, address]) {
            return Err(FieldProblem::new(field, "identity.password_common"));
        }
        Ok(())
    }

    /// One that is compared only: of any length, cut where no password can be longer.
    pub fn typed(text: &str) -> Self {
        Self(text.nfkc().take(PASSWORD_CHARS_MAX + 1).collect())
    }

    pub const fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn length(text: &str, min: usize, max: usize, field: &str) -> Result<(), FieldProblem> {
    let chars = text.chars().count();
    if chars < min {
        return Err(FieldProblem::new(field, "field.too_short").with("min", min));
    }
    if chars > max {
        return Err(FieldProblem::new(field, "field.too_long").with("max", max));
    }
    Ok(())
}

/// What an account is held as. `Visitor` and `Machine` are no roles of an account, `Member` is one of every account.
pub fn account_roles(roles: impl IntoIterator<Item = Role>) -> BTreeSet<Role> {
    roles.into_iter().filter(|role| !matches!(role, Role::Visitor | Role::Machine)).chain([Role::Member]).collect()
}

pub fn role_names(roles: &BTreeSet<Role>) -> Vec<String> {
    roles.iter().map(|role| role.name().to_owned()).collect()
}

/// A name that this binary does not know gives no right.
pub fn roles_of(names: &[String]) -> BTreeSet<Role> {
    names.iter().filter_map(|name| Role::ALL.into_iter().find(|role| role.name() == name)).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// Opened where somebody has to be written to or shown it: `Identity::address_of`.
    pub email: SealedAddress,
    pub display_name: String,
    pub language: Language,
    pub theme: Option<String>,
    pub verified: bool,
    pub roles: BTreeSet<Role>,
    pub password_hash: Option<String>,
    pub created_at: Timestamp,
    pub version: i64,
}

impl Account {
    pub fn event(&self) -> AccountEvent {
        AccountEvent {
            id: self.id,
            display_name: self.display_name.clone(),
            language: self.language,
            roles: self.roles.iter().copied().collect(),
            created_at: self.created_at,
            version: self.version,
        }
    }
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub device: String,
    pub network: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// What happened to an account.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityEvent {
    pub at: Timestamp,
    pub kind: String,
    /// Who did it was the account itself.
    pub own: bool,
    pub device: Option<String>,
    pub network: Option<String>,
}

/// What a person recognises of a `User-Agent`: "Firefox, Linux".
pub fn device(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    let known: Vec<_> = [find(&BROWSERS), find(&SYSTEMS)].into_iter().flatten().collect();
    if known.is_empty() { "?".to_owned() } else { known.join(", ") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        let normal = |text: &str| Email::parse(text).map(|email| email.normal);
        assert_eq!(normal(" Pera.Perić@Primer.RS "), Some("pera.perić@primer.rs".to_owned()));
        assert_eq!(normal("pera+oglasi@primer.rs"), Some("pera+oglasi@primer.rs".to_owned()));
        for text in [
            "",
            "pera",
            "@primer.rs",
            "pera@",
            "pera@primer",
            "a b@primer.rs",
            "a@b@primer.rs",
            "a\n@primer.rs",
            "a@-x.rs",
            "a..b@x.rs",
            "a@x..rs",
            "<a@x.rs>",
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn normal_form_is_stable(text in ".{0,20}@[a-zA-Z0-9.-]{1,20}") {
            if let Some(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(&email.normal).map(|again| again.normal), Some(email.normal));
            }
        }
    }

    fn typed(text: &str) -> Vec<u8> {
        Password::typed(text).as_bytes().to_vec()
    }

    proptest! {
        #[test]
        fn a_password_is_as_long_as_its_normal_form(text in "\\PC{0,300}") {
            let chars = text.nfkc().count();
            let fits = (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&chars);
            let taken = fits && !guessable::is_common(&text.nfkc().collect::<String>());
            prop_assert_eq!(Password::parse(&text, "p").is_ok(), taken, "{} characters", chars);
        }

        #[test]
        fn a_password_is_the_same_however_it_is_composed(text in "[a-zšćžđčйёé\u{fb01}\u{30c}ﾊﾟ가 ]{0,40}") {
            let forms: [String; 4] =
                [text.nfc().collect(), text.nfd().collect(), text.nfkc().collect(), text.nfkd().collect()];
            for form in forms {
                prop_assert_eq!(typed(&form), typed(&text));
            }
        }

        #[test]
        fn no_two_passwords_are_one(one in "\\PC{0,300}", other in "\\PC{0,300}") {
            prop_assume!(one.nfkc().take(257).ne(other.nfkc().take(257)));
            prop_assert_ne!(typed(&one), typed(&other));
        }
    }

    #[test]
    fn names() {
        assert_eq!(DisplayName::parse("  Пера \t Перић ", "n"), Ok(DisplayName("Пера Перић".into())));
        assert_eq!(DisplayName::parse("P", "n").unwrap_err().code, "field.too_short");
        assert_eq!(DisplayName::parse("Pera\u{202e}", "n").unwrap_err().code, "field.invalid");
        assert_eq!(DisplayName::parse("!!!", "n").unwrap_err().code, "field.invalid");
        assert_eq!(DisplayName::parse(&"a".repeat(61), "n").unwrap_err().code, "field.too_long");
    }

    #[test]
    fn passwords_of_any_script() {
        assert!(Password::parse("шећерлема1", "p").is_ok());
        assert_eq!(Password::parse("лозинка1", "p").err().unwrap().code, "identity.password_common");
        let own = Password::parse("pera.peric1985", "p").unwrap();
        assert!(
            own.is_not_of("pera.peric@primer.rs", "P", "p").is_err()
                && own.is_not_of("a@b.rs", "Пера Перић", "p").is_err()
        );
        assert!(own.is_not_of("mika@primer.rs", "Mika", "p").is_ok());
        assert!(Password::parse("kratka1", "p").is_err());
        assert!(Password::parse(&"a".repeat(257), "p").is_err());
        // Composed and decomposed are one password.
        assert_eq!(Password::typed("z\u{30c}aba12345").as_bytes(), Password::typed("žaba12345").as_bytes());
    }

    #[test]
    fn devices() {
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox, Linux");
        assert_eq!(
            device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604"),
            "Safari, iPhone"
        );
        assert_eq!(device(""), "?");
    }
}
