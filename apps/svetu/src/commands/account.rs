use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use svetu_kernel::Role;

use crate::{cli::Account, config::Config, session::Session};

pub async fn run(command: Account, config: &Config) -> Result<ExitCode> {
    let Account::Roles { email, roles } = command;
    let roles = roles.iter().map(|name| parse(name)).collect::<Result<Vec<Role>>>()?;
    let session = Session::open(config).await?;
    let result = set_roles(&session, &email, roles).await;
    session.close().await;
    result?;
    say!("{email} has the new roles; they count from the next request on");
    Ok(ExitCode::SUCCESS)
}

async fn set_roles(session: &Session, email: &str, roles: Vec<Role>) -> Result<()> {
    let Some(id) = session.contracts.identity.account_by_email(email).await? else {
        bail!("no account has the address {email}; sign up on the site first");
    };
    let identity = session.platform.identity.as_ref().context("identity")?;
    identity.set_roles(id, roles).await?;
    Ok(())
}

pub(super) fn parse(name: &str) -> Result<Role> {
    let known = [Role::Member, Role::Trader, Role::Support, Role::Moderator, Role::Operator];
    known.into_iter().find(|role| role.name() == name).with_context(|| {
        let names: Vec<&str> = known.iter().map(|role| role.name()).collect();
        format!("{name}: expected some of {}", names.join(", "))
    })
}
