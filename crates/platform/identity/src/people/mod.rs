//! What is personal lies sealed: a data key for each person, wrapped by a key of theirs that [`tree`] derives.
//!
//! Wrapped keys are in the database and so in its backups; what derives their wrapping is in `Secrets` alone, and there a single
//! person can be forgotten (ADR 10).

mod store;
mod tree;
mod trees;

use std::sync::Arc;

use hmac::{Hmac, Mac as _};
use parking_lot::RwLock;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Timestamp};
use svetu_ports::{Secret, SecretError, Secrets};
use trees::{ROOT_BYTES, Trees};
use zeroize::Zeroizing;

use crate::{IdentityError, seal};

const TREES: &str = "identity.people";
const BLIND: &str = "identity.people.blind";
const BLIND_BYTES: usize = 32;
const ADDRESS: &str = "identity.email.sealed";
const WRAPPED: &str = "identity.person_key.wrapped";
/// How old what this process knows of the trees may be.
const KNOWN_S: i64 = 60;
/// An epoch is forgotten when every process must have heard of the next one long ago.
const EPOCH_KEPT_S: i64 = 3_600;
/// After a restored backup the numbers of later people come again, and some may be forgotten.
const LEAVES_TRIED_MAX: u32 = 10_000;

/// How an address is found without being read: HMAC-SHA-256 of its normal form.
pub type BlindIndex = [u8; 32];

/// A person's key as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    pub leaf: i64,
    /// Of the tree that wraps it.
    pub epoch: i32,
    pub wrapped: Vec<u8>,
}

/// An address as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAddress {
    pub key: WrappedKey,
    pub sealed: Vec<u8>,
}

/// A person's own key.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// `column` with its schema and table.
    pub fn seal(&self, column: &str, row: &[u8], plain: &[u8]) -> Result<Vec<u8>, IdentityError> {
        seal::seal(&self.0, &place(column, row), plain).ok_or(IdentityError::Person("a value could not be sealed"))
    }

    pub fn open(&self, column: &str, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, IdentityError> {
        seal::open(&self.0, &place(column, row), sealed)
            .ok_or(IdentityError::Person("a value does not open with its person's key"))
    }
}

struct Known {
    at: Timestamp,
    trees: Arc<Trees>,
}

/// The keys of people.
pub struct People {
    secrets: Arc<dyn Secrets>,
    blind: Zeroizing<[u8; BLIND_BYTES]>,
    known: RwLock<Known>,
}

impl People {
    /// # Errors
    /// When the secrets cannot be opened, or hold something else under these names.
    pub async fn open(secrets: Arc<dyn Secrets>) -> Result<Self, SecretError> {
        let trees = secrets.get_or_create(TREES, ROOT_BYTES).await?;
        let trees = Arc::new(Trees::read(trees.expose()).ok_or(SecretError::Tampered)?);
        let blind = secrets.get_or_create(BLIND, BLIND_BYTES).await?;
        let blind = Zeroizing::new(blake3::derive_key("svetu identity blind index v1", blind.expose()));
        Ok(Self { secrets, blind, known: RwLock::new(Known { at: Timestamp::UNIX_EPOCH, trees }) })
    }

    /// Of a normal form.
    pub(crate) fn blind(&self, normal: &str) -> BlindIndex {
        self.blind_parts(&["identity.email.blind"], normal)
    }

    /// Of a telephone's number (E.164).
    pub(crate) fn blind_phone(&self, number: &str) -> BlindIndex {
        self.blind_parts(&["identity.phone.blind"], number)
    }

    /// Of an account elsewhere. No issuer, being an address, holds a NUL.
    pub(crate) fn blind_upstream(&self, issuer: &str, subject: &str) -> BlindIndex {
        self.blind_parts(&["identity.upstream_login.blind", issuer], subject)
    }

    /// Each part but the last ends with a NUL, which none holds: nothing reads as something else.
    fn blind_parts(&self, parts: &[&str], last: &str) -> BlindIndex {
        // A key of any length is one.
        let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(self.blind.as_slice()) else { return [0; 32] };
        for part in parts {
            mac.update(part.as_bytes());
            mac.update(b"\0");
        }
        mac.update(last.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Another process may have forgotten somebody or begun an epoch.
    pub(crate) async fn refresh(&self, now: Timestamp) -> Result<Arc<Trees>, IdentityError> {
        {
            let known = self.known.read();
            if (now - known.at).num_seconds().abs() < KNOWN_S {
                return Ok(Arc::clone(&known.trees));
            }
        }
        let trees = self.load().await?;
        Ok(self.know(trees, now))
    }

    async fn load(&self) -> Result<Trees, IdentityError> {
        let secret =
            self.secrets.get(TREES).await?.ok_or(IdentityError::Person("the people's keys are gone from Secrets"))?;
        Ok(Trees::read(secret.expose()).ok_or(SecretError::Tampered)?)
    }

    fn know(&self, trees: Trees, now: Timestamp) -> Arc<Trees> {
        let trees = Arc::new(trees);
        *self.known.write() = Known { at: now, trees: Arc::clone(&trees) };
        trees
    }

    fn trees(&self) -> Arc<Trees> {
        Arc::clone(&self.known.read().trees)
    }

    /// A new person's key, and their address sealed with it.
    pub(crate) async fn new_address(
        &self,
        tx: &mut Tx<'_>,
        id: AccountId,
        address: &str,
        now: Timestamp,
    ) -> Result<SealedAddress, IdentityError> {
        let trees = self.refresh(now).await?;
        for _ in 0..LEAVES_TRIED_MAX {
            let leaf = store::next_leaf(tx).await?;
            let data = DataKey(Zeroizing::new(rand::random()));
            let sealed = data.seal(ADDRESS, id.uuid().as_bytes(), address.as_bytes())?;
            if let Some(key) = wrap(&trees, id, leaf, &data) {
                return Ok(SealedAddress { key, sealed });
            }
        }
        Err(IdentityError::Person("there is no number left for a new person"))
    }

    pub(crate) async fn data_key(&self, id: AccountId, key: &WrappedKey) -> Result<DataKey, IdentityError> {
        let trees = self.trees();
        if trees.of(key.epoch).is_some() {
            return unwrap(&trees, id, key);
        }
        // Another process has begun an epoch since this one looked.
        let trees = self.load().await?;
        let at = self.known.read().at;
        unwrap(&self.know(trees, at), id, key)
    }

    pub(crate) async fn address(&self, id: AccountId, address: &SealedAddress) -> Result<String, IdentityError> {
        let plain = self.data_key(id, &address.key).await?.open(ADDRESS, id.uuid().as_bytes(), &address.sealed)?;
        String::from_utf8(plain).map_err(|_| IdentityError::Person("an address is no text"))
    }

    /// From here on nobody can read these people, in no copy of the database of any time.
    ///
    /// One process at a time: of two that write the secret, the later one would bring back whom the other forgot.
    pub(crate) async fn forget(&self, db: &Db, leaves: &[i64], now: Timestamp) -> Result<(), IdentityError> {
        let leaves: Vec<u64> = leaves.iter().filter_map(|leaf| u64::try_from(*leaf).ok()).collect();
        self.change(db, now, |trees| {
            trees.forget(&leaves).then_some(()).ok_or(IdentityError::Person(
                "the people's keys have forgotten too many: run `svetu identity key rewrap`, and again with --forget",
            ))
        })
        .await
    }

    async fn change<T>(
        &self,
        db: &Db,
        now: Timestamp,
        change: impl FnOnce(&mut Trees) -> Result<T, IdentityError> + Send,
    ) -> Result<T, IdentityError> {
        let mut tx = db.begin().await?;
        store::lock(&mut tx).await?;
        let mut trees = self.load().await?;
        let answer = change(&mut trees)?;
        self.secrets.put(TREES, &Secret::new(trees.write())).await?;
        self.know(trees, now);
        tx.commit().await?;
        Ok(answer)
    }

    /// A new wrapping for every person's key; answers how many were wrapped anew.
    pub(crate) async fn rewrap(&self, db: &Db, now: Timestamp) -> Result<u64, IdentityError> {
        self.change(db, now, |trees| {
            let room = trees.begin_epoch(rand::random(), now);
            room.then_some(()).ok_or(IdentityError::Person("too many epochs: forget old ones with --forget first"))
        })
        .await?;
        let mut count = 0;
        loop {
            let done = self.rewrap_some(db).await?;
            if done == 0 {
                return Ok(count);
            }
            count += done;
        }
    }

    async fn rewrap_some(&self, db: &Db) -> Result<u64, IdentityError> {
        let trees = self.trees();
        let mut tx = db.begin().await?;
        let old = store::other_epoch(&mut tx, trees.current()).await?;
        let mut fresh = Vec::with_capacity(old.len());
        for (id, key) in &old {
            let data = unwrap(&trees, *id, key)?;
            let leaf = u64::try_from(key.leaf).unwrap_or(u64::MAX);
            let key = wrap(&trees, *id, leaf, &data).ok_or(IdentityError::Person("a number is forgotten"))?;
            fresh.push((*id, key));
        }
        store::replace(&mut tx, &fresh).await?;
        tx.commit().await?;
        Ok(fresh.len() as u64)
    }

    /// Ends the epochs that nothing is wrapped under any more, and with them every backup of before; answers how many.
    pub(crate) async fn forget_epochs(&self, db: &Db, now: Timestamp) -> Result<usize, IdentityError> {
        let current = self.refresh(now).await?.current();
        let mut tx = db.begin().await?;
        let waiting = store::other_epoch(&mut tx, current).await?;
        tx.commit().await?;
        if !waiting.is_empty() {
            return Err(IdentityError::Person("some keys are still wrapped under an old epoch: rewrap first"));
        }
        let before = now - chrono::Duration::seconds(EPOCH_KEPT_S);
        Ok(self.change(db, now, |trees| Ok(trees.forget_epochs(before))).await?.len())
    }

    /// People of the database whom the secrets have forgotten: a backup of before their erasure was restored.
    pub(crate) async fn forgotten(&self, db: &Db, limit: i64) -> Result<Vec<AccountId>, IdentityError> {
        let trees = self.trees();
        let mut found = Vec::new();
        for epoch in store::epochs(db).await? {
            let tree = trees.of(epoch).ok_or(IdentityError::Person(
                "Secrets do not know the epoch of a person's key: they are of another time",
            ))?;
            found.extend(store::of_leaves(db, epoch, &tree.forgotten(), limit).await?);
        }
        Ok(found)
    }

    /// Whether the database and the secrets belong together.
    pub(crate) async fn check(&self, db: &Db) -> Result<(), IdentityError> {
        match store::newest(db).await? {
            Some((id, key)) => match self.data_key(id, &key).await {
                Ok(_) | Err(IdentityError::Erased) => Ok(()),
                Err(error) => Err(error),
            },
            None => Ok(()),
        }
    }
}

fn wrap(trees: &Trees, id: AccountId, leaf: u64, data: &DataKey) -> Option<WrappedKey> {
    let epoch = trees.current();
    let wrapping = trees.of(epoch)?.key(leaf)?;
    let wrapped = seal::seal(&wrapping, &place(WRAPPED, id.uuid().as_bytes()), data.0.as_slice())?;
    Some(WrappedKey { leaf: i64::try_from(leaf).ok()?, epoch, wrapped })
}

fn unwrap(trees: &Trees, id: AccountId, key: &WrappedKey) -> Result<DataKey, IdentityError> {
    let tree = trees.of(key.epoch).ok_or(IdentityError::Person("Secrets do not know the epoch of a person's key"))?;
    let leaf = u64::try_from(key.leaf).map_err(|_| IdentityError::Person("a person's number is none"))?;
    let wrapping = tree.key(leaf).ok_or(IdentityError::Erased)?;
    let plain = seal::open(&wrapping, &place(WRAPPED, id.uuid().as_bytes()), &key.wrapped)
        .and_then(|plain| <[u8; 32]>::try_from(plain).ok())
        .ok_or(IdentityError::Person("a person's key does not open: the secrets are those of another database"))?;
    Ok(DataKey(Zeroizing::new(plain)))
}

/// Table, column and row of a value: moved elsewhere it does not open.
fn place(column: &str, row: &[u8]) -> Vec<u8> {
    [column.as_bytes(), b"\0", row].concat()
}

/// What only who knows a secret name can read.
pub fn seal_named(name: &str, column: &str, plain: &[u8]) -> Result<Vec<u8>, IdentityError> {
    seal::seal(&name_key(name), column.as_bytes(), plain).ok_or(IdentityError::Person("a value could not be sealed"))
}

pub fn open_named(name: &str, column: &str, sealed: &[u8]) -> Result<Vec<u8>, IdentityError> {
    seal::open(&name_key(name), column.as_bytes(), sealed)
        .ok_or(IdentityError::Person("a value does not open with its name"))
}

fn name_key(name: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(blake3::derive_key("svetu identity secret name v1", name.as_bytes()))
}
