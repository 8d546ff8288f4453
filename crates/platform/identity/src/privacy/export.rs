//! Everything about a person in one ZIP, gathered in the background from every service, for its owner alone.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, Seek as _, Write as _},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use serde::{Deserialize, Serialize};
use serde_json::json;
use svetu_contracts::personal::{PersonalData, PersonalPart};
use svetu_db::{Db, Job, JobHandler, JobKind, NewJob, jobs as timers};
use svetu_kernel::{AccountId, Actor, Timestamp};
use svetu_ports::HandlerError;
use tokio::sync::mpsc;
use uuid::Uuid;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{file, retention};
use crate::{
    Identity, IdentityError, jobs,
    letter::Letter,
    service::{Client, account_of},
    store,
};

const EXPORT: &str = "identity.export";
/// Parts on their way from the services to the file.
const PARTS_WAITING: usize = 4;
/// Pages asked of one service.
const PAGES_MAX: u32 = 100_000;
const BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
const EXPIRED_MAX: i64 = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub id: Uuid,
    pub asked_at: Timestamp,
    pub ready_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    pub bytes: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    account: AccountId,
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: EXPORT,
        every: None,
        attempts_max: 8,
        timeout: Duration::from_secs(1_800),
        handler: Arc::new(Gather(identity.clone())),
    }
}

pub async fn export(db: &Db, id: AccountId) -> Result<Option<Export>, IdentityError> {
    let row = sqlx::query_as!(
        Export,
        "select id, asked_at, ready_at, expires_at, bytes from identity.export where account = $1",
        id.uuid()
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row)
}

/// Of an account that goes.
pub async fn drop_files(identity: &Identity, id: AccountId) -> Result<(), IdentityError> {
    match export(&identity.db, id).await? {
        Some(export) => file::delete(&identity.objects, export.id).await,
        None => Ok(()),
    }
}

/// The files first: no file is left that no row knows of.
pub async fn prune(identity: &Identity, now: Timestamp) -> Result<u64, IdentityError> {
    let db = &identity.db;
    let over = sqlx::query_scalar!("select id from identity.export where expires_at <= $1 limit $2", now, EXPIRED_MAX)
        .fetch_all(db.pool())
        .await?;
    for id in &over {
        file::delete(&identity.objects, *id).await?;
    }
    sqlx::query!("delete from identity.export where id = any($1)", &over).execute(db.pool()).await?;
    Ok(over.len() as u64)
}

impl Identity {
    /// Whoever holds something of people, after all services are made: without them nothing is told.
    pub fn connect_personal(&self, sources: Vec<Arc<dyn PersonalData>>) {
        let _: Result<(), _> = self.personal.set(sources);
    }

    /// One that is there is the one; it is gathered once more when it was not ready.
    pub(crate) async fn request_export(
        &self,
        actor: &Actor,
        client: &Client,
        password: Option<&str>,
    ) -> Result<Export, IdentityError> {
        let now = self.clock.now();
        let id = self.confirm(actor, client, password, now).await?;
        if self.personal.get().is_none() {
            return Err(IdentityError::Alone);
        }
        let kept = retention::kept(&self.db).await?.of("export")?;
        let mut tx = self.db.begin().await?;
        let export = sqlx::query_as!(
            Export,
            "insert into identity.export (id, account, asked_at, expires_at) values ($1, $2, $3, $4)
             on conflict (account) do update set asked_at = export.asked_at
             returning id, asked_at, ready_at, expires_at, bytes",
            svetu_kernel::new_uuid(now),
            id.uuid(),
            now,
            now + kept
        )
        .fetch_one(&mut *tx)
        .await?;
        if export.ready_at.is_none() {
            let job = NewJob { kind: EXPORT, key: &export.id.to_string(), run_at: now, payload: Order { account: id } };
            timers::schedule(&mut tx, &job).await?;
            store::note(&mut tx, now, id, &id.to_string(), "export_asked", json!({})).await?;
        }
        tx.commit().await?;
        Ok(export)
    }

    /// The owner's file and its size.
    pub(crate) async fn download_export(
        &self,
        actor: &Actor,
    ) -> Result<(u64, impl Stream<Item = Result<Bytes, IdentityError>> + Send + use<>), IdentityError> {
        let id = account_of(actor)?;
        let now = self.clock.now();
        let export = export(&self.db, id).await?.filter(|export| export.expires_at > now);
        let (export, bytes) =
            export.and_then(|export| export.bytes.map(|bytes| (export, bytes))).ok_or(IdentityError::NoExport)?;
        let bytes = u64::try_from(bytes).unwrap_or_default();
        let account = store::by_id(&self.db, id).await?;
        let key = self.people.data_key(id, &account.email.key).await?;
        let mut tx = self.db.begin().await?;
        store::note(&mut tx, now, id, &id.to_string(), "export_downloaded", json!({})).await?;
        tx.commit().await?;
        Ok((bytes, file::get(Arc::clone(&self.objects), key, export.id, bytes)))
    }

    async fn gather(&self, id: AccountId) -> Result<(), IdentityError> {
        let sources = self.personal.get().ok_or(IdentityError::Alone)?;
        let Some(export) = export(&self.db, id).await?.filter(|export| export.ready_at.is_none()) else {
            return Ok(());
        };
        let account = store::by_id(&self.db, id).await?;
        let key = self.people.data_key(id, &account.email.key).await?;
        let (parts, received) = mpsc::channel(PARTS_WAITING);
        let asked_at = export.asked_at;
        let written = tokio::task::spawn_blocking(move || write(received, asked_at));
        for source in sources {
            tell(source.as_ref(), id, &parts).await?;
        }
        drop(parts);
        let (zip, bytes) = written.await.map_err(io::Error::other)??;
        file::put(&self.objects, &key, export.id, zip, bytes).await?;

        let now = self.clock.now();
        let kept = retention::kept(&self.db).await?.of("export")?;
        let mut tx = self.db.begin().await?;
        let ready = sqlx::query!(
            "update identity.export set ready_at = $2, expires_at = $3, bytes = $4 where id = $1 and ready_at is null",
            export.id,
            now,
            now + kept,
            i64::try_from(bytes).unwrap_or(i64::MAX)
        )
        .execute(&mut *tx)
        .await?;
        if ready.rows_affected() == 1 {
            let until = (now + kept).date_naive();
            jobs::order(&mut tx, Some(id), Letter::ExportReady { until }, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

type Part = (&'static str, PersonalPart);

/// All that a service says, page by page; ends early when the writer is gone, which then says why.
async fn tell(source: &dyn PersonalData, id: AccountId, parts: &mpsc::Sender<Part>) -> Result<(), IdentityError> {
    let mut after: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let page = source.personal(id, after.as_deref()).await.map_err(IdentityError::Source)?;
        if let Some(part) = page.part
            && parts.send((source.service(), part)).await.is_err()
        {
            return Ok(());
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
    Err(IdentityError::Person("a service tells of a person without end"))
}

/// Into a file that has no name: it is gone when the process is.
fn write(mut parts: mpsc::Receiver<Part>, asked_at: Timestamp) -> io::Result<(File, u64)> {
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    let options = SimpleFileOptions::default().large_file(true);
    let (text, packed) = (
        options.compression_method(CompressionMethod::Deflated),
        options.compression_method(CompressionMethod::Stored),
    );
    zip.start_file("about.json", text)?;
    serde_json::to_writer_pretty(&mut zip, &json!({ "format": "svetu-export-1", "asked_at": asked_at }))?;
    let mut open: Option<(&str, Cow<'static, str>)> = None;
    let mut bytes = 0_u64;
    while let Some((service, part)) = parts.blocking_recv() {
        match part {
            PersonalPart::Rows { name, rows } => {
                let goes_on = open.as_ref().is_some_and(|(of, list)| *of == service && *list == name);
                if !goes_on {
                    close(&mut zip, &mut open)?;
                    zip.start_file(format!("{service}/{name}.json"), text)?;
                    zip.write_all(b"[")?;
                    open = Some((service, name));
                }
                for (at, row) in rows.iter().enumerate() {
                    let line = serde_json::to_vec_pretty(row)?;
                    zip.write_all(if at == 0 && !goes_on { b"\n" } else { b",\n" })?;
                    zip.write_all(&line)?;
                    bytes += line.len() as u64;
                }
            }
            PersonalPart::File { name, bytes: content } => {
                close(&mut zip, &mut open)?;
                zip.start_file(format!("{service}/{name}"), packed)?;
                zip.write_all(&content)?;
                bytes += content.len() as u64;
            }
        }
        if bytes > BYTES_MAX {
            return Err(io::Error::other("a person's data are more than an export holds"));
        }
    }
    close(&mut zip, &mut open)?;
    let mut file = zip.finish()?;
    let bytes = file.stream_position()?;
    file.rewind()?;
    Ok((file, bytes))
}

fn close(zip: &mut ZipWriter<File>, open: &mut Option<(&str, Cow<'static, str>)>) -> io::Result<()> {
    if open.take().is_some() {
        zip.write_all(b"\n]\n")?;
    }
    Ok(())
}

struct Gather(Identity);

#[async_trait]
impl JobHandler for Gather {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let order: Order = job.read()?;
        match self.0.gather(order.account).await {
            // The person is gone meanwhile.
            Ok(()) | Err(IdentityError::NoSuchAccount) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
