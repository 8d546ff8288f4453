//! What every [`SmsSender`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use futures::future::BoxFuture;
use uuid::Uuid;

use super::{Sms, SmsError, SmsSender};

/// `received` answers numbers and texts of what has arrived so far, in any order.
pub async fn all(sender: &dyn SmsSender, received: impl Fn() -> BoxFuture<'static, Vec<(String, String)>>) {
    let sms = |n, to: &str, text: &str| Sms { id: Uuid::from_u128(n), to: to.to_owned(), text: text.to_owned() };
    let sent = [
        sms(1, "+381641234567", "Sve Tu: kod je 012345 & važi 10 minuta."),
        sms(2, "+79161234567", "Sve Tu: код 543210.\n100 % = \"да\""),
    ];
    for sms in &sent {
        sender.send(sms).await.unwrap();
    }
    let mut expected: Vec<_> = sent.iter().map(|sms| (sms.to.clone(), sms.text.clone())).collect();
    expected.sort();
    let mut arrived = received().await;
    arrived.sort();
    assert_eq!(arrived, expected);

    for to in
        ["", "+", "nobody", "0641234567", "+381 64 1234567", "+0381641234567", "+3816412345678901", "+381641234567\n"]
    {
        let refused = sender.send(&sms(3, to, "x")).await;
        assert!(matches!(refused, Err(SmsError::Refused)), "{to:?}");
    }
    assert_eq!(received().await.len(), expected.len());
}
