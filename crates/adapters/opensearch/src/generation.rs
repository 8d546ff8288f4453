//! Generations: which index serves and which is being built, as the cluster knows it. Processes share it and come and go.
//!
//! `…-serving` and `…-building` are aliases of one index each. An index has an alias of its own besides, `…-own`, which writes go
//! by: a write to an index that is gone fails instead of making it anew.

use std::{collections::BTreeMap, time::Duration};

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use svetu_kernel::{SharedClock, Timestamp};
use svetu_ports::search_index::SearchIndexError;

use crate::client::{Client, READ_MAX, WRITE_MAX, refusal};
use crate::layout::Layout;

/// A rebuild that nobody worked at for so long is one whose process died.
const LEASE_S: i64 = 120;
/// How often whoever rebuilds says that it does.
const RENEW_S: i64 = 20;
const TRIES_MAX: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub serving: String,
    pub building: Option<String>,
}

impl Known {
    pub fn all(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.serving).chain(&self.building)
    }
}

/// The rebuild of this process.
struct Ours {
    index: String,
    renewed_at: Timestamp,
}

pub(crate) struct Generations {
    base: String,
    clock: SharedClock,
    ours: Mutex<Option<Ours>>,
}

#[derive(Deserialize)]
struct Aliased {
    #[serde(default)]
    aliases: BTreeMap<String, Value>,
}

pub(crate) fn own_alias(index: &str) -> String {
    format!("{index}-own")
}

impl Generations {
    pub fn new(base: &str, clock: SharedClock) -> Self {
        Self { base: base.to_owned(), clock, ours: Mutex::default() }
    }

    pub fn serving(&self) -> String {
        format!("{}-serving", self.base)
    }

    fn building(&self) -> String {
        format!("{}-building", self.base)
    }

    /// As it is now. A cluster without an index of ours gets an empty one.
    pub async fn look(&self, client: &Client, layout: &Layout) -> Result<Known, SearchIndexError> {
        for _ in 0..TRIES_MAX {
            let (mut serving, building) = self.aliased(client).await?;
            serving.sort_by_key(|index| self.number(index));
            if let Some(serving) = serving.pop() {
                return Ok(Known { serving, building: building.into_iter().next() });
            }
            // Another process may be faster.
            self.make(client, layout, &format!("{}-1", self.base), &self.serving()).await?;
        }
        Err(SearchIndexError::Unavailable(format!("no index has the alias {}", self.serving())))
    }

    async fn aliased(&self, client: &Client) -> Result<(Vec<String>, Vec<String>), SearchIndexError> {
        let (serving, building) = (self.serving(), self.building());
        let answer = client.get(&format!("/_alias/{serving},{building}")).await?;
        // 404: one of them is not there; the other is told all the same.
        if !answer.is_good() && answer.status != 404 {
            return Err(refusal(answer.status, &answer.reason()));
        }
        let indexes: BTreeMap<String, Value> = answer.read()?;
        let (mut serve, mut build) = (Vec::new(), Vec::new());
        for (index, said) in indexes {
            let Ok(Aliased { aliases }) = serde_json::from_value(said) else { continue };
            if aliases.contains_key(&serving) {
                serve.push(index);
            } else if aliases.contains_key(&building) {
                build.push(index);
            }
        }
        Ok((serve, build))
    }

    fn number(&self, index: &str) -> u64 {
        let number = index.strip_prefix(&self.base).and_then(|rest| rest.strip_prefix('-'));
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// False: it is there already.
    async fn make(&self, client: &Client, layout: &Layout, index: &str, alias: &str) -> Result<bool, SearchIndexError> {
        let body = layout.index(&[alias.to_owned(), own_alias(index)], self.alive());
        let answer = client.put(&format!("/{index}"), &body).await?;
        if answer.status == 400 && answer.reason().kind == "resource_already_exists_exception" {
            return Ok(false);
        }
        answer.done().map(|_| true)
    }

    fn alive(&self) -> Value {
        json!({ "alive_at": self.clock.now().timestamp() })
    }

    pub async fn begin(&self, client: &Client, layout: &Layout) -> Result<(), SearchIndexError> {
        let known = self.look(client, layout).await?;
        let mut last = self.number(&known.serving);
        if let Some(building) = &known.building {
            if self.is_alive(client, building).await? {
                return Err(SearchIndexError::Rebuilding);
            }
            tracing::warn!("the rebuild {building} was left by its process and is removed");
            self.remove(client, building).await?;
            // Another name, so that its process knows that this one is not its own, should it live after all.
            last = last.max(self.number(building));
        }
        self.remove_others(client).await?;
        // A name is taken by one process only.
        let index = format!("{}-{}", self.base, last + 1);
        if !self.make(client, layout, &index, &self.building()).await? {
            return Err(SearchIndexError::Rebuilding);
        }
        // Two that took over at once may have two names: whoever sees the other steps back.
        let (_, building) = self.aliased(client).await?;
        if building != [index.clone()] {
            self.remove(client, &index).await?;
            return Err(SearchIndexError::Rebuilding);
        }
        *self.ours.lock() = Some(Ours { index, renewed_at: self.clock.now() });
        Ok(())
    }

    async fn is_alive(&self, client: &Client, index: &str) -> Result<bool, SearchIndexError> {
        #[derive(Deserialize)]
        struct Index {
            mappings: Mappings,
        }
        #[derive(Deserialize)]
        struct Mappings {
            #[serde(rename = "_meta")]
            meta: Option<Meta>,
        }
        #[derive(Deserialize)]
        struct Meta {
            alive_at: i64,
        }
        let answer = client.get(&format!("/{index}/_mapping?filter_path=*.mappings._meta")).await?;
        if answer.status == 404 {
            return Ok(false);
        }
        let indexes: BTreeMap<String, Index> = answer.done()?.read()?;
        let told = indexes.into_values().find_map(|index| index.mappings.meta).map_or(0, |meta| meta.alive_at);
        Ok(self.clock.now().timestamp() - told < LEASE_S)
    }

    async fn remove(&self, client: &Client, index: &str) -> Result<(), SearchIndexError> {
        let answer = client.delete(&format!("/{index}")).await?;
        if answer.status == 404 { Ok(()) } else { answer.done().map(drop) }
    }

    /// The index that is being built; it is said that somebody does.
    pub async fn at_work(&self, client: &Client, layout: &Layout) -> Result<String, SearchIndexError> {
        let building = self.look(client, layout).await?.building.ok_or(SearchIndexError::NoRebuild)?;
        let now = self.clock.now();
        let renew = match &*self.ours.lock() {
            // Ours was taken for left and removed.
            Some(ours) if ours.index != building => return Err(SearchIndexError::NoRebuild),
            Some(ours) => (now - ours.renewed_at).num_seconds() >= RENEW_S,
            None => false,
        };
        if renew {
            let answer = client.put(&format!("/{building}/_mapping"), &json!({ "_meta": self.alive() })).await?;
            answer.done()?;
            if let Some(ours) = &mut *self.ours.lock() {
                ours.renewed_at = now;
            }
        }
        Ok(building)
    }

    /// One step of the cluster's: whoever asks is answered by the one or by the other, which is removed when nobody reads it any more.
    pub async fn finish(&self, client: &Client, layout: &Layout) -> Result<(), SearchIndexError> {
        let index = self.at_work(client, layout).await?;
        let known = self.look(client, layout).await?;
        client.post(&format!("/{index}/_refresh"), &json!({}), REFRESH_MAX).await?.done()?;
        let actions = json!({ "actions": [
            { "remove": { "index": index, "alias": self.building(), "must_exist": true } },
            { "remove": { "index": known.serving, "alias": self.serving(), "must_exist": true } },
            { "add": { "index": index, "alias": self.serving() } },
        ] });
        let answer = client.post("/_aliases", &actions, WRITE_MAX).await?;
        if answer.status == 404 {
            return Err(SearchIndexError::NoRebuild);
        }
        answer.done()?;
        *self.ours.lock() = None;
        tokio::time::sleep(READ_MAX).await;
        self.remove(client, &known.serving).await
    }

    /// Generations that neither serve nor are built: their remover died.
    async fn remove_others(&self, client: &Client) -> Result<(), SearchIndexError> {
        let answer = client.get(&format!("/{}-*/_alias", self.base)).await?.done()?;
        let indexes: BTreeMap<String, Aliased> = answer.read()?;
        for (index, Aliased { aliases }) in indexes {
            let is_used = aliases.contains_key(&self.serving()) || aliases.contains_key(&self.building());
            if !is_used && self.number(&index) > 0 {
                tracing::warn!("the generation {index} was left behind and is removed");
                self.remove(client, &index).await?;
            }
        }
        Ok(())
    }

    pub async fn abandon(&self, client: &Client, layout: &Layout) -> Result<(), SearchIndexError> {
        let building = self.look(client, layout).await?.building;
        let ours = self.ours.lock().take().map(|ours| ours.index);
        match building {
            // That of another process goes on.
            Some(building) if ours.is_none_or(|ours| ours == building) => self.remove(client, &building).await,
            Some(_) | None => Ok(()),
        }
    }
}

/// Making everything searchable may take a merge's time.
pub(crate) const REFRESH_MAX: Duration = Duration::from_secs(30);
