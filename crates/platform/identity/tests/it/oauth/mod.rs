//! The OpenID Provider as clients meet it.

pub mod api;
pub mod app;
mod attacks;
mod devices;
mod flow;
mod keys;
mod leaving;
mod machines;
mod refresh;
mod services;
