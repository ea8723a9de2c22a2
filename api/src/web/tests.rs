//! Tests of the way the browser client is served, over a small made-up table.

use super::{ASSETS, Asset, Client, NO_PAGE_POLICY, SCRIPT_POLICY, TRANSPORT_SECURITY, answer};
use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::Request;
use tower::ServiceExt;

const fn made_up(path: &'static str, content_type: &'static str, raw: &'static [u8], compressed: bool) -> Asset {
    let (brotli, gzip) = if compressed {
        (Some(b"B" as &[u8]), Some(b"GZ" as &[u8]))
    } else {
        (None, None)
    };
    Asset {
        path,
        content_type,
        digest: "d1",
        raw,
        brotli,
        gzip,
    }
}

static TABLE: &[Asset] = &[
    made_up("/assets/a-1.js", "text/javascript; charset=utf-8", b"alert", true),
    made_up("/assets/i-2.png", "image/png", b"png", false),
    made_up("/index.html", "text/html; charset=utf-8", b"staff", true),
    made_up("/p/index.html", "text/html; charset=utf-8", b"patient", false),
    made_up("/p/sw.js", "text/javascript; charset=utf-8", b"worker", false),
    made_up("/sw.js", "text/javascript; charset=utf-8", b"worker", false),
];

async fn ask_of(client: Client, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let router = Router::new().fallback(answer).with_state(client);
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (
        parts.status.as_u16(),
        parts.headers,
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

async fn get(path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
    ask_of(
        Client {
            assets: TABLE,
            secure: false,
        },
        "GET",
        path,
        headers,
    )
    .await
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn paths_lead_to_pages_files_or_nothing() {
    for (path, status, cache, body) in [
        ("/", 200, "no-cache", "staff"),
        ("/index.html", 200, "no-cache", "staff"),
        ("/c/con_1?x=a.b", 200, "no-cache", "staff"),
        ("/p/", 200, "no-cache", "patient"),
        ("/p/c/con_1", 200, "no-cache", "patient"),
        ("/people", 200, "no-cache", "staff"),
        ("/sw.js", 200, "no-cache", "worker"),
        ("/p/sw.js", 200, "no-cache", "worker"),
        ("/assets/a-1.js", 200, "public, max-age=31536000, immutable", "alert"),
        ("/assets/a-0.js", 404, "no-store", "There is no such file.\n"),
        ("/assets/a-0", 404, "no-store", "There is no such file.\n"),
        ("/favicon.ico", 404, "no-store", "There is no such file.\n"),
        ("/../etc/passwd", 404, "no-store", "There is no such file.\n"),
    ] {
        let (found_status, headers, found_body) = get(path, &[]).await;
        assert_eq!(
            (found_status, value(&headers, "cache-control"), found_body.as_str()),
            (status, cache, body),
            "{path}"
        );
        assert_eq!(value(&headers, "x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn the_patients_page_is_below_its_service_worker() {
    let (status, headers, _) = get("/p", &[]).await;
    assert_eq!((status, value(&headers, "location")), (308, "/p/"));
}

#[tokio::test]
async fn an_address_of_the_interface_never_gives_a_page() {
    let (status, headers, _) = get("/v1/unknown", &[]).await;
    assert_eq!(
        (status, value(&headers, "content-type")),
        (404, "application/problem+json")
    );
}

#[tokio::test]
async fn pages_are_shut_in_and_files_are_not_pages() {
    let (_, headers, _) = get("/", &[]).await;
    assert!(value(&headers, "content-security-policy").contains("require-trusted-types-for 'script'"));
    assert!(!value(&headers, "content-security-policy").contains("unsafe"));
    assert_eq!(value(&headers, "cross-origin-opener-policy"), "same-origin");
    assert_eq!(value(&headers, "referrer-policy"), "no-referrer");
    assert!(value(&headers, "permissions-policy").contains("microphone=()"));
    assert_eq!(value(&headers, "strict-transport-security"), "");
    for (path, policy) in [
        ("/sw.js", SCRIPT_POLICY),
        ("/assets/i-2.png", NO_PAGE_POLICY),
        ("/none.js", NO_PAGE_POLICY),
    ] {
        assert_eq!(
            value(&get(path, &[]).await.1, "content-security-policy"),
            policy,
            "{path}"
        );
    }
    let (_, headers, _) = ask_of(
        Client {
            assets: TABLE,
            secure: true,
        },
        "GET",
        "/",
        &[],
    )
    .await;
    assert_eq!(value(&headers, "strict-transport-security"), TRANSPORT_SECURITY);
}

#[tokio::test]
async fn the_best_liked_encoding_is_served() {
    for (accept, encoding, body) in [
        ("", "", "alert"),
        ("gzip, deflate, br, zstd", "br", "B"),
        ("gzip", "gzip", "GZ"),
        ("br;q=0.5, gzip;q=0.9", "gzip", "GZ"),
        ("br;q=0, gzip;q=0", "", "alert"),
        ("*", "br", "B"),
        ("br;q=0, *", "gzip", "GZ"),
        ("BR;q=1.0", "br", "B"),
        ("br;q=x", "", "alert"),
        ("identity, br;q=0.5", "", "alert"),
        ("identity;q=0.5, br;q=0.8", "br", "B"),
    ] {
        let (_, headers, found) = get("/assets/a-1.js", &[("accept-encoding", accept)]).await;
        assert_eq!(
            (value(&headers, "content-encoding"), found.as_str()),
            (encoding, body),
            "{accept}"
        );
        assert_eq!(value(&headers, "vary"), "accept-encoding");
        assert_eq!(value(&headers, "content-length"), body.len().to_string());
    }
    let (_, headers, _) = get("/assets/i-2.png", &[("accept-encoding", "br")]).await;
    assert_eq!((value(&headers, "content-encoding"), value(&headers, "vary")), ("", ""));
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    for (known, accept, status) in [
        ("\"d1\"", "", 304),
        ("W/\"d1\"", "", 304),
        ("\"other\", \"d1-br\"", "br", 304),
        ("*", "", 304),
        ("\"d1\"", "br", 200),
        ("\"d1-gzip\"", "br", 200),
    ] {
        let asked = [("if-none-match", known), ("accept-encoding", accept)];
        let (found, headers, body) = get("/", &asked).await;
        assert_eq!(found, status, "{known}");
        assert_eq!(body.is_empty(), status == 304);
        assert!(value(&headers, "etag").starts_with("\"d1"));
        assert_eq!(value(&headers, "cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn only_get_and_head_are_answered() {
    let client = Client {
        assets: TABLE,
        secure: false,
    };
    let (status, headers, body) = ask_of(client, "HEAD", "/", &[]).await;
    assert_eq!(
        (status, value(&headers, "content-length"), body.as_str()),
        (200, "5", "")
    );
    let (status, headers, _) = ask_of(client, "POST", "/", &[]).await;
    assert_eq!((status, value(&headers, "allow")), (405, "GET, HEAD"));
}

#[tokio::test]
async fn without_the_client_a_node_says_so() {
    let (status, _, body) = ask_of(
        Client {
            assets: &[],
            secure: false,
        },
        "GET",
        "/",
        &[],
    )
    .await;
    assert_eq!(
        (status, body.as_str()),
        (404, "This node was built without the browser client.\n")
    );
}

#[test]
fn the_table_is_in_order_and_has_both_pages() {
    assert!(ASSETS.is_sorted_by(|left, right| left.path < right.path));
    let client = Client {
        assets: ASSETS,
        secure: false,
    };
    for path in ["/index.html", "/p/index.html", "/sw.js"] {
        assert_eq!(client.find(path).is_some(), !ASSETS.is_empty(), "{path}");
    }
}
