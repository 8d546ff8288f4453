//! The one address that people reach.

use std::net::{IpAddr, TcpListener};

use anyhow::{Context as _, Result, bail};
use svetu_gateway::is_this_machine;
use url::Url;

use crate::config::Door;

const PORT_DEFAULT: u16 = 8080;
/// How many ports after the default one are tried.
const PORTS_TRIED: u16 = 20;

/// The listener, on the port that is configured or on the next free one after 8080.
pub fn open(door: &Door) -> Result<TcpListener> {
    let listener = if door.port == 0 { first_free(door.address)? } else { exactly(door)? };
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn exactly(door: &Door) -> Result<TcpListener> {
    TcpListener::bind((door.address, door.port)).with_context(|| {
        format!(
            "door.port: {}:{} is not to be had; free it, or name another (0 takes the next free one)",
            door.address, door.port
        )
    })
}

fn first_free(address: IpAddr) -> Result<TcpListener> {
    for port in PORT_DEFAULT..PORT_DEFAULT + PORTS_TRIED {
        match TcpListener::bind((address, port)) {
            Ok(listener) => {
                if port != PORT_DEFAULT {
                    tracing::info!("port {PORT_DEFAULT} is taken; the door is at {port}");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("door.address: {address}")),
        }
    }
    bail!("door.port: none of {PORT_DEFAULT} to {} is free on {address}", PORT_DEFAULT + PORTS_TRIED - 1)
}

/// What people type: as configured, else this machine.
pub fn public_url(door: &Door, port: u16) -> String {
    if !door.public_url.is_empty() {
        return door.public_url.clone();
    }
    let scheme = if door.tls_certificate.is_empty() { "http" } else { "https" };
    format!("{scheme}://localhost:{port}")
}

/// Whether people are told an address of this machine: nobody else comes.
pub fn is_local(door: &Door) -> bool {
    let url = Url::parse(&door.public_url);
    door.public_url.is_empty() || url.is_ok_and(|url| url.host_str().is_some_and(is_this_machine))
}

/// Whether people elsewhere come without TLS.
pub fn is_in_clear(door: &Door) -> bool {
    !is_local(door) && !door.public_url.starts_with("https://")
}

/// What is possible, and may not be what was meant.
pub fn doubts(door: &Door) -> Vec<String> {
    let mut doubts = Vec::new();
    if is_in_clear(door) {
        doubts.push(format!(
            "door.public_url is {}, by door.insecure: passwords cross the network in clear, and whoever is on it may take sessions",
            door.public_url
        ));
    }
    // One that is reached itself and ends TLS has nobody in front.
    let is_reached = !door.address.is_loopback() && !door.tls_certificate.is_empty();
    if !is_local(door) && door.trusted_proxies.is_empty() && !is_reached {
        doubts.push(format!(
            "door.public_url is {} and door.trusted_proxies is empty: whoever comes through a proxy has the proxy's address, for \
             all limits and for metrics.allow; name the proxy's",
            door.public_url
        ));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    use super::*;

    fn door(change: impl FnOnce(&mut Door)) -> Door {
        let mut door = Config::load(None, &[]).unwrap().door;
        change(&mut door);
        door
    }

    #[test]
    fn what_may_not_be_meant_is_asked_about() {
        let told = |change: fn(&mut Door)| doubts(&door(change)).join("\n");
        assert_eq!(told(|_| ()), "");
        assert_eq!(told(|door| door.public_url = "http://127.0.0.1:8080".to_owned()), "");
        let doubt = told(|door| door.public_url = "https://svetu.rs".to_owned());
        assert!(doubt.contains("door.trusted_proxies") && doubt.contains("https://svetu.rs"), "{doubt}");
        fn named(door: &mut Door) {
            door.public_url = "https://svetu.rs".to_owned();
            door.trusted_proxies = vec!["127.0.0.1".to_owned()];
        }
        assert_eq!(told(named), "");
        let clear = |door: &mut Door| {
            named(door);
            door.public_url = "http://192.168.1.5:8080".to_owned();
            door.insecure = true;
        };
        assert!(told(clear).contains("door.insecure"), "{}", told(clear));
        let own = |door: &mut Door| {
            door.public_url = "https://svetu.rs".to_owned();
            door.tls_certificate = "c.pem".to_owned();
            door.address = [0, 0, 0, 0].into();
        };
        assert_eq!(told(own), "");
    }
}
