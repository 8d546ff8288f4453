//! Argon2id (RFC 9106) with a bound on how many run at once: a storm of sign-ins cannot exhaust memory.

use std::sync::Arc;

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::{self, Output, ParamsString, Salt, SaltString},
};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::{IdentityError, model::Password};

/// What a hash costs. The default is OWASP's: 19 MiB, two passes, one lane.
#[derive(Debug, Clone, Copy)]
pub struct HashCost {
    pub memory_kib: u32,
    pub passes: u32,
    /// Hashes at once.
    pub parallel_max: usize,
    /// Hashes that wait for their turn; more are refused.
    pub waiting_max: usize,
}

impl Default for HashCost {
    /// As many at once as there are processors: more take each other's caches and are no faster.
    fn default() -> Self {
        let parallel_max = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        Self { memory_kib: 19 * 1024, passes: 2, parallel_max, waiting_max: 64 }
    }
}

#[derive(Clone)]
pub struct Hasher {
    argon: Argon2<'static>,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    waiting_max: usize,
    /// Memory of hashes that are done, for those that wait: to get 19 MiB from the system and give them back costs a third of a
    /// hash. Empty when nobody waits.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// Of nobody's password: checked when there is no account, so that both take the same time.
    nobody: Arc<str>,
}

impl Hasher {
    pub fn try_new(cost: HashCost) -> Result<Self, IdentityError> {
        let params =
            Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|error| IdentityError::Hash(error.into()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon, &mut Vec::new(), &rand::random::<[u8; 16]>(), None).map_err(IdentityError::Hash)?;
        // None at once would let everybody wait for ever.
        let parallel_max = cost.parallel_max.max(1);
        Ok(Self {
            argon,
            running: Arc::new(Semaphore::new(parallel_max)),
            waiting: Arc::new(Semaphore::new(parallel_max + cost.waiting_max)),
            waiting_max: parallel_max + cost.waiting_max,
            memory: Arc::default(),
            nobody: nobody.into(),
        })
    }

    /// The PHC string.
    pub async fn hash(&self, password: &Password) -> Result<String, IdentityError> {
        self.hash_beside(password, None).await
    }

    /// With the salt of a known hash: equal exactly when the passwords are. Costs one hash with or without it.
    pub async fn hash_beside(&self, password: &Password, known: Option<&str>) -> Result<String, IdentityError> {
        let (password, known) = (password.clone(), known.map(str::to_owned));
        self.work(move |argon, memory| hash(argon, memory, password.as_bytes(), known.as_deref())).await
    }

    /// Whether it is the password; without an account the answer is no and takes as long.
    pub async fn verify(&self, password: &Password, known: Option<&str>) -> Result<bool, IdentityError> {
        let password = password.clone();
        let exists = known.is_some();
        let known = known.unwrap_or(&self.nobody).to_owned();
        let matches = self
            .work(move |_, memory| {
                let known = PasswordHash::new(&known)?;
                let (Some(salt), Some(wanted)) = (known.salt, known.hash) else {
                    return Err(password_hash::Error::Password);
                };
                let (algorithm, version) = (Algorithm::try_from(known.algorithm)?, known.version.unwrap_or(0x13));
                let as_then = Argon2::new(algorithm, Version::try_from(version)?, Params::try_from(&known)?);
                // Compared in constant time.
                Ok(output(&as_then, memory, password.as_bytes(), salt, wanted.len())? == wanted)
            })
            .await?;
        Ok(matches && exists)
    }

    /// True when the hash was made at another cost and should be made anew.
    pub fn is_outdated(&self, known: &str) -> bool {
        let Ok(known) = PasswordHash::new(known) else { return true };
        let Ok(params) = Params::try_from(&known) else { return true };
        let wanted = self.argon.params();
        params.m_cost() != wanted.m_cost() || params.t_cost() != wanted.t_cost() || params.p_cost() != wanted.p_cost()
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>, &mut Vec<Block>) -> Result<T, password_hash::Error> + Send + 'static,
    ) -> Result<T, IdentityError> {
        let _place = self.waiting.try_acquire().map_err(|_| IdentityError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| IdentityError::Busy)?;
        tracing::debug!(target: "svetu_identity::argon2", "a password is hashed");
        let hasher = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut memory = hasher.memory.lock().pop().unwrap_or_default();
            let done = work(&hasher.argon, &mut memory);
            // Whoever waits takes it over.
            let at_work = hasher.waiting_max - hasher.waiting.available_permits();
            let mut kept = hasher.memory.lock();
            if at_work > kept.len() + 1 {
                kept.push(memory);
            } else {
                kept.clear();
            }
            drop(kept);
            // The turn is over when the hash is, also when the one who asked has gone away.
            drop(turn);
            done
        });
        done.await.map_err(|_| IdentityError::Busy)?.map_err(IdentityError::Hash)
    }
}

fn hash(
    argon: &Argon2<'_>,
    memory: &mut Vec<Block>,
    password: &[u8],
    known: Option<&str>,
) -> Result<String, password_hash::Error> {
    let salt = match known.and_then(|known| PasswordHash::new(known).ok()?.salt) {
        Some(salt) => SaltString::from_b64(salt.as_str())?,
        None => SaltString::encode_b64(&rand::random::<[u8; 16]>())?,
    };
    let hash = output(argon, memory, password, salt.as_salt(), Params::DEFAULT_OUTPUT_LEN)?;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon.params())?,
        salt: Some(salt.as_salt()),
        hash: Some(hash),
    };
    Ok(phc.to_string())
}

/// RFC 9106 §3.1, in memory that was there before.
fn output(
    argon: &Argon2<'_>,
    memory: &mut Vec<Block>,
    password: &[u8],
    salt: Salt<'_>,
    length: usize,
) -> Result<Output, password_hash::Error> {
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes)?;
    memory.resize(argon.params().block_count(), Block::default());
    Output::init_with(length, |out| Ok(argon.hash_password_into_with_memory(password, salt, out, memory)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost { memory_kib: 64, passes: 1, parallel_max: 1, waiting_max: 2 };

    #[tokio::test]
    async fn right_wrong_and_nobody() {
        let hasher = Hasher::try_new(CHEAP).unwrap();
        let right = Password::typed("tajna lozinka");
        let known = hasher.hash(&right).await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{known}");
        assert!(hasher.verify(&right, Some(&known)).await.unwrap());
        assert!(!hasher.verify(&Password::typed("druga"), Some(&known)).await.unwrap());
        assert!(!hasher.verify(&right, None).await.unwrap());
        assert!(!hasher.is_outdated(&known));
        assert!(Hasher::try_new(HashCost { memory_kib: 128, ..CHEAP }).unwrap().is_outdated(&known));
    }

    #[tokio::test]
    async fn equal_beside_a_known_hash_exactly_when_the_password_is() {
        let hasher = Hasher::try_new(CHEAP).unwrap();
        let known = hasher.hash(&Password::typed("tajna lozinka")).await.unwrap();
        let beside = async |text| hasher.hash_beside(&Password::typed(text), Some(&known)).await.unwrap();
        assert_eq!(beside("tajna lozinka").await, known);
        assert_ne!(beside("druga lozinka").await, known);
        assert_ne!(hasher.hash(&Password::typed("tajna lozinka")).await.unwrap(), known);
    }

    #[tokio::test]
    async fn a_storm_is_refused_beyond_the_bound() {
        let hasher = Hasher::try_new(HashCost { memory_kib: 8 * 1024, ..CHEAP }).unwrap();
        let password = Password::typed("x");
        let all = futures::future::join_all((0..20).map(|_| hasher.verify(&password, None))).await;
        let refused = all.iter().filter(|one| matches!(one, Err(IdentityError::Busy))).count();
        assert_eq!(refused, 17);
    }
}
