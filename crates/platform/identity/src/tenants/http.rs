//! `/identity/shops…`, `/identity/invitations…`: wire types and handlers.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, Grant, PathId, Problems, ValidJson, ValidPath};
use svetu_kernel::{AccountId, InvitationId, TenantId, Timestamp, UserId};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::model::{Invitation, Invited, Member, Shop, ShopRole};
use crate::{Identity, service::Client};

svetu_http::permissions! {
    CreateShop = "shops.create" on "Shop";
    ListShops = "shops.list" on "Shop";
    SeeShop = "shops.get" on "Shop";
    UpdateShop = "shops.update" on "Shop";
    CloseShop = "shops.close" on "Shop";
    SeeTeam = "shops.team" on "Shop";
    SetShopRole = "shops.set_role" on "Shop";
    RemoveMember = "shops.remove_member" on "Shop";
    LeaveShop = "shops.leave" on "Shop";
    ListInvitations = "shops.invitations" on "Shop";
    Invite = "shops.invite" on "Shop";
    RevokeInvitation = "shops.revoke_invitation" on "Shop";
    SeeInvitation = "shops.invitation" on "Shop";
    AcceptInvitation = "shops.accept" on "Shop";
}

pub fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(list_shops, create_shop))
        .routes(routes!(shop, update_shop, close_shop))
        .routes(routes!(team))
        .routes(routes!(set_role, remove_member))
        .routes(routes!(leave))
        .routes(routes!(invitations, invite))
        .routes(routes!(revoke_invitation))
        .routes(routes!(invitation))
        .routes(routes!(accept))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShopForm {
    /// No telephone and no address in it.
    #[schema(min_length = 2, max_length = 60)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShopRoleForm {
    role: ShopRole,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteForm {
    #[schema(format = Email, max_length = 254)]
    email: String,
    role: ShopRole,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptForm {
    /// Of the letter.
    token: String,
}

#[derive(Serialize, ToSchema)]
struct ShopView {
    id: TenantId,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// What the person who asks is in it.
    role: ShopRole,
    /// How many they are.
    members: i64,
}

impl From<Shop> for ShopView {
    fn from(Shop { id, name, created_at, role, members, .. }: Shop) -> Self {
        Self { id, name, created_at, role, members }
    }
}

#[derive(Serialize, ToSchema)]
struct ShopList {
    items: Vec<ShopView>,
}

#[derive(Serialize, ToSchema)]
struct MemberView {
    user_id: UserId,
    display_name: String,
    role: ShopRole,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// It is the person who asks.
    you: bool,
}

#[derive(Serialize, ToSchema)]
struct Team {
    items: Vec<MemberView>,
}

#[derive(Serialize, ToSchema)]
struct InvitationView {
    id: InvitationId,
    email: String,
    role: ShopRole,
    /// What who invites calls themselves.
    invited_by: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        let Invitation { id, email, role, invited_by, created_at, expires_at } = invitation;
        Self { id, email, role, invited_by, created_at, expires_at }
    }
}

#[derive(Serialize, ToSchema)]
struct InvitationList {
    items: Vec<InvitationView>,
}

#[derive(Serialize, ToSchema)]
struct InvitedView {
    shop: String,
    /// The address that is invited: its account alone may accept.
    email: String,
    role: ShopRole,
    invited_by: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The account that asks has this address; absent for who is not signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    yours: Option<bool>,
}

impl From<Invited> for InvitedView {
    fn from(Invited { shop, email, role, invited_by, expires_at, yours }: Invited) -> Self {
        Self { shop, email, role, invited_by, expires_at, yours }
    }
}

/// Everybody of a team under the account's own id.
const fn account_of(user: UserId) -> AccountId {
    AccountId::from_uuid(user.uuid())
}

/// The shops whose team the person is in.
#[utoipa::path(get, path = "/identity/shops", operation_id = "shops.list", tag = "shops",
    security(("session" = [])), responses((status = 200, body = ShopList), Problems))]
async fn list_shops(grant: Grant<ListShops>, State(identity): State<Identity>) -> Result<Json<ShopList>, ApiProblem> {
    let items = identity.shops(grant.actor()).await?.into_iter().map(ShopView::from).collect();
    Ok(Json(ShopList { items }))
}

/// Opens a shop, owned by the person.
#[utoipa::path(post, path = "/identity/shops", operation_id = "shops.create", tag = "shops",
    security(("session" = [])), request_body = ShopForm, responses((status = 201, body = ShopView), Problems))]
async fn create_shop(
    grant: Grant<CreateShop>,
    State(identity): State<Identity>,
    ValidJson(form): ValidJson<ShopForm>,
) -> Result<(StatusCode, Json<ShopView>), ApiProblem> {
    Ok((StatusCode::CREATED, Json(identity.create_shop(grant.actor(), &form.name).await?.into())))
}

#[utoipa::path(get, path = "/identity/shops/{id}", operation_id = "shops.get", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)), responses((status = 200, body = ShopView), Problems))]
async fn shop(
    grant: Grant<SeeShop>,
    State(identity): State<Identity>,
    PathId(id): PathId<TenantId>,
) -> Result<Json<ShopView>, ApiProblem> {
    Ok(Json(identity.shop(&grant, id).await?.into()))
}

#[utoipa::path(put, path = "/identity/shops/{id}", operation_id = "shops.update", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)), request_body = ShopForm,
    responses((status = 200, body = ShopView), Problems))]
async fn update_shop(
    grant: Grant<UpdateShop>,
    State(identity): State<Identity>,
    PathId(id): PathId<TenantId>,
    ValidJson(form): ValidJson<ShopForm>,
) -> Result<Json<ShopView>, ApiProblem> {
    Ok(Json(identity.rename_shop(&grant, id, &form.name).await?.into()))
}

/// Ends the shop for its whole team.
#[utoipa::path(delete, path = "/identity/shops/{id}", operation_id = "shops.close", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)), responses((status = 204), Problems))]
async fn close_shop(
    grant: Grant<CloseShop>,
    State(identity): State<Identity>,
    PathId(id): PathId<TenantId>,
) -> Result<StatusCode, ApiProblem> {
    identity.close_shop(&grant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is in the team, owners first.
#[utoipa::path(get, path = "/identity/shops/{id}/members", operation_id = "shops.team", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)), responses((status = 200, body = Team), Problems))]
async fn team(
    grant: Grant<SeeTeam>,
    State(identity): State<Identity>,
    PathId(id): PathId<TenantId>,
) -> Result<Json<Team>, ApiProblem> {
    let own = grant.actor().account_id();
    let view = |Member { account, display_name, role, since }| MemberView {
        user_id: UserId::from_uuid(account.uuid()),
        display_name,
        role,
        since,
        you: own == Some(account),
    };
    Ok(Json(Team { items: identity.team(&grant, id).await?.into_iter().map(view).collect() }))
}

#[utoipa::path(put, path = "/identity/shops/{id}/members/{user}", operation_id = "shops.set_role", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path), ("user" = UserId, Path)),
    request_body = ShopRoleForm, responses((status = 204), Problems))]
async fn set_role(
    grant: Grant<SetShopRole>,
    State(identity): State<Identity>,
    ValidPath((id, user)): ValidPath<(TenantId, UserId)>,
    ValidJson(form): ValidJson<ShopRoleForm>,
) -> Result<StatusCode, ApiProblem> {
    identity.set_shop_role(&grant, id, account_of(user), form.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(delete, path = "/identity/shops/{id}/members/{user}", operation_id = "shops.remove_member",
    tag = "shops", security(("session" = [])), params(("id" = TenantId, Path), ("user" = UserId, Path)),
    responses((status = 204), Problems))]
async fn remove_member(
    grant: Grant<RemoveMember>,
    State(identity): State<Identity>,
    ValidPath((id, user)): ValidPath<(TenantId, UserId)>,
) -> Result<StatusCode, ApiProblem> {
    identity.remove_member(&grant, id, account_of(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves the team; the last owner stays, or closes the shop.
#[utoipa::path(post, path = "/identity/shops/{id}/leave", operation_id = "shops.leave", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)), responses((status = 204), Problems))]
async fn leave(
    grant: Grant<LeaveShop>,
    State(identity): State<Identity>,
    PathId(id): PathId<TenantId>,
) -> Result<StatusCode, ApiProblem> {
    identity.leave_shop(&grant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Invitations that wait, newest first.
#[utoipa::path(get, path = "/identity/shops/{id}/invitations", operation_id = "shops.invitations", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)),
    responses((status = 200, body = InvitationList), Problems))]
async fn invitations(
    grant: Grant<ListInvitations>,
    State(identity): State<Identity>,
    PathId(id): PathId<TenantId>,
) -> Result<Json<InvitationList>, ApiProblem> {
    let items = identity.shop_invitations(&grant, id).await?.into_iter().map(InvitationView::from).collect();
    Ok(Json(InvitationList { items }))
}

/// Invites the address by a letter, for seven days; the same whether it has an account or not.
#[utoipa::path(post, path = "/identity/shops/{id}/invitations", operation_id = "shops.invite", tag = "shops",
    security(("session" = [])), params(("id" = TenantId, Path)), request_body = InviteForm,
    responses((status = 201, body = InvitationView), Problems))]
async fn invite(
    grant: Grant<Invite>,
    State(identity): State<Identity>,
    client: Client,
    PathId(id): PathId<TenantId>,
    ValidJson(form): ValidJson<InviteForm>,
) -> Result<(StatusCode, Json<InvitationView>), ApiProblem> {
    let invitation = identity.invite(&grant, &client, id, &form.email, form.role).await?;
    Ok((StatusCode::CREATED, Json(invitation.into())))
}

#[utoipa::path(delete, path = "/identity/shops/{id}/invitations/{invitation}", operation_id = "shops.revoke_invitation",
    tag = "shops", security(("session" = [])), params(("id" = TenantId, Path), ("invitation" = InvitationId, Path)),
    responses((status = 204), Problems))]
async fn revoke_invitation(
    grant: Grant<RevokeInvitation>,
    State(identity): State<Identity>,
    ValidPath((id, invitation)): ValidPath<(TenantId, InvitationId)>,
) -> Result<StatusCode, ApiProblem> {
    identity.revoke_invitation(&grant, id, invitation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a letter's invitation is to; for whoever holds the letter, signed in or not.
#[utoipa::path(get, path = "/identity/invitations/{token}", operation_id = "shops.invitation", tag = "shops",
    params(("token" = String, Path)), responses((status = 200, body = InvitedView), Problems))]
async fn invitation(
    grant: Grant<SeeInvitation>,
    State(identity): State<Identity>,
    client: Client,
    PathId(token): PathId<String>,
) -> Result<Json<InvitedView>, ApiProblem> {
    Ok(Json(identity.invitation(&client, grant.actor(), &token).await?.into()))
}

/// Joins the team by a letter's invitation: for the account that has the address that was invited.
#[utoipa::path(post, path = "/identity/invitations/accept", operation_id = "shops.accept", tag = "shops",
    security(("session" = [])), request_body = AcceptForm, responses((status = 200, body = ShopView), Problems))]
async fn accept(
    grant: Grant<AcceptInvitation>,
    State(identity): State<Identity>,
    client: Client,
    ValidJson(form): ValidJson<AcceptForm>,
) -> Result<Json<ShopView>, ApiProblem> {
    Ok(Json(identity.accept_invitation(&client, grant.actor(), &form.token).await?.into()))
}
