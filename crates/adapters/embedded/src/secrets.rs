use std::{
    collections::BTreeMap,
    fs, io,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit},
};
use async_trait::async_trait;
use rand::Rng;
use svetu_ports::{Secret, SecretError, Secrets};

const NONCE_LEN: usize = 12;
const KEY_LEN: usize = 32;

/// Secrets in one file, sealed with AES-256-GCM. Processes of one machine share it: a lock file orders their writes.
#[derive(Clone)]
pub struct SealedFile {
    folder: PathBuf,
    cipher: Aes256Gcm,
}

impl SealedFile {
    /// The key is the one given, else that of `secrets.key` in the folder (mode 0600), made at the first time.
    pub fn open(folder: impl Into<PathBuf>, key: Option<[u8; KEY_LEN]>) -> Result<Self, SecretError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(unavailable)?;
        let key = match key {
            Some(key) => key,
            None => key_of(&folder)?,
        };
        let store = Self { folder, cipher: Aes256Gcm::new(&key.into()) };
        // A wrong key is found out at boot, not at the first use.
        store.load()?;
        Ok(store)
    }

    fn path(&self) -> PathBuf {
        self.folder.join("secrets.sealed")
    }

    fn load(&self) -> Result<BTreeMap<String, Vec<u8>>, SecretError> {
        let sealed = match fs::read(self.path()) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(unavailable(error)),
        };
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(SecretError::Tampered)?;
        let plain = self.cipher.decrypt(Nonce::from_slice(nonce), body).map_err(|_| SecretError::Tampered)?;
        serde_json::from_slice(&plain).map_err(|_| SecretError::Tampered)
    }

    fn save(&self, secrets: &BTreeMap<String, Vec<u8>>) -> Result<(), SecretError> {
        let plain = serde_json::to_vec(secrets).map_err(|error| SecretError::Unavailable(Box::new(error)))?;
        // A fresh nonce for every writing: the same one twice would give the key away.
        let nonce: [u8; NONCE_LEN] = rand::rng().random();
        let body =
            self.cipher.encrypt(Nonce::from_slice(&nonce), plain.as_slice()).map_err(|_| SecretError::Tampered)?;
        let fresh = self.folder.join("secrets.sealed.new");
        let write = || -> io::Result<()> {
            let mut file = private(&fresh)?;
            file.write_all(&nonce)?;
            file.write_all(&body)?;
            file.sync_all()?;
            fs::rename(&fresh, self.path())
        };
        write().map_err(unavailable)
    }

    /// Under the lock: reads what is there, and writes it when `change` says so.
    fn exclusively<T>(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> (T, bool),
    ) -> Result<T, SecretError> {
        let lock = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.folder.join("secrets.lock"))
            .map_err(unavailable)?;
        lock.lock().map_err(unavailable)?;
        let mut secrets = self.load()?;
        let (answer, changed) = change(&mut secrets);
        if changed {
            self.save(&secrets)?;
        }
        Ok(answer)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .map_err(|error| SecretError::Unavailable(Box::new(error)))?
    }
}

fn unavailable(error: io::Error) -> SecretError {
    SecretError::Unavailable(Box::new(error))
}

fn private(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)
}

fn key_of(folder: &Path) -> Result<[u8; KEY_LEN], SecretError> {
    let path = folder.join("secrets.key");
    let made: [u8; KEY_LEN] = rand::rng().random();
    // Of two that come first together one makes it.
    match fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            file.write_all(&made).and_then(|()| file.sync_all()).map_err(unavailable)?;
            Ok(made)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let bytes = fs::read(&path).map_err(unavailable)?;
            bytes.try_into().map_err(|_| SecretError::Tampered)
        }
        Err(error) => Err(unavailable(error)),
    }
}

#[async_trait]
impl Secrets for SealedFile {
    async fn get(&self, name: &str) -> Result<Option<Secret>, SecretError> {
        let name = name.to_owned();
        self.blocking(move |store| Ok(store.load()?.remove(&name).map(Secret::new))).await
    }

    async fn put(&self, name: &str, secret: &Secret) -> Result<(), SecretError> {
        let (name, bytes) = (name.to_owned(), secret.expose().to_vec());
        self.blocking(move |store| {
            store.exclusively(|secrets| {
                secrets.insert(name, bytes);
                ((), true)
            })
        })
        .await
    }

    async fn get_or_create(&self, name: &str, len: usize) -> Result<Secret, SecretError> {
        let name = name.to_owned();
        self.blocking(move |store| {
            store.exclusively(|secrets| match secrets.get(&name) {
                Some(bytes) => (Secret::new(bytes.clone()), false),
                None => {
                    let mut bytes = vec![0; len];
                    rand::rng().fill(bytes.as_mut_slice());
                    secrets.insert(name, bytes.clone());
                    (Secret::new(bytes), true)
                }
            })
        })
        .await
    }
}
