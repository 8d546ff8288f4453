//! Writing many documents: in portions of bounded size, a bounded number at a time. Each document's own outcome is read; what the
//! engine had no time for is sent again, what it refuses is named.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::json;
use svetu_ports::search_index::SearchIndexError;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::client::{Client, Reason, WRITE_MAX, refusal};
use crate::generation::own_alias;
use crate::layout::{Keys, id_of};

/// Generations whose fields are remembered.
const GENERATIONS_MAX: usize = 4;
/// Portions on their way at once, of this process.
const BULKS_MAX: usize = 4;
/// Of those, for one call.
const BULKS_EACH: usize = 2;
const PORTION_DOCUMENTS_MAX: usize = 500;
const PORTION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What is sent again at most, later each time: 50 ms, 100 ms, … 1.6 s.
const RETRIES_MAX: u32 = 6;
const RETRY_AFTER: Duration = Duration::from_millis(50);
/// Ids and reasons that an error tells.
const TOLD_MAX: usize = 5;

/// What one call writes.
#[derive(Default)]
pub(crate) struct Batch {
    pub lines: Vec<Line>,
    pub keys: Keys,
}

/// A document, or the trace of one.
pub(crate) struct Line {
    pub id: Uuid,
    pub version: u64,
    pub source: String,
}

pub(crate) enum Stop {
    /// The generation is there no more.
    Gone,
    Failed(SearchIndexError),
}

impl From<SearchIndexError> for Stop {
    fn from(error: SearchIndexError) -> Self {
        Self::Failed(error)
    }
}

pub(crate) struct Bulks {
    turns: Semaphore,
    /// Fields that are known to be there, by generation.
    fields: Mutex<HashMap<String, Keys>>,
}

#[derive(Deserialize)]
struct Outcome {
    errors: bool,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: One,
}

#[derive(Deserialize)]
struct One {
    status: u16,
    #[serde(default)]
    error: Option<Reason>,
}

impl Bulks {
    pub fn new() -> Self {
        Self { turns: Semaphore::new(BULKS_MAX), fields: Mutex::default() }
    }

    /// Writes to the generation. What is newer there stays.
    pub async fn write(&self, client: &Client, index: &str, batch: &Batch) -> Result<(), Stop> {
        self.make_fields(client, index, &batch.keys).await?;
        let alias = own_alias(index);
        let mut writes = Vec::new();
        for portion in portions(&batch.lines) {
            writes.push(self.portion(client, &alias, portion));
        }
        let mut outcomes = stream::iter(writes).buffer_unordered(BULKS_EACH);
        let mut first = Ok(());
        // The others are written even if one is refused.
        while let Some(outcome) = outcomes.next().await {
            if first.is_ok() {
                first = outcome;
            }
        }
        first
    }

    /// All at once: by themselves they would be made document by document, each a change of the whole cluster.
    async fn make_fields(&self, client: &Client, index: &str, keys: &Keys) -> Result<(), Stop> {
        let new = match self.fields.lock().get(index) {
            Some(known) => keys.without(known),
            None => keys.clone(),
        };
        if new.is_empty() {
            return Ok(());
        }
        let answer = client.put(&format!("/{index}/_mapping"), &new.mapping()).await?;
        match answer.status {
            404 => return Err(Stop::Gone),
            // Too many: the bulk tells whose they are.
            400 => return Ok(()),
            _ => answer.done()?,
        };
        let mut fields = self.fields.lock();
        if fields.len() >= GENERATIONS_MAX && !fields.contains_key(index) {
            fields.clear();
        }
        fields.entry(index.to_owned()).or_default().add(new);
        Ok(())
    }

    async fn portion(&self, client: &Client, alias: &str, portion: &[Line]) -> Result<(), Stop> {
        let _turn = self.turns.acquire().await.map_err(|error| SearchIndexError::Unavailable(error.to_string()))?;
        let mut left: Vec<&Line> = portion.iter().collect();
        let mut refused: Vec<String> = Vec::new();
        for retry in 0..=RETRIES_MAX {
            if retry > 0 {
                tokio::time::sleep(RETRY_AFTER * 2_u32.pow(retry - 1)).await;
            }
            left = send(client, alias, left, &mut refused).await?;
            if left.is_empty() {
                break;
            }
        }
        if !refused.is_empty() {
            return Err(SearchIndexError::Refused(told(&refused)).into());
        }
        if !left.is_empty() {
            let ids: Vec<String> = left.iter().map(|line| line.id.to_string()).collect();
            return Err(SearchIndexError::Unavailable(format!("OpenSearch has no time for {}", told(&ids))).into());
        }
        Ok(())
    }
}

/// What the engine had no time for.
async fn send<'l>(
    client: &Client,
    alias: &str,
    lines: Vec<&'l Line>,
    refused: &mut Vec<String>,
) -> Result<Vec<&'l Line>, Stop> {
    // An alias, or nothing: an index that is gone is never made anew by a write.
    let path = "/_bulk?require_alias=true&timeout=5s&filter_path=errors,error,items.index.status,items.index.error.type,items.index.error.reason";
    let answer = client.post_lines(path, body(alias, &lines), WRITE_MAX).await?;
    if answer.status == 429 {
        return Ok(lines);
    }
    let outcome: Outcome = answer.done()?.read()?;
    if !outcome.errors {
        return Ok(Vec::new());
    }
    if outcome.items.len() != lines.len() {
        return Err(SearchIndexError::Damaged("OpenSearch did not answer for each document".to_owned()).into());
    }
    let mut again = Vec::new();
    for (line, Item { index: one }) in lines.into_iter().zip(outcome.items) {
        match one.status {
            // 409: it has this version or a newer one.
            200..=299 | 409 => {}
            429 | 503 => again.push(line),
            status => {
                let reason = one.error.unwrap_or_default();
                if reason.is_no_such_index() {
                    return Err(Stop::Gone);
                }
                if let SearchIndexError::Unavailable(error) = refusal(status, &reason) {
                    return Err(SearchIndexError::Unavailable(error).into());
                }
                refused.push(format!("{} ({})", line.id, reason.told()));
            }
        }
    }
    Ok(again)
}

fn body(alias: &str, lines: &[&Line]) -> Bytes {
    let mut body = String::with_capacity(lines.iter().map(|line| line.source.len() + 150).sum());
    for line in lines {
        let head = json!({ "index": {
            "_index": alias, "_id": id_of(line.id), "version": line.version, "version_type": "external",
        } });
        body += &head.to_string();
        body.push('\n');
        body += &line.source;
        body.push('\n');
    }
    body.into()
}

fn portions(lines: &[Line]) -> Vec<&[Line]> {
    let mut portions = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fit = rest
            .iter()
            .take(PORTION_DOCUMENTS_MAX)
            .take_while(|line| {
                bytes += line.source.len();
                bytes <= PORTION_BYTES_MAX
            })
            .count();
        let (portion, after) = rest.split_at(fit.max(1));
        portions.push(portion);
        rest = after;
    }
    portions
}

fn told(what: &[String]) -> String {
    let more = what.len().saturating_sub(TOLD_MAX);
    let mut told = what.iter().take(TOLD_MAX).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 {
        told += &format!(" and {more} more");
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_bounded_and_leave_nobody_out() {
        let line = |bytes: usize| Line { id: Uuid::nil(), version: 1, source: "x".repeat(bytes) };
        let sizes = |lines: &[Line]| portions(lines).iter().map(|portion| portion.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&(0..1_001).map(|_| line(10)).collect::<Vec<_>>()), [500, 500, 1]);
        assert_eq!(sizes(&[line(3 << 20), line(2 << 20), line(9 << 20), line(1)]), [1, 1, 1, 1]);
        assert_eq!(sizes(&[]), Vec::<usize>::new());
    }
}
