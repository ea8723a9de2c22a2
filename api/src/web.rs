//! The browser client: the files that `build.rs` built, out of the program's own memory, with headers that let nothing else in.
//!
//! The router's fallback: what no other route took. Refuses to know sessions and people: these files are the same for everybody.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use corridor_domain::refusal::Refusal;

use crate::failure::Failure;

/// A file of the client.
#[derive(Debug)]
struct Asset {
    /// Begins with `/`.
    path: &'static str,
    content_type: &'static str,
    /// The start of the SHA-256 of `raw`.
    digest: &'static str,
    raw: &'static [u8],
    /// Only where it is smaller than `raw`.
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

#[cfg(feature = "web")]
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));
#[cfg(not(feature = "web"))]
static ASSETS: &[Asset] = &[];

/// Everything comes from the node itself; nothing is inlined, so the policy is a constant and pages can be cached with it.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html corridor-sw";
/// A script may be a service worker, which is bound by the policy it came with itself: it fetches, from the node only.
const SCRIPT_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'";
/// For what is no page of ours, such as the text of a 404.
const NO_PAGE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), usb=()";
/// Two years, for this host only: a clinic's other hosts are not ours to bind.
const TRANSPORT_SECURITY: &str = "max-age=63072000";

/// File names under `/assets/` carry a hash of their content: such a file never changes.
const HASHED_FOLDER: &str = "/assets/";
const CACHE_FOR_EVER: &str = "public, max-age=31536000, immutable";
const CACHE_AFTER_ASKING: &str = "no-cache";
const CACHE_NEVER: &str = "no-store";

/// What is served where no other route is. `secure`: over TLS, so browsers shall never come back without it.
pub(crate) fn fallback(secure: bool) -> Router {
    Router::new()
        .fallback(answer)
        .with_state(Client { assets: ASSETS, secure })
}

#[derive(Debug, Clone, Copy)]
struct Client {
    assets: &'static [Asset],
    secure: bool,
}

async fn answer(State(client): State<Client>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let mut response = client.respond(&method, uri.path(), &headers);
    client.protect(response.headers_mut());
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

impl Client {
    fn respond(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        // An address of the interface is never answered with a page: a program would take it for an answer.
        if path == "/v1" || path.starts_with("/v1/") {
            return Failure::Refused(Refusal::NotFound).into_response();
        }
        if method != Method::GET && method != Method::HEAD {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed here.\n");
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        // The patient's service worker governs what is below `/p/`, which `/p` is not.
        if path == "/p" && self.find("/p/index.html").is_some() {
            let location = [(header::LOCATION, "/p/"), (header::CACHE_CONTROL, CACHE_AFTER_ASKING)];
            return (StatusCode::PERMANENT_REDIRECT, location).into_response();
        }
        match self.find(path).or_else(|| self.page(path)) {
            Some(asset) => asset.respond(headers),
            None if self.assets.is_empty() => plain(
                StatusCode::NOT_FOUND,
                "This node was built without the browser client.\n",
            ),
            None => plain(StatusCode::NOT_FOUND, "There is no such file.\n"),
        }
    }

    fn find(&self, path: &str) -> Option<&'static Asset> {
        // The table is in the order of its paths.
        let place = self.assets.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
        self.assets.get(place)
    }

    /// The page that a deep link opens. A missing file is no deep link: after an update an old tab must not read a page as code.
    fn page(&self, path: &str) -> Option<&'static Asset> {
        if path.contains('.') || path.starts_with(HASHED_FOLDER) {
            return None;
        }
        self.find(if path.starts_with("/p/") {
            "/p/index.html"
        } else {
            "/index.html"
        })
    }

    fn protect(&self, headers: &mut HeaderMap) {
        // A not-modified page keeps the policy it came with; an empty answer must not replace it by another.
        if let Some(kind) = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) {
            let is = |wanted: &[u8]| kind.starts_with(wanted);
            let policy = if is(b"text/html") {
                PAGE_POLICY
            } else if is(b"text/javascript") {
                SCRIPT_POLICY
            } else {
                NO_PAGE_POLICY
            };
            set(headers, header::CONTENT_SECURITY_POLICY, policy);
        }
        set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(headers, header::REFERRER_POLICY, "no-referrer");
        set(
            headers,
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        set(
            headers,
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        );
        set(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
        if self.secure {
            set(headers, header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
        }
    }
}

impl Asset {
    fn respond(&self, asked: &HeaderMap) -> Response {
        let (encoding, bytes) = self.variant(asked);
        // Other bytes, other tag: otherwise a cache would answer one encoding with "unchanged" for another.
        let tag = match encoding {
            Some(encoding) => format!("\"{}-{encoding}\"", self.digest),
            None => format!("\"{}\"", self.digest),
        };
        let unchanged = is_known(asked, &tag);
        let mut response = match unchanged {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => Response::new(Body::from(bytes)),
        };
        let headers = response.headers_mut();
        let cache = if self.path.starts_with(HASHED_FOLDER) {
            CACHE_FOR_EVER
        } else {
            CACHE_AFTER_ASKING
        };
        set(headers, header::CACHE_CONTROL, cache);
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if self.brotli.is_some() || self.gzip.is_some() {
            set(headers, header::VARY, "accept-encoding");
        }
        if !unchanged {
            set(headers, header::CONTENT_TYPE, self.content_type);
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            if let Some(encoding) = encoding {
                set(headers, header::CONTENT_ENCODING, encoding);
            }
        }
        response
    }

    /// The form that the client likes best, and of equally good ones the smallest.
    fn variant(&self, asked: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        let accepted = Accepted::of(asked);
        let mut best = (None, self.raw, accepted.thousandths("identity").unwrap_or(1));
        for (name, bytes) in [("gzip", self.gzip), ("br", self.brotli)] {
            let liked = accepted.thousandths(name).unwrap_or(0);
            if let Some(bytes) = bytes.filter(|_| liked > 0 && liked >= best.2) {
                best = (Some(name), bytes, liked);
            }
        }
        (best.0, best.1)
    }
}

/// What `Accept-Encoding` says.
struct Accepted<'a> {
    codings: Vec<(&'a str, u16)>,
}

impl<'a> Accepted<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let lists = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let codings = lists.flat_map(|list| list.split(',')).filter_map(coding).collect();
        Self { codings }
    }

    /// The weight of a coding, in thousandths. `None`: it is not spoken of.
    fn thousandths(&self, name: &str) -> Option<u16> {
        let named = |wanted: &str| {
            self.codings
                .iter()
                .find(|(coding, _)| coding.eq_ignore_ascii_case(wanted))
        };
        // `identity` is acceptable unless it is refused; a star speaks for it only when it refuses everything.
        let star = named("*").filter(|(_, weight)| name != "identity" || *weight == 0);
        named(name).or(star).map(|(_, weight)| *weight)
    }
}

/// `br;q=0.8` as a name and thousandths. A weight that cannot be read counts as a refusal.
fn coding(item: &str) -> Option<(&str, u16)> {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0));
    // In range after the clamp; a number that is none becomes 0.
    Some((name, (weight.clamp(0.0, 1.0) * 1000.0).round() as u16))
}

/// Whether the client holds these very bytes already.
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let lists = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, CACHE_NEVER)], text).into_response()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests;
