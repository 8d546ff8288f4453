use async_trait::async_trait;
use svetu_contracts::{
    ContractError,
    users::{NewFavourite, UsersContract},
};
use svetu_kernel::{AccountId, ListingId};

use crate::{Users, UsersError, store};

const BULK_MAX: usize = 1_000;

#[async_trait]
impl UsersContract for Users {
    async fn add_favourites(&self, favourites: Vec<NewFavourite>) -> Result<u64, ContractError> {
        if favourites.len() > BULK_MAX {
            return Err(ContractError::Refused(format!("more than {BULK_MAX} favourites at once")));
        }
        let mut added = 0;
        for NewFavourite { owner, listing, at } in favourites {
            match self.add_favourite(owner, listing, at).await {
                Ok(new) => added += u64::from(new),
                // An ad that cannot be seen is nobody's favourite; the rest of the batch is.
                Err(UsersError::NoSuchListing) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(added)
    }

    async fn keepers(
        &self,
        listing: ListingId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountId>, ContractError> {
        Ok(store::keepers(&self.db, listing, after, i64::from(limit.min(1_000))).await?)
    }
}
