//! Who asks, by which command id, with which body. Nothing of a request is trusted before it went through here.

use super::Edge;
use crate::failure::Failure;
use crate::service::Caller;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use corridor_domain::ids::CommandId;
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Names of the session's cookie: over TLS, and on loopback without it.
pub const SESSION_COOKIES: [&str; 2] = ["__Host-corridor", "corridor"];

/// The header by which a client says what it knows already.
pub const REVISION_HEADER: &str = "corridor-revision";

/// The session's cookie, if there is one.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        SESSION_COOKIES.contains(&name).then_some(value)
    })
}

/// Whether the request carries the session's cookie and no token of its own: then it may be somebody else's page asking.
pub fn has_cookie(headers: &HeaderMap) -> bool {
    cookie(headers).is_some() && bearer(headers).is_none()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// The token of a request: the header of programs, or the cookie of browsers.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).or_else(|| cookie(headers))
}

/// Whether the page that asks is this node's own: its origin names the very host that was asked.
pub fn is_own_origin(headers: &HeaderMap, secure: bool) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else {
        return false;
    };
    let scheme = if secure { "https://" } else { "http://" };
    origin
        .strip_prefix(scheme)
        .is_some_and(|named| named.eq_ignore_ascii_case(host))
}

impl FromRequestParts<Edge> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Failure> {
        let token = token(&parts.headers).ok_or(Failure::Refused(Refusal::NotSignedIn))?;
        let caller = edge.service.authenticate(token).await?;
        match least_revision(&parts.headers)? {
            None => Ok(caller),
            Some(revision) => edge.service.authenticate_at(token, revision).await,
        }
    }
}

/// What the client knows already, from whichever node: it is shown nothing older.
fn least_revision(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    const WRONG: Failure =
        Failure::Invalid("The header Corridor-Revision is a revision: a number, as answers and events say it.");
    let Some(value) = headers.get(REVISION_HEADER) else {
        return Ok(None);
    };
    let revision = value.to_str().ok().and_then(|text| text.parse().ok());
    revision.map(Some).ok_or(WRONG)
}

/// The command id of a request: the header `Idempotency-Key`.
pub struct Key(pub CommandId);

impl FromRequestParts<Edge> for Key {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Result<Self, Failure> {
        const WRONG: Failure = Failure::Invalid(
            "Every command has a header Idempotency-Key: 32 hexadecimal digits or a UUID, made anew for each.",
        );
        let text = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .ok_or(WRONG)?;
        text.parse().map(Key).map_err(|_| WRONG)
    }
}

/// A JSON body of a type of the wire.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Edge> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Failure> {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                let kind = value.split(';').next().unwrap_or_default().trim();
                kind.eq_ignore_ascii_case("application/json")
            });
        if !is_json {
            return Err(Failure::Invalid(
                "The body is JSON, and Content-Type says application/json.",
            ));
        }
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|size_bytes| size_bytes > limits::HTTP_BODY_SIZE_BYTES_MAX as u64) {
            return Err(Failure::TooLarge);
        }
        let limit = Duration::from_millis(limits::HTTP_BODY_TIMEOUT_MS);
        let bytes = tokio::time::timeout(limit, Bytes::from_request(request, edge)).await;
        let bytes = bytes
            .map_err(|_| Failure::Invalid("The body took too long to come."))?
            .map_err(|_| Failure::TooLarge)?;
        serde_json::from_slice(&bytes)
            .map(Body)
            .map_err(|_| Failure::Invalid("The body is not what this route takes; see /openapi.json."))
    }
}

/// A parameter of the query: misspelt ones are refused rather than ignored.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Edge> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Failure> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, edge).await;
        query
            .map(|query| Query(query.0))
            .map_err(|_| Failure::Invalid("The query is not what this route takes; see /openapi.json."))
    }
}

/// Ids of the path, as text.
pub struct Ids<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Edge> for Ids<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Failure> {
        // What is not a number, or not text, names nothing that exists.
        Path::<T>::from_request_parts(parts, edge)
            .await
            .map(|path| Ids(path.0))
            .map_err(|_| Failure::Refused(Refusal::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_page_of_somebody_else_is_told_apart() {
        let own = headers(&[
            (header::ORIGIN, "http://127.0.0.1:8080"),
            (header::HOST, "127.0.0.1:8080"),
        ]);
        assert!(is_own_origin(&own, false));
        assert!(!is_own_origin(&own, true));
        for origin in [
            "null",
            "http://127.0.0.1:8081",
            "http://127.0.0.1:8080.evil.example",
            "https://127.0.0.1:8080",
            "http://evil.example",
        ] {
            let foreign = headers(&[(header::ORIGIN, origin), (header::HOST, "127.0.0.1:8080")]);
            assert!(!is_own_origin(&foreign, false), "{origin}");
        }
        assert!(!is_own_origin(&headers(&[(header::HOST, "127.0.0.1:8080")]), false));
    }

    #[test]
    fn a_revision_is_a_number() {
        let name = header::HeaderName::from_static(REVISION_HEADER);
        let read = |value| least_revision(&headers(&[(name.clone(), value)]));
        assert!(matches!(least_revision(&headers(&[])), Ok(None)));
        assert!(matches!(read("812"), Ok(Some(812))));
        for wrong in ["", "-1", "8.12", "new", "18446744073709551616"] {
            assert_eq!(read(wrong).unwrap_err().problem().code, "invalid", "{wrong}");
        }
    }

    #[test]
    fn the_token_is_found_where_it_belongs() {
        let both = headers(&[
            (header::AUTHORIZATION, "Bearer crs_a"),
            (header::COOKIE, "x=1; corridor=crs_b"),
        ]);
        assert_eq!(token(&both), Some("crs_a"));
        assert!(!has_cookie(&both));
        let cookie = headers(&[(header::COOKIE, "x=1; __Host-corridor=crs_b")]);
        assert_eq!(token(&cookie), Some("crs_b"));
        assert!(has_cookie(&cookie));
        assert_eq!(token(&headers(&[(header::COOKIE, "corridorx=1")])), None);
    }
}
