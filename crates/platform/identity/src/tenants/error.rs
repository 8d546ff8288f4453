use svetu_kernel::{Problem, Status};

/// Why something about a shop cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShopError {
    /// 404 `shops.no_such_shop`: it is closed, or never was, or is none of who asks.
    #[error("no such shop")]
    NoSuchShop,
    /// 404 `shops.no_such_member`.
    #[error("no such member")]
    NoSuchMember,
    /// 404 `shops.no_such_invitation`: it was accepted, taken back, replaced or is too old, or never was.
    #[error("no such invitation")]
    NoSuchInvitation,
    /// 409 `shops.invitation_for_another`: the account's address is not the one that was invited.
    #[error("the invitation is for another address")]
    ForAnother,
    /// 409 `shops.last_owner`.
    #[error("the last owner stays one")]
    LastOwner,
    /// 409 `shops.too_many`: the account has as many shops as there may be.
    #[error("the account has as many shops as there may be")]
    TooMany,
    /// 409 `shops.team_full`.
    #[error("the team has as many members as there may be")]
    TeamFull,
    /// 409 `shops.too_many_invitations`: so many wait, or were sent within a day.
    #[error("there are as many invitations as there may be")]
    TooManyInvitations,
}

impl ShopError {
    pub fn problem(self) -> Problem {
        match self {
            Self::NoSuchShop => Problem::new(Status::NotFound, "shops.no_such_shop"),
            Self::NoSuchMember => Problem::new(Status::NotFound, "shops.no_such_member"),
            Self::NoSuchInvitation => Problem::new(Status::NotFound, "shops.no_such_invitation"),
            Self::ForAnother => Problem::new(Status::Conflict, "shops.invitation_for_another"),
            Self::LastOwner => Problem::new(Status::Conflict, "shops.last_owner"),
            Self::TooMany => Problem::new(Status::Conflict, "shops.too_many"),
            Self::TeamFull => Problem::new(Status::Conflict, "shops.team_full"),
            Self::TooManyInvitations => Problem::new(Status::Conflict, "shops.too_many_invitations"),
        }
    }
}
