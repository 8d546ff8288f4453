//! Invitations by letter: whoever holds the letter and the account of its address joins, once.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use svetu_db::{Job, JobHandler, JobKind, NewJob, Tx, jobs};
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, Actor, InvitationId, TenantId, Timestamp};
use svetu_ports::{HandlerError, MailError};
use uuid::Uuid;

use super::{
    MEMBERSHIPS_MAX, TEAM_MAX,
    error::ShopError,
    model::{Invitation, Invited, Shop, ShopRole, is_bait},
    store,
};
use crate::{
    Identity, IdentityError, factors,
    letter::{self, Carries, Letter},
    limits::Entrance,
    model::{Account, Email},
    people::BlindIndex,
    service::{Client, account_of},
    store as accounts,
    token::{self, TokenHash},
};

const LETTER: &str = "identity.shop_invitation";
const ADDRESS: &str = "identity.tenant_invitation.sealed";
const LIFE_DAYS: i64 = 7;
const WAITING_MAX: i64 = 50;
/// Of one account, to all its shops.
const A_DAY_MAX: i64 = 50;

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    invitation: Uuid,
}

/// One that waits, as it lies in the database.
struct Row {
    id: Uuid,
    tenant: Uuid,
    shop: String,
    role: String,
    invited_by: Uuid,
    sealed: Vec<u8>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: LETTER,
        every: None,
        attempts_max: 8,
        timeout: Duration::from_secs(60),
        handler: Arc::new(Send(identity.clone())),
    }
}

impl Identity {
    /// A letter goes to the address; the answer is the same whether it has an account, or is in the team already. An earlier
    /// invitation of the address to this shop is over.
    pub(crate) async fn invite<P: Permission>(
        &self,
        grant: &Grant<P>,
        client: &Client,
        id: TenantId,
        email: &str,
        role: ShopRole,
    ) -> Result<Invitation, IdentityError> {
        let now = self.clock.now();
        let account = factors::confirmed(grant.actor(), now)?;
        let email = Email::parse(email);
        let inviter = accounts::by_id(&self.db, account).await?;
        let key = self.people.data_key(account, &inviter.email.key).await?;
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.concerning(role))?;
        let email = email.ok_or_else(|| IdentityError::field("/email", "identity.email_invalid"))?;
        self.limits.enter(Entrance::Invitation, client.address, Some(&email.normal), now)?;
        self.limits.crowd(Entrance::Invitation, &email.normal, now)?;
        let blind = self.people.blind(&email.normal);
        end_waiting(&mut tx, id, &blind, now).await?;
        room(&mut tx, &shop, now).await?;
        let invitation = InvitationId::new(now);
        let expires_at = now + chrono::Duration::days(LIFE_DAYS);
        let sealed = key.seal(ADDRESS, invitation.uuid().as_bytes(), email.address.as_bytes())?;
        sqlx::query!(
            "insert into identity.tenant_invitation
                 (id, tenant, role, invited_by, sealed, blind, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            invitation.uuid(),
            id.uuid(),
            role.name(),
            account.uuid(),
            sealed,
            blind.as_slice(),
            now,
            expires_at
        )
        .execute(&mut *tx)
        .await?;
        let order = Order { invitation: invitation.uuid() };
        let key = invitation.to_string();
        jobs::schedule(&mut tx, &NewJob { kind: LETTER, key: &key, run_at: now, payload: order }).await?;
        let detail = json!({ "shop": id, "invitation": invitation, "role": role });
        accounts::note(&mut tx, now, account, &grant.actor().name(), "shop_invited", detail).await?;
        tx.commit().await?;
        let invited_by = inviter.display_name;
        Ok(Invitation { id: invitation, email: email.address, role, invited_by, created_at: now, expires_at })
    }

    /// Those that wait, newest first.
    pub(crate) async fn shop_invitations<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: TenantId,
    ) -> Result<Vec<Invitation>, IdentityError> {
        self.shop(grant, id).await?;
        let rows = sqlx::query_as!(
            Row,
            "select i.id, i.tenant, t.display_name as shop, i.role, i.invited_by, i.sealed, i.created_at, i.expires_at
             from identity.tenant_invitation i join identity.tenant t on t.id = i.tenant
             where i.tenant = $1 and i.ended_at is null and i.expires_at > $2 order by i.created_at desc, i.id limit $3",
            id.uuid(),
            self.clock.now(),
            WAITING_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let mut invitations = Vec::with_capacity(rows.len());
        for row in rows {
            let (inviter, email) = self.opened(&row).await?;
            invitations.push(Invitation {
                id: InvitationId::from_uuid(row.id),
                email,
                role: ShopRole::of(&row.role),
                invited_by: inviter.display_name,
                created_at: row.created_at,
                expires_at: row.expires_at,
            });
        }
        Ok(invitations)
    }

    pub(crate) async fn revoke_invitation<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: TenantId,
        invitation: InvitationId,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let shop = self.lock_shop(&mut tx, grant.actor(), id).await?;
        grant.on(&shop.resource())?;
        let role = sqlx::query_scalar!(
            "update identity.tenant_invitation set ended_at = $3
             where id = $1 and tenant = $2 and ended_at is null and expires_at > $3 returning role",
            invitation.uuid(),
            id.uuid(),
            now
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(ShopError::NoSuchInvitation)?;
        grant.on(&shop.concerning(ShopRole::of(&role)))?;
        let detail = json!({ "shop": id, "invitation": invitation });
        let by = grant.actor().name();
        accounts::note(&mut tx, now, shop.account, &by, "shop_invitation_revoked", detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What a letter's token is for.
    pub(crate) async fn invitation(
        &self,
        client: &Client,
        actor: &Actor,
        token: &str,
    ) -> Result<Invited, IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Invitation, client.address, None, now)?;
        let hash = hash_of(token)?;
        let row = sqlx::query_as!(
            Row,
            "select i.id, i.tenant, t.display_name as shop, i.role, i.invited_by, i.sealed, i.created_at, i.expires_at
             from identity.tenant_invitation i join identity.tenant t on t.id = i.tenant
             where i.token_hash = $1 and i.ended_at is null and i.expires_at > $2",
            hash.as_slice(),
            now
        )
        .fetch_optional(self.db.pool())
        .await?
        .ok_or(ShopError::NoSuchInvitation)?;
        let (inviter, email) = self.opened(&row).await?;
        let yours = match actor.account_id() {
            Some(account) => Some(self.is_of(account, row.id).await?),
            None => None,
        };
        let (role, expires_at) = (ShopRole::of(&row.role), row.expires_at);
        Ok(Invited { shop: row.shop, email, role, invited_by: inviter.display_name, expires_at, yours })
    }

    async fn is_of(&self, account: AccountId, invitation: Uuid) -> Result<bool, IdentityError> {
        Ok(sqlx::query_scalar!(
            "select exists (select from identity.tenant_invitation i join identity.email e on e.blind = i.blind
             where i.id = $1 and e.account = $2) as \"is!\"",
            invitation,
            account.uuid()
        )
        .fetch_one(self.db.pool())
        .await?)
    }

    /// A letter that was passed on, or stolen, gives nobody a role: the account has the address that was invited.
    pub(crate) async fn accept_invitation(
        &self,
        client: &Client,
        actor: &Actor,
        token: &str,
    ) -> Result<Shop, IdentityError> {
        let (account, now) = (account_of(actor)?, self.clock.now());
        self.limits.enter(Entrance::Invitation, client.address, None, now)?;
        let hash = hash_of(token)?;
        let mut tx = self.db.begin().await?;
        accounts::lock(&mut tx, account).await?;
        let tenant =
            sqlx::query_scalar!("select tenant from identity.tenant_invitation where token_hash = $1", hash.as_slice())
                .fetch_optional(&mut *tx)
                .await?
                .map(TenantId::from_uuid)
                .ok_or(ShopError::NoSuchInvitation)?;
        match store::lock(&mut tx, tenant, account).await {
            Err(IdentityError::Shop(_)) => return Err(ShopError::NoSuchInvitation.into()),
            locked => locked?,
        }
        let taken = sqlx::query!(
            "update identity.tenant_invitation i set ended_at = $2
             where token_hash = $1 and ended_at is null and expires_at > $2
             returning id, role, invited_by,
                 exists (select from identity.email e where e.account = $3 and e.blind = i.blind) as \"is!\"",
            hash.as_slice(),
            now,
            account.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(ShopError::NoSuchInvitation)?;
        if !taken.is {
            return Err(ShopError::ForAnother.into());
        }
        let role = ShopRole::of(&taken.role);
        if store::join(&mut tx, tenant, account, role, now).await? {
            let detail = json!({ "shop": tenant, "invitation": InvitationId::from_uuid(taken.id), "role": role,
                "invited_by": AccountId::from_uuid(taken.invited_by) });
            accounts::note(&mut tx, now, account, &actor.name(), "shop_joined", detail).await?;
        }
        let shop = store::seen_by(&mut *tx, tenant, account).await?.ok_or(ShopError::NoSuchInvitation)?;
        if shop.members > TEAM_MAX {
            return Err(ShopError::TeamFull.into());
        }
        if store::count_of(&mut tx, account).await?.0 > MEMBERSHIPS_MAX {
            return Err(ShopError::TooMany.into());
        }
        tx.commit().await?;
        Ok(shop)
    }

    /// Who invites, and the address that lies under their key.
    async fn opened(&self, row: &Row) -> Result<(Account, String), IdentityError> {
        let inviter = AccountId::from_uuid(row.invited_by);
        let account = accounts::by_id(&self.db, inviter).await?;
        let key = self.people.data_key(inviter, &account.email.key).await?;
        let email = String::from_utf8(key.open(ADDRESS, row.id.as_bytes(), &row.sealed)?)
            .map_err(|_| IdentityError::Person("an address is no text"))?;
        Ok((account, email))
    }

    /// The token is made when the letter goes; of two letters the newest one's works.
    async fn send_invitation(&self, id: Uuid) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let row = sqlx::query_as!(
            Row,
            "select i.id, i.tenant, t.display_name as shop, i.role, i.invited_by, i.sealed, i.created_at, i.expires_at
             from identity.tenant_invitation i join identity.tenant t on t.id = i.tenant
             where i.id = $1 and i.ended_at is null and i.expires_at > $2",
            id,
            now
        )
        .fetch_optional(self.db.pool())
        .await?;
        let Some(row) = row else { return Ok(()) };
        let (inviter, email) = self.opened(&row).await?;
        let blind = Email::parse(&email).map(|email| self.people.blind(&email.normal));
        let known = match blind {
            Some(blind) => accounts::by_email(&self.db, &blind).await?,
            None => None,
        };
        let language = known.filter(|account| account.verified).map_or(inviter.language, |account| account.language);
        let (token, hash) = token::new();
        sqlx::query!(
            "update identity.tenant_invitation set token_hash = $2 where id = $1 and ended_at is null",
            id,
            hash.as_slice()
        )
        .execute(self.db.pool())
        .await?;
        let carries = Carries::Token(&token);
        let mut mail = letter::write(Letter::Invited, Uuid::new_v4(), &email, language, &self.site_url, carries);
        // Letters to strangers carry no address and no number of anybody.
        let who = Some(inviter.display_name).filter(|name| !is_bait(name));
        letter::say(&mut mail, &[Some(row.shop), who].into_iter().flatten().collect::<Vec<_>>().join(" · "));
        match self.mailer.send(&mail).await {
            Ok(()) => Ok(()),
            Err(MailError::Refused) => {
                let shop = TenantId::from_uuid(row.tenant);
                tracing::warn!(shop.id = %shop, "the mail server refused an invitation to {shop}");
                Ok(())
            }
            Err(MailError::Unavailable(cause)) => Err(IdentityError::Mail(cause.to_string().replace(&email, "…"))),
        }
    }
}

fn hash_of(token: &str) -> Result<TokenHash, ShopError> {
    if token::plausible(token) { Ok(token::hash(token)) } else { Err(ShopError::NoSuchInvitation) }
}

async fn end_waiting(tx: &mut Tx<'_>, id: TenantId, blind: &BlindIndex, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!(
        "update identity.tenant_invitation set ended_at = $3 where tenant = $1 and blind = $2 and ended_at is null",
        id.uuid(),
        blind.as_slice(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether the shop and who invites may send one more.
async fn room(tx: &mut Tx<'_>, shop: &Shop, now: Timestamp) -> Result<(), IdentityError> {
    if shop.members >= TEAM_MAX {
        return Err(ShopError::TeamFull.into());
    }
    let row = sqlx::query!(
        "select (select count(*) from identity.tenant_invitation
                 where tenant = $1 and ended_at is null and expires_at > $3) as \"waiting!\",
             (select count(*) from identity.tenant_invitation
                 where invited_by = $2 and created_at > $4) as \"today!\"",
        shop.id.uuid(),
        shop.account.uuid(),
        now,
        now - chrono::Duration::days(1)
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.waiting >= WAITING_MAX || row.today >= A_DAY_MAX {
        return Err(ShopError::TooManyInvitations.into());
    }
    Ok(())
}

struct Send(Identity);

#[async_trait]
impl JobHandler for Send {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let order: Order = job.read()?;
        Ok(self.0.send_invitation(order.invitation).await?)
    }
}
