//! Under which URL a caller reaches this server: what the WSDL says where to send messages.
//!
//! The configured public URL first; else, behind a trusted proxy only, what the proxy says in X-Forwarded-Proto, -Host,
//! -Port and -Prefix; else the request's Host. Computed for every request, never kept: two callers may come by two
//! names. A name that is none is never published.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hyper::header::HOST;
use hyper::http::uri::Authority;

use crate::config::Config;
use crate::transport::http::{Head, Peer};

/// Where base URLs come from.
pub(super) struct BaseUrl {
    config: Config,
    address: SocketAddr,
}

impl BaseUrl {
    pub(super) fn new(config: Config, address: SocketAddr) -> Self {
        BaseUrl { config, address }
    }

    /// `scheme://host[:port][/prefix]`, without a slash at the end.
    pub(super) fn of(&self, head: &Head) -> String {
        if let Some(public) = &self.config.public_url {
            return public.as_str().trim_end_matches('/').to_owned();
        }
        let own = header(head, HOST.as_str()).or_else(|| head.target.authority().map(|host| host.as_str()));
        let host = own.filter(|host| is_host(host)).map_or_else(|| reachable(self.address), str::to_owned);
        if self.sent_by_trusted_proxy(head) { forwarded(head, &host) } else { format!("http://{host}") }
    }

    /// The headers by which two callers may be told two base URLs, as `Vary` lists them; `None`: all are told the same.
    pub(super) fn depends_on(&self) -> Option<&'static str> {
        match (&self.config.public_url, self.config.trusted_proxies.is_empty()) {
            (Some(_), _) => None,
            (None, true) => Some("Host"),
            (None, false) => {
                Some("Host, X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Prefix")
            }
        }
    }

    fn sent_by_trusted_proxy(&self, head: &Head) -> bool {
        match head.peer {
            Peer::Tcp(address) => self.config.trusts_proxy(address.ip()),
            Peer::Unix { .. } => false,
        }
    }
}

/// An address that can be called: one that stands for all of this machine's is told as the machine's own.
fn reachable(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address.to_string()
}

/// What the proxy says; what it leaves out or says wrongly is taken from the request itself.
fn forwarded(head: &Head, own_host: &str) -> String {
    let scheme = header(head, "x-forwarded-proto").filter(|scheme| matches!(*scheme, "http" | "https"));
    let scheme = scheme.unwrap_or("http");
    let host = header(head, "x-forwarded-host").filter(|host| is_host(host)).unwrap_or(own_host);
    let port = header(head, "x-forwarded-port").and_then(|port| port.parse::<u16>().ok());
    let default_port = if scheme == "https" { 443 } else { 80 };
    let port = match port {
        Some(port) if port != default_port && !has_port(host) => format!(":{port}"),
        _ => String::new(),
    };
    let prefix = header(head, "x-forwarded-prefix").filter(|prefix| is_prefix(prefix)).unwrap_or("");
    format!("{scheme}://{host}{port}{}", prefix.trim_end_matches('/'))
}

/// The first of the values that proxies have listed: that of the outermost one.
fn header<'h>(head: &'h Head, name: &str) -> Option<&'h str> {
    let value = head.headers.get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim).filter(|value| !value.is_empty())
}

/// A name or address, with a port or without.
fn is_host(host: &str) -> bool {
    let allowed = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte));
    allowed && host.parse().is_ok_and(|authority: Authority| !authority.host().is_empty())
}

fn has_port(host: &str) -> bool {
    host.rsplit(']').next().is_some_and(|after_ipv6| after_ipv6.contains(':'))
}

fn is_prefix(prefix: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    prefix.starts_with('/') && !prefix.starts_with("//") && prefix.bytes().all(allowed)
}
