//! What every [`Mailer`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::future::BoxFuture;
use uuid::Uuid;

use super::{Mail, MailError, Mailer};

/// `received` answers what has arrived so far, in any order; it may decode what the transport encodes.
pub async fn all(mailer: &dyn Mailer, received: impl Fn() -> BoxFuture<'static, Vec<Mail>>) {
    let sent = [
        Mail {
            id: Uuid::from_u128(1),
            to: "mira@example.rs".to_owned(),
            subject: "Потврдите адресу – proba".to_owned(),
            text: "Здраво, Миро!\nhttps://example.rs/verify?token=abc".to_owned(),
            html: "<p>Здраво, <b>Миро</b>!</p>".to_owned(),
            unsubscribe: None,
        },
        Mail {
            id: Uuid::from_u128(2),
            to: "žika@example.rs".to_owned(),
            subject: "Novo za vašu pretragu".to_owned(),
            text: "Šest novih oglasa".to_owned(),
            html: "<p>Šest novih oglasa</p>".to_owned(),
            unsubscribe: Some("https://example.rs/unsubscribe?token=abc".to_owned()),
        },
    ];
    // The second address needs SMTPUTF8: an engine without it may refuse it, but not change it.
    let mut expected = Vec::new();
    for mail in &sent {
        match mailer.send(mail).await {
            Ok(()) => expected.push(mail.clone()),
            Err(MailError::Refused) if !mail.to.is_ascii() => {}
            Err(error) => panic!("{error}"),
        }
    }
    let mut arrived = received().await;
    arrived.sort_by_key(|mail| mail.id);
    assert_eq!(arrived, expected);

    for to in ["", "nobody", "@example.rs", "a@", "a@example.rs\r\nBcc: b@example.rs", "a b@example.rs"] {
        let mail = Mail { id: Uuid::from_u128(3), to: to.to_owned(), ..sent[0].clone() };
        assert!(matches!(mailer.send(&mail).await, Err(MailError::Refused)), "{to:?}");
    }
    assert_eq!(received().await.len(), expected.len());
}
