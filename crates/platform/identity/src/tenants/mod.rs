//! Shops: several people under one name, each with a role there (ADR 15).
//!
//! The policy is asked while the shop's row is locked: a role that is taken meanwhile decides nothing any more.

mod error;
mod http;
mod invitations;
mod model;
mod store;

use serde_json::json;
use svetu_db::Tx;
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, Actor, TenantId, Timestamp};

pub use error::ShopError;
pub use http::routes;
pub use invitations::job as invitation_job;
pub use model::ShopRole;
use model::{Member, Shop, shop_name};
pub use store::name_of;

use crate::{
    Identity, IdentityError, factors, jobs, letter::Letter, limits::Entrance, service::account_of, store as accounts,
};

/// Owned by one account.
const SHOPS_MAX: i64 = 5;
/// Of one account, whatever it is in them.
const MEMBERSHIPS_MAX: i64 = 50;
const TEAM_MAX: i64 = 50;

impl Identity {
    pub(crate) async fn create_shop(&self, actor: &Actor, name: &str) -> Result<Shop, IdentityError> {
        let (account, now) = (account_of(actor)?, self.clock.now());
        let name = shop_name(name)?;
        let mut tx = self.db.begin().await?;
        // Two of its owner's browsers wait for each other here, so that the bound holds.
        accounts::lock(&mut tx, account).await?;
        let (all, owned) = store::count_of(&mut tx, account).await?;
        if owned >= SHOPS_MAX || all >= MEMBERSHIPS_MAX {
            return Err(ShopError::TooMany.into());
        }
        let id = TenantId::new(now);
        store::insert(&mut tx, id, &name, account, now).await?;
        let detail = json!({ "shop": id, "name": &name });
        accounts::note(&mut tx, now, account, &actor.name(), "shop_created", detail).await?;
        tx.commit().await?;
        Ok(Shop { id, name, created_at: now, account, role: ShopRole::Owner, members: 1 })
    }

    pub(crate) async fn shops(&self, actor: &Actor) -> Result<Vec<Shop>, IdentityError> {
        store::of_account(&self.db, account_of(actor)?).await
    }

    /// Who is not of its team learns nothing, not even that there is one.
    pub(crate) async fn shop<P: Permission>(&self, grant: &Grant<P>, id: TenantId) -> Result<Shop, IdentityError> {
        let shop = store::seen_by(self.db.pool(), id, account_of(grant.actor())?).await?;
        let shop = shop.ok_or(ShopError::NoSuchShop)?;
        grant.on(&shop.resource())?;
        Ok(shop)
    }

    /// The same, locked. What is done to it is asked of the policy by `Shop::resource` or `Shop::concerning`.
    async fn lock_shop(&self, tx: &mut Tx<'_>, actor: &Actor, id: TenantId) -> Result<Shop, IdentityError> {
        let account = account_of(actor)?;
        store::lock(tx, id, account).await?;
        Ok(store::seen_by(&mut **tx, id, account).await?.ok_or(ShopError::NoSuchShop)?)
    }

    pub(crate) async fn team<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: TenantId,
    ) -> Result<Vec<Member>, IdentityError> {
        self.shop(grant, id).await?;
        store::team(&self.db, id).await
    }

    pub(crate) async fn rename_shop<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: TenantId,
        name: &str,
    ) -> Result<Shop, IdentityError> {
        let now = self.clock.now();
        let name = shop_name(name);
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.resource())?;
        let name = name?;
        if name == shop.name {
            return Ok(shop);
        }
        store::rename(&mut tx, id, &name).await?;
        let detail = json!({ "shop": id, "before": &shop.name, "after": &name });
        accounts::note(&mut tx, now, shop.account, &grant.actor().name(), "shop_renamed", detail).await?;
        tx.commit().await?;
        Ok(Shop { name, ..shop })
    }

    /// For everybody of its team, at once.
    pub(crate) async fn close_shop<P: Permission>(&self, grant: &Grant<P>, id: TenantId) -> Result<(), IdentityError> {
        let now = self.clock.now();
        factors::confirmed(grant.actor(), now)?;
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.resource())?;
        store::close(&mut tx, id, now).await?;
        let detail = json!({ "shop": id, "name": &shop.name });
        accounts::note(&mut tx, now, shop.account, &grant.actor().name(), "shop_closed", detail).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn set_shop_role<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: TenantId,
        target: AccountId,
        role: ShopRole,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        factors::confirmed(grant.actor(), now)?;
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.concerning(role))?;
        let before = store::role_of(&mut tx, id, target).await?.ok_or(ShopError::NoSuchMember)?;
        if before == role {
            return Ok(());
        }
        keep_an_owner(&mut tx, id, target, before).await?;
        store::put_role(&mut tx, id, target, Some(role), now).await?;
        let detail = json!({ "shop": id, "before": before, "after": role });
        accounts::note(&mut tx, now, target, &grant.actor().name(), "shop_role_changed", detail).await?;
        self.tell_of_role(&mut tx, target, Letter::ShopRole { shop: id.uuid(), role }, now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn remove_member<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: TenantId,
        target: AccountId,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        factors::confirmed(grant.actor(), now)?;
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.resource())?;
        let role = store::role_of(&mut tx, id, target).await?.ok_or(ShopError::NoSuchMember)?;
        grant.on(&shop.concerning(role))?;
        part(&mut tx, grant.actor(), id, (target, role), "shop_removed", now).await?;
        self.tell_of_role(&mut tx, target, Letter::ShopRemoved { shop: id.uuid() }, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Who plays with roles does not fill somebody's mailbox.
    async fn tell_of_role(
        &self,
        tx: &mut Tx<'_>,
        who: AccountId,
        letter: Letter,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        match self.limits.crowd(Entrance::Invitation, &who.to_string(), now) {
            Ok(()) => jobs::order(tx, Some(who), letter, now).await,
            Err(_) => Ok(()),
        }
    }

    /// Out of one's own will.
    pub(crate) async fn leave_shop<P: Permission>(&self, grant: &Grant<P>, id: TenantId) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.resource())?;
        part(&mut tx, grant.actor(), id, (shop.account, shop.role), "shop_left", now).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Out of the team; `kind` is how the audit log calls it.
async fn part(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: TenantId,
    (who, role): (AccountId, ShopRole),
    kind: &'static str,
    now: Timestamp,
) -> Result<(), IdentityError> {
    keep_an_owner(tx, id, who, role).await?;
    store::put_role(tx, id, who, None, now).await?;
    accounts::note(tx, now, who, &by.name(), kind, json!({ "shop": id, "role": role })).await
}

/// The shop's row is locked: of two last owners who go at once, one stays.
async fn keep_an_owner(tx: &mut Tx<'_>, id: TenantId, who: AccountId, was: ShopRole) -> Result<(), IdentityError> {
    if was == ShopRole::Owner && !store::has_other_owner(tx, id, who).await? {
        return Err(ShopError::LastOwner.into());
    }
    Ok(())
}

/// Before an account is erased: a shop that it alone owns goes to the manager who is there longest, else to the member who
/// is; with nobody else in it, it goes too. So do invitations to the account's address.
pub async fn pass_on(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!("select id from identity.account where id = $1 for update", account.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    for id in store::lock_owned(tx, account).await? {
        if store::has_other_owner(tx, id, account).await? {
            continue;
        }
        match store::heir(tx, id, account).await? {
            Some((heir, before)) => {
                store::put_role(tx, id, heir, Some(ShopRole::Owner), now).await?;
                let detail = json!({ "shop": id, "before": before, "after": ShopRole::Owner });
                accounts::note(tx, now, heir, "system:erasure", "shop_role_changed", detail).await?;
                let letter = Letter::ShopRole { shop: id.uuid(), role: ShopRole::Owner };
                jobs::order(tx, Some(heir), letter, now).await?;
            }
            None => store::delete(tx, id).await?,
        }
    }
    sqlx::query!(
        "delete from identity.tenant_invitation
         where blind = (select blind from identity.email where account = $1)",
        account.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
