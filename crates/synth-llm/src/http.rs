//! One exchange with the server, bounded in time and size.

use std::io;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::Endpoint;

/// A completion repeats its prompt and grammar; no honest answer is larger.
const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;

/// What a server said.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Seconds that the server wants to be left alone, if it says so in whole seconds.
    pub(crate) retry_after_s: Option<u64>,
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing listens there.
    Refused,
    /// The time is up.
    Late,
    /// The body is larger than any honest one.
    TooLarge,
    /// Anything else, in the system's words; those never quote what was sent.
    Broken(String),
}

/// Returns a client that follows no redirect, uses no proxy of the environment and keeps no connection open.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .build()
        .into()
}

pub(crate) fn get(
    agent: &Agent,
    endpoint: &Endpoint,
    route: &str,
    timeout: Duration,
) -> Result<Reply, Fault> {
    let request = agent.get(endpoint.url(route)).config().timeout_global(limit(timeout)).build();
    read(request.call())
}

pub(crate) fn post(
    agent: &Agent,
    endpoint: &Endpoint,
    route: &str,
    body: &Value,
    timeout: Duration,
) -> Result<Reply, Fault> {
    let request = agent.post(endpoint.url(route)).config().timeout_global(limit(timeout)).build();
    read(request.send_json(body))
}

/// A time of zero must fail at once, not mean "for ever".
#[expect(clippy::unnecessary_wraps, reason = "the form in which the client takes it")]
fn limit(timeout: Duration) -> Option<Duration> {
    Some(timeout.max(Duration::from_millis(1)))
}

fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Reply, Fault> {
    let mut response = response.map_err(fault)?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after_s = retry_after.and_then(|value| value.trim().parse().ok());
    let body = response.body_mut().with_config().limit(MAX_BODY_BYTES).read_to_vec().map_err(fault)?;
    Ok(Reply { status, body, retry_after_s })
}

fn fault(error: ureq::Error) -> Fault {
    match error {
        ureq::Error::Timeout(_) => Fault::Late,
        ureq::Error::ConnectionFailed => Fault::Refused,
        ureq::Error::BodyExceedsLimit(_) => Fault::TooLarge,
        ureq::Error::HostNotFound => Fault::Broken("host not found".to_owned()),
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => Fault::Refused,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Fault::Late,
            kind => Fault::Broken(kind.to_string()),
        },
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => {
            Fault::Broken("it does not speak HTTP as expected".to_owned())
        }
        _ => Fault::Broken("the connection failed".to_owned()),
    }
}
