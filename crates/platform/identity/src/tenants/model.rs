//! A shop, its team, and how somebody stands to it.

use serde::{Deserialize, Serialize};
use svetu_kernel::{AccountId, FieldProblem, InvitationId, TenantId, Timestamp};
use svetu_ports::Resource;
use utoipa::ToSchema;

use crate::model::DisplayName;

/// What somebody is in a shop. What follows from it is the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShopRole {
    Owner,
    Manager,
    Member,
}

impl ShopRole {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Member => "member",
        }
    }

    /// A word that this binary does not know gives the least.
    pub fn of(name: &str) -> Self {
        match name {
            "owner" => Self::Owner,
            "manager" => Self::Manager,
            _ => Self::Member,
        }
    }
}

/// As one of its team sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    pub id: TenantId,
    pub name: String,
    pub created_at: Timestamp,
    /// Who it is that sees it.
    pub account: AccountId,
    pub role: ShopRole,
    pub members: i64,
}

impl Shop {
    /// What the policy decides about: true of this person and this shop alone.
    pub fn resource(&self) -> Resource {
        let shop = Resource::new("Shop", self.id.to_string());
        match self.role {
            ShopRole::Owner => shop.owned_by(self.account),
            ShopRole::Manager | ShopRole::Member => shop.fact("role", self.role.name()),
        }
    }

    /// The same where a role is given or taken.
    pub fn concerning(&self, role: ShopRole) -> Resource {
        self.resource().fact("concerns", role.name())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub account: AccountId,
    pub display_name: String,
    pub role: ShopRole,
    pub since: Timestamp,
}

/// One that waits, as the team sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: ShopRole,
    /// What who invites calls themselves.
    pub invited_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// One that waits, as whoever holds its letter sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    pub shop: String,
    pub email: String,
    pub role: ShopRole,
    pub invited_by: String,
    pub expires_at: Timestamp,
    /// The account that asks has the address that is invited; None: nobody is signed in.
    pub yours: Option<bool>,
}

/// As a person's name; and no way to reach somebody: it is read in letters to strangers.
pub fn shop_name(text: &str) -> Result<String, FieldProblem> {
    let DisplayName(name) = DisplayName::parse(text, "/name")?;
    if is_bait(&name) { Err(FieldProblem::new("/name", "shops.name_reaches")) } else { Ok(name) }
}

/// Whether a name says more than a name: a telephone, an address.
pub fn is_bait(name: &str) -> bool {
    !svetu_text::contact::find(name).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_shops() {
        assert_eq!(shop_name("  Auto   delovi 21 ").as_deref(), Ok("Auto delovi 21"));
        for name in ["Nagrada na www.primer.rs", "zovi 064 123 45 67", "pisi na ana@primer.rs"] {
            assert_eq!(shop_name(name).unwrap_err().code, "shops.name_reaches", "{name}");
        }
        assert_eq!(shop_name("x").unwrap_err().code, "field.too_short");
    }
}
