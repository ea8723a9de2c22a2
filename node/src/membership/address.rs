//! Addresses as nodes tell each other: a host and a port, and the URL at which clients come.
//!
//! Says whether they make sense and which one is meant where none was given. It opens no connection.

use corridor_domain::limits;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};

/// Where nodes listen for each other unless somebody says otherwise.
pub const PEER_PORT: u16 = 7443;
const HOST_SIZE_BYTES_MAX: usize = 253;

/// Whether another machine could dial this `HOST:PORT`; if not, a sentence.
pub fn check(address: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("'{address}' {why}"));
    if address.len() > limits::PEER_ADDRESS_SIZE_BYTES_MAX {
        return Err("a host and a port are much shorter".to_owned());
    }
    let Some((host, port)) = address.rsplit_once(':') else {
        return wrong("is not HOST:PORT, such as one.clinic.example:7443");
    };
    if port.parse::<u16>().map_or(true, |port| port == 0) || port.starts_with('+') {
        return wrong("has no port between 1 and 65535 at its end");
    }
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let number: Option<IpAddr> = match bracketed {
        Some(inner) => match inner.parse() {
            Ok(number @ IpAddr::V6(_)) => Some(number),
            _ => return wrong("has something in brackets that is not an IPv6 address"),
        },
        None => host.parse().ok().filter(IpAddr::is_ipv4),
    };
    match number {
        Some(number) if number.to_canonical().is_unspecified() => wrong("means every address; name the one to dial"),
        Some(_) => Ok(()),
        None if host.contains(':') => wrong("is an IPv6 address without brackets: write [address]:port"),
        None if is_host_name(host) => Ok(()),
        None => wrong("does not begin with the name or the IP address of a machine"),
    }
}

fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let fits = (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
        fits && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    host.len() <= HOST_SIZE_BYTES_MAX && host.split('.').all(is_label)
}

/// Whether this is where clients could come, as a URL without a path; if not, a sentence.
pub fn check_url(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if url.len() <= limits::PEER_ADDRESS_SIZE_BYTES_MAX => check(rest),
        _ => Err("the address of a node for clients is https://HOST:PORT".to_owned()),
    }
}

/// The `HOST:PORT` of what `corridor cluster invite` prints: `https://HOST:PORT`, the port 7443 if none is said.
pub fn of_url(url: &str) -> Result<String, String> {
    let rest = url
        .strip_prefix("https://")
        .map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let Some(rest) = rest.filter(|rest| !rest.contains('/')) else {
        return Err(format!(
            "'{url}' is not https://HOST:PORT, the address that `corridor cluster invite` prints"
        ));
    };
    let has_port = rest.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    let address = if has_port {
        rest.to_owned()
    } else {
        with_port(rest, PEER_PORT)
    };
    check(&address).map(|()| address)
}

/// A host and a port; an IPv6 address gets its brackets.
pub fn with_port(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// The address others dial, for who listens on one of this machine's: that one.
pub fn of_listen(listen: SocketAddr) -> Option<String> {
    let number = listen.ip().to_canonical();
    (!number.is_unspecified()).then(|| with_port(&number.to_string(), listen.port()))
}

/// The address of this machine on its way to another one, from the system's routes; nothing is sent.
pub fn towards(address: &str) -> Option<IpAddr> {
    let there = address.to_socket_addrs().ok()?.next()?;
    let here: SocketAddr = if there.is_ipv4() {
        (std::net::Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (std::net::Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(here).ok()?;
    socket.connect(there).ok()?;
    Some(socket.local_addr().ok()?.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::{check, check_url, of_listen, of_url, towards, with_port};

    #[test]
    fn what_can_be_dialled_is_told_from_what_cannot() {
        for good in [
            "one:7443",
            "one.clinic.example:1",
            "192.0.2.7:65535",
            "[2001:db8::1]:7443",
            "127.0.0.1:7443",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (wrong, part) in [
            ("one", "is not HOST:PORT"),
            ("", "is not HOST:PORT"),
            ("one:0", "has no port"),
            ("one:+1", "has no port"),
            ("one:65536", "has no port"),
            (":7443", "does not begin with"),
            ("one two:7443", "does not begin with"),
            ("-one:7443", "does not begin with"),
            ("2001:db8::1:7443", "without brackets"),
            ("[192.0.2.7]:7443", "brackets"),
            ("0.0.0.0:7443", "means every address"),
            ("[::]:7443", "means every address"),
        ] {
            let sentence = check(wrong).unwrap_err();
            assert!(
                sentence.contains(part) && !sentence.contains('\n'),
                "{wrong}: {sentence}"
            );
        }
        assert!(check(&format!("{}:1", "a.".repeat(200))).is_err());
    }

    #[test]
    fn urls_lead_to_addresses() {
        assert_eq!(of_url("https://one:7000").as_deref(), Ok("one:7000"));
        assert_eq!(of_url("https://one/").as_deref(), Ok("one:7443"));
        assert_eq!(of_url("https://[2001:db8::1]").as_deref(), Ok("[2001:db8::1]:7443"));
        assert_eq!(of_url("https://[2001:db8::1]:1").as_deref(), Ok("[2001:db8::1]:1"));
        for wrong in [
            "http://one:7443",
            "one:7443",
            "https://one/join",
            "https://",
            "https://:1",
        ] {
            assert!(of_url(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check_url("https://one:8443"), Ok(()));
        assert_eq!(check_url("http://127.0.0.1:8080"), Ok(()));
        assert!(check_url("ftp://one:1").is_err() && check_url("https://one").is_err());
    }

    #[test]
    fn an_address_is_derived_where_it_can_be() {
        assert_eq!(
            of_listen("192.0.2.7:7443".parse().unwrap()).as_deref(),
            Some("192.0.2.7:7443")
        );
        assert_eq!(of_listen("[::1]:7443".parse().unwrap()).as_deref(), Some("[::1]:7443"));
        assert_eq!(of_listen("0.0.0.0:7443".parse().unwrap()), None);
        assert_eq!(with_port("2001:db8::1", 1), "[2001:db8::1]:1");
        assert_eq!(
            towards("127.0.0.1:7443").map(|here| here.to_string()).as_deref(),
            Some("127.0.0.1")
        );
        assert_eq!(towards("no address"), None);
    }
}
