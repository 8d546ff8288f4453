//! Letters over a real socket to a small server that speaks as much SMTP as a letter needs (RFC 5321 §4).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use svetu_ports::{Mail, MailError, Mailer as _};
use svetu_smtp::SmtpMailer;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc,
};
use uuid::Uuid;

/// Takes letters; says 550 to `nobody@…` and 451 to `later@…`.
async fn sink() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp+insecure://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let (letters, received) = mpsc::channel(16);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let letters = letters.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                write.write_all(b"220 sink\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    let answer = match line.to_ascii_uppercase() {
                        said if said.starts_with("RCPT TO:<NOBODY@") => "550 no such mailbox",
                        said if said.starts_with("RCPT TO:<LATER@") => "451 try again",
                        said if said.starts_with("DATA") => {
                            write.write_all(b"354 go on\r\n").await.unwrap();
                            let mut letter = String::new();
                            while let Ok(Some(line)) = lines.next_line().await {
                                if line == "." {
                                    break;
                                }
                                letter.push_str(&line);
                                letter.push('\n');
                            }
                            letters.send(letter).await.unwrap();
                            "250 taken"
                        }
                        said if said.starts_with("QUIT") => "221 bye",
                        _ => "250 fine",
                    };
                    if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (url, received)
}

fn mail(to: &str) -> Mail {
    Mail {
        id: Uuid::from_u128(7),
        to: to.to_owned(),
        subject: "Потврдите адресу – đačić".to_owned(),
        text: "Zdravo!\n".to_owned(),
        html: "<p>Zdravo!</p>".to_owned(),
        unsubscribe: Some("https://example.rs/u/1".to_owned()),
    }
}

#[tokio::test]
async fn a_letter_arrives_whole() {
    let (url, mut received) = sink().await;
    let mailer = SmtpMailer::try_new(&url, "Sve Tu <ne-odgovaraj@example.rs>").unwrap();
    mailer.send(&mail("ana@example.rs")).await.unwrap();
    let letter = received.recv().await.unwrap();
    for expected in [
        "Message-ID: <00000000-0000-0000-0000-000000000007@example.rs>",
        "List-Unsubscribe: <https://example.rs/u/1>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "To: ana@example.rs",
        "Subject: =?utf-8?b?",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ] {
        assert!(letter.contains(expected), "{expected} is missing in\n{letter}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_apart_from_a_bad_moment() {
    let (url, _received) = sink().await;
    let mailer = SmtpMailer::try_new(&url, "ne-odgovaraj@example.rs").unwrap();
    assert!(matches!(mailer.send(&mail("nobody@example.rs")).await, Err(MailError::Refused)));
    assert!(matches!(mailer.send(&mail("no address")).await, Err(MailError::Refused)));
    assert!(matches!(mailer.send(&mail("later@example.rs")).await, Err(MailError::Unavailable(_))));
    let nowhere = SmtpMailer::try_new("smtp+insecure://127.0.0.1:9", "ne-odgovaraj@example.rs").unwrap();
    assert!(matches!(nowhere.send(&mail("ana@example.rs")).await, Err(MailError::Unavailable(_))));
}

#[test]
fn wrong_configuration_names_its_key() {
    let refused = |url: &str, from: &str| SmtpMailer::try_new(url, from).err().map(|error| error.to_string());
    assert!(refused("http://x", "a@example.rs").unwrap().starts_with("mail.url"));
    assert!(refused("smtp+insecure://mail.example.rs", "a@example.rs").unwrap().starts_with("mail.url"));
    assert!(refused("smtp+insecure://localhost.example.rs", "a@example.rs").unwrap().starts_with("mail.url"));
    assert!(refused("smtp://mail.example.rs", "nobody").unwrap().starts_with("mail.from"));
    assert_eq!(refused("smtps://user:secret@mail.example.rs", "a@example.rs"), None);
}
