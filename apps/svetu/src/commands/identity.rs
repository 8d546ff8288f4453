use std::{io::Read, path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use svetu_identity::{AuthMethod, Identity, NewClient};
use svetu_kernel::Role;
use svetu_ports::Secret;

use super::{people, policy};
use crate::{
    cli::{AddClient, Client, IdentityCommand, SigningKey},
    config::Config,
    engines,
    session::Session,
};

const SECRET_BYTES_MAX: u64 = 4_096;
const PERSONAL: [&str; 4] = ["openid", "profile", "email", "offline_access"];

pub async fn run(command: IdentityCommand, config: &Config) -> Result<ExitCode> {
    if let IdentityCommand::Policy(command) = command {
        return policy::run(command);
    }
    if let IdentityCommand::Upstream { id, secret_file } = &command {
        let Some(upstream) = config.identity.upstream.get(id) else {
            bail!("{id}: the configuration has no [identity.upstream.{id}]");
        };
        let secret = read_secret(secret_file)?;
        upstream.settings(id, secret.clone())?.check_secret().context("--secret-file")?;
        return keep_secret(&engines::upstream_secret(id), &secret, config).await;
    }
    if let IdentityCommand::Sms { secret_file } = &command {
        return keep_secret(engines::SMS_SECRET, &read_secret(secret_file)?, config).await;
    }
    // What cannot be is said before anything is started.
    let new = match &command {
        IdentityCommand::Client(Client::Add(add)) => Some(registration(add)?),
        IdentityCommand::Client(_)
        | IdentityCommand::Key(_)
        | IdentityCommand::User(_)
        | IdentityCommand::Role(_)
        | IdentityCommand::Policy(_)
        | IdentityCommand::Upstream { .. }
        | IdentityCommand::Sms { .. }
        | IdentityCommand::Audit { .. } => None,
    };
    let roles = match &command {
        IdentityCommand::Role(command) => people::roles(command)?,
        _ => Vec::new(),
    };
    let session = Session::open(config).await?;
    let result = async {
        let identity = session.platform.identity.as_ref().context("identity")?;
        match command {
            IdentityCommand::Client(command) => client(identity, command, new).await,
            IdentityCommand::Key(command) => key(identity, command).await,
            IdentityCommand::User(command) => people::user(identity, command).await,
            IdentityCommand::Role(command) => people::role(identity, command, &roles).await,
            IdentityCommand::Audit { email, limit, json } => people::events(identity, &email, limit, json).await,
            // Answered above: they need no database.
            IdentityCommand::Policy(_) | IdentityCommand::Upstream { .. } | IdentityCommand::Sms { .. } => Ok(()),
        }
    }
    .await;
    session.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

/// Never by an argument: those are seen by everybody on the machine.
fn read_secret(file: &Path) -> Result<Secret> {
    let input: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).with_context(|| file.display().to_string())?)
    };
    let mut text = String::new();
    input.take(SECRET_BYTES_MAX).read_to_string(&mut text).context("--secret-file")?;
    let secret = text.trim();
    if secret.is_empty() {
        bail!("--secret-file: it is empty");
    }
    Ok(Secret::new(secret.as_bytes().to_vec()))
}

async fn keep_secret(name: &str, secret: &Secret, config: &Config) -> Result<ExitCode> {
    engines::secrets(config)?.put(name, secret).await.context("secrets.url")?;
    say!("the secret is kept; a platform that runs takes it at its next start");
    Ok(ExitCode::SUCCESS)
}

fn registration(add: &AddClient) -> Result<NewClient> {
    let jwks = match &add.jwks {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            Some(serde_json::from_str(&text).with_context(|| format!("{}: expected JSON", path.display()))?)
        }
        None => None,
    };
    let auth_method = match (add.public, &jwks, add.secret_in_form) {
        (true, _, _) => AuthMethod::None,
        (false, Some(_), _) => AuthMethod::PrivateKeyJwt,
        (false, None, true) => AuthMethod::ClientSecretPost,
        (false, None, false) => AuthMethod::ClientSecretBasic,
    };
    let mut grant_types = Vec::new();
    if add.machine {
        grant_types.push("client_credentials");
    }
    if !add.redirect.is_empty() || !(add.machine || add.device || add.exchange) {
        grant_types.push("authorization_code");
    }
    if add.device {
        grant_types.push("urn:ietf:params:oauth:grant-type:device_code");
    }
    if add.exchange {
        grant_types.push("urn:ietf:params:oauth:grant-type:token-exchange");
    }
    let personal = grant_types.iter().any(|kind| *kind == "authorization_code" || kind.ends_with("device_code"));
    if personal {
        grant_types.push("refresh_token");
    }
    let scopes: &[&str] = if personal { &PERSONAL } else { &[] };
    let new = NewClient {
        id: add.id.clone(),
        name: add.name.clone(),
        auth_method,
        jwks,
        redirect_uris: add.redirect.clone(),
        post_logout_redirect_uris: add.post_logout_redirect.clone(),
        backchannel_logout_uri: add.backchannel_logout.clone(),
        grant_types: grant_types.iter().map(|name| (*name).to_owned()).collect(),
        scopes: if add.scope.is_empty() {
            scopes.iter().map(|name| (*name).to_owned()).collect()
        } else {
            add.scope.clone()
        },
        resources: add.resource.clone(),
        serves: add.serves.clone(),
        names_endpoints: add.assertion_to_endpoint,
        signing_alg: add.signing_alg.clone(),
        fapi2: add.fapi2,
        dpop_bound: add.dpop,
        par_required: add.par,
        first_party: add.first_party,
        roles: add.role.iter().map(|name| role(name)).collect::<Result<_>>()?,
    };
    new.check()?;
    Ok(new)
}

fn role(name: &str) -> Result<Role> {
    let known = [Role::Support, Role::Moderator, Role::Operator];
    known
        .into_iter()
        .find(|role| role.name() == name)
        .with_context(|| format!("--role {name}: expected one of {}", known.map(Role::name).join(", ")))
}

async fn client(identity: &Identity, command: Client, new: Option<NewClient>) -> Result<()> {
    match command {
        Client::Add(_) => {
            let done = identity.register_client(&new.context("a registration")?).await?;
            say!("client_id      {}", done.id);
            if let Some(secret) = done.secret {
                say!("client_secret  {secret}");
                say!("");
                say!(
                    "The secret is not shown again; `svetu identity client new-secret {}` makes another one.",
                    done.id
                );
            }
        }
        Client::Invite { uses, days } => {
            say!("initial_access_token  {}", identity.invite_clients(uses, days).await?);
        }
        Client::List => {
            let clients = identity.clients().await?;
            if clients.is_empty() {
                say!("no client is registered; `svetu identity client add --help` tells how");
            }
            for (id, name, method) in clients {
                say!("{id}  {method}  {name}");
            }
        }
        Client::NewSecret { id } => match identity.renew_client_secret(&id).await? {
            Some(secret) => say!("client_secret  {secret}"),
            None => bail!("{id}: no client of this id has a secret"),
        },
        Client::Disable { id } => {
            if !identity.disable_client(&id).await? {
                bail!("{id}: no client of this id");
            }
            say!("{id} is disabled; what it was given is worth nothing any more");
        }
    }
    Ok(())
}

async fn key(identity: &Identity, command: SigningKey) -> Result<()> {
    match command {
        SigningKey::List => {
            for key in identity.signing_keys().await? {
                let time = |at: Option<svetu_kernel::Timestamp>| {
                    at.map_or("-".to_owned(), |at| at.format("%F %T").to_string())
                };
                say!(
                    "{}  {}  signs from {} to {}  published to {}",
                    key.kid,
                    key.algorithm,
                    time(Some(key.active_at)),
                    time(key.replaced_at),
                    time(key.expires_at)
                );
            }
        }
        SigningKey::Rotate { at_once } => {
            let count = identity.rotate_keys(at_once).await?;
            say!(
                "{count} keys have successors{}",
                if at_once {
                    "; within half a minute no process takes the old ones any more"
                } else {
                    "; they sign in ten minutes"
                }
            );
        }
        SigningKey::Rewrap { forget: false } => {
            say!("{} keys of people are wrapped anew", identity.rewrap_people().await?);
        }
        SigningKey::Rewrap { forget: true } => {
            say!("{} secrets of before are gone", identity.forget_old_wrappings().await?);
        }
    }
    Ok(())
}
