use std::{
    fs, io,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::{SharedClock, Timestamp};
use svetu_ports::{Mail, MailError, Mailer, Sms, SmsError, SmsSender, sms::is_e164};
use uuid::Uuid;

const KEPT_MAX: usize = 1_000;

/// Mail that goes nowhere: a file each, for a developer to read.
#[derive(Clone)]
pub struct FileOutbox {
    folder: PathBuf,
    clock: SharedClock,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMail {
    pub id: Uuid,
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub unsubscribe: Option<String>,
}

impl FileOutbox {
    pub fn open(folder: impl Into<PathBuf>, clock: SharedClock) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        Ok(Self { folder, clock })
    }

    /// Newest first; at most 200.
    pub async fn list(&self) -> io::Result<Vec<StoredMail>> {
        let folder = self.folder.clone();
        let read = move || {
            let mut mails: Vec<StoredMail> =
                files(&folder)?.iter().filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok()).collect();
            mails.sort_by_key(|mail| std::cmp::Reverse((mail.at, mail.id)));
            mails.truncate(200);
            Ok(mails)
        };
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
    }

    pub async fn read(&self, id: Uuid) -> io::Result<Option<StoredMail>> {
        match tokio::fs::read(self.folder.join(format!("{id}.json"))).await {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect())
}

fn store(folder: &Path, mail: &StoredMail) -> io::Result<()> {
    let fresh = folder.join(format!("{}.new", mail.id));
    fs::write(&fresh, serde_json::to_vec_pretty(mail)?)?;
    fs::rename(&fresh, folder.join(format!("{}.json", mail.id)))?;
    let mut files = files(folder)?;
    if files.len() > KEPT_MAX {
        files.sort_by_key(|path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
        for old in &files[..files.len() - KEPT_MAX] {
            match fs::remove_file(old) {
                // Another letter's clearing was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
    }
    Ok(())
}

/// `local@domain` without what could end a header line.
fn is_address(to: &str) -> bool {
    let plain = !to.chars().any(|c| c.is_control() || c.is_whitespace());
    plain
        && to.len() <= 320
        && to.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

impl FileOutbox {
    async fn keep(&self, stored: StoredMail) -> io::Result<()> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || store(&folder, &stored)).await.map_err(io::Error::other).flatten()
    }
}

/// Beside the letters, to be read where they are.
#[async_trait]
impl SmsSender for FileOutbox {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        if !is_e164(&sms.to) {
            return Err(SmsError::Refused);
        }
        let stored = StoredMail {
            id: sms.id,
            at: self.clock.now(),
            to: sms.to.clone(),
            subject: "SMS".to_owned(),
            text: sms.text.clone(),
            html: String::new(),
            unsubscribe: None,
        };
        self.keep(stored).await.map_err(|error| SmsError::Unavailable(error.to_string()))
    }
}

#[async_trait]
impl Mailer for FileOutbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if !is_address(&mail.to) {
            return Err(MailError::Refused);
        }
        let stored = StoredMail {
            id: mail.id,
            at: self.clock.now(),
            to: mail.to.clone(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            html: mail.html.clone(),
            unsubscribe: mail.unsubscribe.clone(),
        };
        self.keep(stored).await.map_err(|error| MailError::Unavailable(Box::new(error)))
    }
}
