//! Which addresses may be spoken to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;
use ureq::http::uri::Authority;

use crate::{Error, ErrorKind};

/// How far away a server may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On this machine: `127.0.0.0/8`, `::1` or `localhost`.
    Loopback,
    /// Anywhere; the user accepted that prompts leave this machine.
    RemoteAllowed,
}

/// The checked address of a server: `http://host:port` and perhaps a path, without a slash at the end.
///
/// Built again from its parsed parts, so that what was checked is what is contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Reads an address.
    ///
    /// `localhost` becomes `127.0.0.1`: no lookup can lead elsewhere. Only numbers and `localhost` count as
    /// loopback; other names may resolve to anything.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadAddress`] for anything but plain `http` with a host, and for user names, queries and
    /// fragments; [`ErrorKind::RemoteHost`] for another host than this one unless `reach` allows it.
    ///
    /// # Example
    ///
    /// ```
    /// use synth_llm::{Endpoint, Reach};
    /// let endpoint = Endpoint::parse("http://localhost:8080/", Reach::Loopback)?;
    /// assert_eq!(endpoint.to_string(), "http://127.0.0.1:8080");
    /// assert!(Endpoint::parse("http://example.test:8080", Reach::Loopback).is_err());
    /// # Ok::<(), synth_llm::Error>(())
    /// ```
    pub fn parse(text: &str, reach: Reach) -> Result<Self, Error> {
        let bad = |reason| Error::from(ErrorKind::BadAddress { reason });
        if text.contains('#') {
            return Err(bad("it has a fragment"));
        }
        let uri: Uri = text.trim().parse().map_err(|_| bad("it is not a URL"))?;
        if uri.scheme_str() != Some("http") {
            return Err(bad("it does not begin with `http://`"));
        }
        if uri.query().is_some() {
            return Err(bad("it has a query"));
        }
        let authority = uri.authority().ok_or_else(|| bad("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("it has a user name"));
        }
        let host = checked_host(authority, reach)?;
        let port = port(authority).ok_or_else(|| bad("its port is not a number up to 65535"))?;
        Ok(Self(format!("http://{host}:{port}{}", uri.path().trim_end_matches('/'))))
    }

    /// An address may end in `/v1`, as those of OpenAI's clients do; that part stands once.
    pub(crate) fn url(&self, route: &str) -> String {
        let base = self.0.strip_suffix("/v1").unwrap_or(&self.0);
        format!("{base}{route}")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the host in the one spelling that is contacted.
fn checked_host(authority: &Authority, reach: Reach) -> Result<String, Error> {
    let host = authority.host();
    if host.is_empty() {
        return Err(ErrorKind::BadAddress { reason: "it has no host" }.into());
    }
    let local = if host.eq_ignore_ascii_case("localhost") {
        Some(IpAddr::V4(Ipv4Addr::LOCALHOST))
    } else {
        ip(host).filter(IpAddr::is_loopback)
    };
    match (local, reach) {
        (Some(IpAddr::V4(address)), _) => Ok(address.to_string()),
        (Some(IpAddr::V6(address)), _) => Ok(format!("[{address}]")),
        (None, Reach::RemoteAllowed) => Ok(host.to_owned()),
        (None, Reach::Loopback) => Err(ErrorKind::RemoteHost { host: host.to_owned() }.into()),
    }
}

fn ip(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(inside) => inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// Returns the port, 80 if the address names none; `None` if it names one that is none.
fn port(authority: &Authority) -> Option<u16> {
    match authority.port_u16() {
        Some(port) => Some(port),
        None => (authority.as_str() == authority.host()).then_some(80),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, reach: Reach, expected: Result<&str, &str>) {
        let found = Endpoint::parse(text, reach).map(|endpoint| endpoint.to_string());
        let found = found.map_err(|error| error.kind.code().to_owned());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{text}");
    }

    #[test]
    fn loopback_addresses_pass() {
        for (text, expected) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.8.7", "http://127.9.8.7:80"),
            ("http://LOCALHOST:8080/v1/", "http://127.0.0.1:8080/v1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
        ] {
            check(text, Reach::Loopback, Ok(expected));
        }
    }

    #[test]
    fn version_of_the_interface_stands_once() {
        for base in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/"] {
            let endpoint = Endpoint::parse(base, Reach::Loopback).expect("an address");
            assert_eq!(endpoint.url("/v1/models"), "http://127.0.0.1:8080/v1/models");
            assert_eq!(endpoint.url("/props"), "http://127.0.0.1:8080/props");
        }
    }

    #[test]
    fn everything_else_is_remote() {
        for text in [
            "http://example.test:8080",
            "http://127.0.0.1.example.test",
            "http://localhost.example.test",
            "http://0.0.0.0:8080",
            "http://10.0.0.1:8080",
            "http://2130706433",
            "http://0x7f.1",
            "http://127.1",
            "http://[::ffff:127.0.0.1]:8080",
            "http://[fe80::1]:8080",
        ] {
            check(text, Reach::Loopback, Err("llm/remote-host"));
        }
        check("http://example.test:8080", Reach::RemoteAllowed, Ok("http://example.test:8080"));
    }

    #[test]
    fn odd_addresses_are_refused_whatever_the_reach() {
        for text in [
            "",
            "127.0.0.1:8080",
            "https://127.0.0.1",
            "file:///etc/passwd",
            "http://",
            "http://127.0.0.1@example.test",
            "http://user:word@127.0.0.1",
            "http://127.0.0.1:99999",
            "http://127.0.0.1/?a=b",
            "http://127.0.0.1/#a",
            "http://127.0.0.1\\@example.test",
            "http://127.0.0.1 example.test",
        ] {
            check(text, Reach::Loopback, Err("llm/bad-address"));
            check(text, Reach::RemoteAllowed, Err("llm/bad-address"));
        }
    }
}
