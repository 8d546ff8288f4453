use std::{
    io::{self, Write},
    sync::Arc,
};

use parking_lot::Mutex;
use serde_json::{Value, json};
use svetu_kernel::Role;
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{PASSWORD, World};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that is logged at the finest level, published or put into a timer on the whole way holds neither.
#[tokio::test]
async fn no_secret_and_no_personal_datum_leaves() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::NEW)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    let email = "tajni.nalog@primer.rs";
    let mut pera = world.browser();
    let mut secrets = vec![email.to_owned(), PASSWORD.to_owned(), "pogrešna".to_owned(), "Perić".to_owned()];
    secrets.push(pera.address.to_string());

    pera.sign_up(email, PASSWORD).await;
    *world.letters.down.lock() = Some(format!("450 4.2.0 <{email}>: greylisted"));
    world.work().await;
    let reason: Option<String> = sqlx::query_scalar("select reason from identity.job where kind = 'identity.letter'")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!(reason.unwrap(), "transient: the letter waits for the mail server: 450 4.2.0 <…>: greylisted");
    *world.letters.down.lock() = None;
    world.clock.advance(chrono::Duration::minutes(1));
    let token = world.token(email).await;
    secrets.push(token.clone());
    pera.send("POST /identity/verify-email", json!({ "token": token })).await;
    secrets.extend(pera.cookie.clone());
    pera.sign_in(email, "pogrešna lozinka").await;
    pera.sign_in(email, PASSWORD).await;
    secrets.extend(pera.cookie.clone());
    pera.send("PATCH /identity/me", json!({ "theme": "dark" })).await;
    pera.send("POST /identity/recovery", json!({ "email": email })).await;
    let token = world.token(email).await;
    secrets.push(token.clone());
    let form = json!({ "token": token, "password": "druga tajna lozinka" });
    pera.send("POST /identity/recovery/complete", form).await;
    secrets.push("druga tajna".to_owned());
    let (_, mut olga) = world.staff("olga.operator@primer.rs", &[Role::Operator]).await;
    secrets.push("olga.operator".to_owned());
    let found = olga.find(email).await.body();
    let path = format!("PUT /identity/accounts/{}/roles", found["items"][0]["account_id"].as_str().unwrap());
    olga.send(&path, json!({ "roles": ["moderator"] })).await;
    olga.send("POST /identity/sign-out", Value::Null).await;

    let kept: Vec<String> = sqlx::query_scalar(
        "select event::text from identity.outbox union all select concat_ws(' ', kind, key, payload, reason) from identity.job",
    )
    .fetch_all(world.db.pool())
    .await
    .unwrap();
    world.work().await;
    let log = String::from_utf8(log.0.lock().clone()).unwrap();
    assert!(log.contains("POST /identity/sign-up answered 202") && log.contains("is verified"), "{log}");
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret}");
        // The name that the person chose to show is public.
        let told = kept.iter().find(|one| one.contains(secret.as_str()) && secret != "Perić");
        assert_eq!(told, None, "{secret}");
    }
}
