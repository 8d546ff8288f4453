//! A telephone as a way in: proven by a code, and signed in with by another (ADR 14).

mod http;
mod send;
mod store;

use chrono::Duration;
pub use http::routes;
pub use send::job;
use serde_json::json;
use svetu_kernel::{AccountId, Actor, Timestamp};
use svetu_text::phone::normalise;

use crate::{
    Identity, IdentityError,
    factors::{
        changed,
        codes::{MAILED_S, Taken},
        confirmed,
    },
    limits::Entrance,
    model::Account,
    people::BlindIndex,
    service::Client,
    store as accounts, token,
};

pub(crate) use store::Purpose;

const SEALED: &str = "identity.phone.sealed";
const ASKED: &str = "identity.phone_code.sealed";

/// Where messages go, and how many an hour: each one costs.
#[derive(Debug, Clone)]
pub struct PhoneConfig {
    /// Beginnings of numbers that are written to: `+381`.
    pub prefixes: Vec<String>,
    pub per_hour_max: u32,
    /// That people of one network ask for.
    pub network_per_hour_max: u32,
}

impl Default for PhoneConfig {
    fn default() -> Self {
        Self { prefixes: vec!["+381".to_owned()], per_hour_max: 200, network_per_hour_max: 10 }
    }
}

/// A number that messages go to.
pub(crate) struct Number(pub String);

impl Identity {
    pub(crate) fn number(&self, typed: &str) -> Result<Number, IdentityError> {
        let number = normalise(typed).map_err(|_| IdentityError::field("/phone", "identity.phone_invalid"))?;
        if self.phones.prefixes.iter().any(|prefix| number.starts_with(prefix.as_str())) {
            Ok(Number(number))
        } else {
            Err(IdentityError::field("/phone", "identity.phone_not_served"))
        }
    }

    fn blind_number(&self, number: &Number) -> BlindIndex {
        self.people.blind_phone(&number.0)
    }

    /// The number of an account, as its person sees it.
    pub(crate) async fn phone_of(&self, account: &Account) -> Result<Option<String>, IdentityError> {
        let Some(sealed) = store::sealed(&self.db, account.id).await? else { return Ok(None) };
        let key = self.people.data_key(account.id, &account.email.key).await?;
        text(key.open(SEALED, account.id.uuid().as_bytes(), &sealed)?).map(Some)
    }

    fn text_limits(&self, client: &Client, number: &Number, now: Timestamp) -> Result<(), IdentityError> {
        self.limits.enter(Entrance::Text, client.address, Some(&number.0), now)?;
        Ok(self.limits.crowd(Entrance::Text, &number.0, now)?)
    }

    /// A code for the number; the answer is the name under which the browser knows it. Whose the number is is not told here:
    /// who types the right code holds it.
    async fn request_phone(&self, client: &Client, actor: &Actor, typed: &str) -> Result<String, IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let number = self.number(typed)?;
        self.text_limits(client, &number, now)?;
        self.limits.crowd(Entrance::Text, &id.to_string(), now)?;
        let account = accounts::by_id(&self.db, id).await?;
        let (name, hash) = token::new();
        let key = self.people.data_key(id, &account.email.key).await?;
        let sealed = key.seal(ASKED, &hash, number.0.as_bytes())?;
        let mut tx = self.db.begin().await?;
        store::ask(&mut tx, hash, id, &sealed, now + Duration::seconds(MAILED_S)).await?;
        send::order(&mut tx, Some(id), hash, Purpose::Add, now).await?;
        tx.commit().await?;
        Ok(name)
    }

    /// The account takes the number. One that is another's stays theirs: whoever has it now has to ask them, or us.
    async fn confirm_phone(
        &self,
        client: &Client,
        actor: &Actor,
        name: Option<&str>,
        code: &str,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        self.knock_factor(client, id, now).await?;
        let wrong = || IdentityError::field("/code", "identity.code_wrong");
        let request = name.filter(|name| token::plausible(name)).map(token::hash).ok_or_else(wrong)?;
        let mut tx = self.db.begin().await?;
        let account = accounts::lock(&mut tx, id).await?;
        let taken = store::take(&mut tx, &self.factors.codes, request, Purpose::Add, code, now).await?;
        let (Taken::Right(owner), Some(asked)) = taken else {
            tx.commit().await?;
            return Err(wrong());
        };
        if owner != id {
            tx.commit().await?;
            return Err(wrong());
        };
        let key = self.people.data_key(id, &account.email.key).await?;
        let number = Number(text(key.open(ASKED, &request, &asked)?)?);
        let sealed = key.seal(SEALED, id.uuid().as_bytes(), number.0.as_bytes())?;
        if !store::put(&mut tx, id, &sealed, &self.blind_number(&number), now).await? {
            // The code is used up.
            tx.commit().await?;
            return Err(IdentityError::PhoneTaken);
        }
        self.limits.welcome(Entrance::Factor, client.address, &id.to_string());
        self.phone_changed(tx, id, "phone_added", now).await
    }

    async fn remove_phone(&self, actor: &Actor) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        if !store::remove(&mut tx, id).await? {
            return Err(IdentityError::NoSuchFactor);
        }
        self.phone_changed(tx, id, "phone_removed", now).await
    }

    async fn phone_changed(
        &self,
        mut tx: svetu_db::Tx<'_>,
        id: AccountId,
        kind: &str,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        changed(&mut tx, id, kind, json!({}), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A code to sign in with. The same answer and the same work for a number that is nobody's.
    pub(crate) async fn request_text(&self, client: &Client, typed: &str) -> Result<String, IdentityError> {
        let now = self.clock.now();
        let number = self.number(typed)?;
        self.text_limits(client, &number, now)?;
        let known = store::owner(&self.db, &self.blind_number(&number)).await?;
        let (name, hash) = token::new();
        let mut tx = self.db.begin().await?;
        send::order(&mut tx, known, hash, Purpose::SignIn, now).await?;
        tx.commit().await?;
        Ok(name)
    }

    pub(crate) async fn take_text(
        &self,
        tx: &mut svetu_db::Tx<'_>,
        client: &Client,
        code: &str,
        now: Timestamp,
    ) -> Result<Taken, IdentityError> {
        let name = client.code_request.as_deref().filter(|name| token::plausible(name));
        let Some(request) = name.map(token::hash) else { return Ok(Taken::Nothing) };
        let (taken, _) = store::take(tx, &self.factors.codes, request, Purpose::SignIn, code, now).await?;
        Ok(taken)
    }
}

fn text(plain: Vec<u8>) -> Result<String, IdentityError> {
    String::from_utf8(plain).map_err(|_| IdentityError::Person("a number is no text"))
}
