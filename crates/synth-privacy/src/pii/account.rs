//! Accounts and machines: names of users in a domain, security identifiers, names of hosts.

use super::shape::{ipv4_octets, is_ipv6};

/// A security identifier of Windows: `S-1-`, an authority and sub-authorities.
pub(super) fn is_sid(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("S-1-") else { return false };
    let mut parts = 0;
    rest.split('-').all(|part| {
        parts += 1;
        !part.is_empty() && part.len() <= 20 && part.bytes().all(|byte| byte.is_ascii_digit())
    }) && parts <= 15
}

/// Accounts that every system has, so that they name nobody.
const WELL_KNOWN: &[&str] = &[
    "S-1-0-0",
    "S-1-1-0",
    "S-1-2-0",
    "S-1-3-0",
    "S-1-5-2",
    "S-1-5-4",
    "S-1-5-6",
    "S-1-5-7",
    "S-1-5-9",
    "S-1-5-10",
    "S-1-5-11",
    "S-1-5-18",
    "S-1-5-19",
    "S-1-5-20",
    "S-1-5-32-544",
    "S-1-5-32-545",
    "SYSTEM",
    "LOCAL SERVICE",
    "NETWORK SERVICE",
    "ANONYMOUS LOGON",
    "NT AUTHORITY",
    "NT AUTHORITY\\SYSTEM",
    "NT AUTHORITY\\LOCAL SERVICE",
    "NT AUTHORITY\\NETWORK SERVICE",
    "root",
    "nobody",
    "daemon",
    "www-data",
    "-",
];

/// Tells whether a value is an account that every system has.
pub(crate) fn is_well_known(text: &str) -> bool {
    WELL_KNOWN.contains(&text)
}

/// A user in a domain or realm: `DOMAIN\user`, `user/REALM`, `user@REALM`.
pub(super) fn is_domain_account(text: &str) -> bool {
    let is_name = |name: &str| {
        let known = |c: char| c.is_alphanumeric() || "._-$ ".contains(c);
        name.starts_with(char::is_alphabetic) && name.len() <= 64 && name.chars().all(known)
    };
    ['\\', '/', '@'].iter().any(|separator| {
        text.split_once(*separator).is_some_and(|(left, right)| is_name(left) && is_name(right))
    })
}

/// Labels with a top level of letters, such as `db1.corp.example`.
pub(super) fn is_host_name(text: &str) -> bool {
    let name = text.trim_end_matches('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !label.ends_with('-')
    };
    let top = name.rsplit('.').next().unwrap_or_default();
    name.contains('.')
        && name.split('.').all(is_label)
        && top.len() >= 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && ipv4_octets(text).is_none()
        && !is_ipv6(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_hosts_have_their_forms() {
        assert!(is_sid("S-1-5-18") && is_sid("S-1-5-21-1-2-3-1104"));
        assert!(!is_sid("S-1-") && !is_sid("S-2-5") && !is_sid("S-1-5-x"));
        assert!(
            is_domain_account("CORP\\jdoe")
                && is_domain_account("jdoe/CORP.LOCAL")
                && is_domain_account("a@B")
        );
        assert!(!is_domain_account("jdoe") && !is_domain_account("curl/7.68") && !is_domain_account("a/b/c"));
        assert!(is_host_name("ws5.corp.local") && is_host_name("_ldap._tcp.dc.corp.local"));
        assert!(!is_host_name("localhost") && !is_host_name("192.0.2.1") && !is_host_name("1.2.3"));
    }
}
