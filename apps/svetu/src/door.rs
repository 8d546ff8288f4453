//! The one address that people reach.

use std::net::{IpAddr, TcpListener};

use anyhow::{Context as _, Result, bail};

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
